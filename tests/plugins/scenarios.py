"""Scenario files as tests: every situation of `forms/**/*.scenarios.yaml` is one test, named as the officer named it.

`pytest forms/civil_affairs/mz-001-….yaml` runs the scenarios of one item.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.definitions.bundle import read_bundle
from engine.definitions.parse import parse_item
from engine.definitions.yaml_reader import load_yaml
from engine.runtime import compile_process
from engine.scenarios import Story, run_scenario
from engine.scenarios.model import Scenario, read_scenario

SUFFIX = ".scenarios.yaml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A scenario file of the supply, or the form file of an item named on the command line."""
    supply = parent.config.rootpath / "forms"
    if supply not in file_path.parents or "_shared" in file_path.parts or file_path.suffix != ".yaml":
        return None
    if file_path.name.endswith(SUFFIX) or parent.session.isinitpath(file_path):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """The scenarios of one definition."""

    def collect(self) -> Iterator[pytest.Item]:
        bundle = read_bundle(self.path.name.partition(".")[0], self.path.parents[2])
        definition, process = parse_item(bundle), compile_process(bundle)
        for entry in load_yaml(bundle.scenario_text, bundle.scenario_name):
            scenario = read_scenario(entry, bundle.scenario_name)
            yield ScenarioItem.from_parent(self, name=scenario.name, case=(definition, process, scenario))


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, case: tuple[Any, Any, Scenario], **rest: Any) -> None:
        super().__init__(**rest)
        self._case = case

    def runtest(self) -> None:
        story = run_scenario(*self._case)
        if not story.passed:
            raise ScenarioFailed(story)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The story up to where it went wrong, instead of a stack of calls."""
        if isinstance(excinfo.value, ScenarioFailed):
            story = excinfo.value.story
            return "\n".join([f"情景“{story.name}”", *(f"  {line}" for line in story.trail), f"不符：{story.reason}"])
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class ScenarioFailed(Exception):
    """An expectation of a scenario was not met."""

    def __init__(self, story: Story) -> None:
        super().__init__(story.reason)
        self.story = story
