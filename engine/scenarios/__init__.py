"""The officer's proof: situations and their outcomes, run in memory with a fixed clock, no database."""

from engine.scenarios.model import Scenario, Story
from engine.scenarios.runner import run_scenario, run_scenarios

__all__ = ["Scenario", "Story", "run_scenario", "run_scenarios"]
