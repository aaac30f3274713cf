"""The laws a definition must satisfy before it is published: one law per file, every fault named with its place."""

from engine.definitions.checks.run import CHECKS, Check, check_bundle, duplicate_codes, run_all

__all__ = ["CHECKS", "Check", "check_bundle", "duplicate_codes", "run_all"]
