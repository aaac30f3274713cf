"""A definition checked before it is published: findings of every law and the story of every scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.definitions.bundle import ItemBundle, bundle_from_upload, read_bundle
from engine.definitions.checks import run_all
from engine.definitions.findings import Finding, has_errors
from engine.definitions.model import ItemDefinition
from engine.definitions.parse import read_item
from engine.definitions.shared import load_shared
from engine.scenarios import Story, run_scenarios


@dataclass(frozen=True)
class CheckReport:
    """What checking found. `definition` is None when the texts could not be read."""

    key: str
    definition: ItemDefinition | None
    findings: tuple[Finding, ...]
    stories: tuple[Story, ...]

    @property
    def failed_stories(self) -> tuple[Story, ...]:
        return tuple(story for story in self.stories if not story.passed)

    @property
    def has_errors(self) -> bool:
        return has_errors(list(self.findings)) or bool(self.failed_stories)

    def to_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "passed": not self.has_errors,
            "findings": [f.to_dict() for f in self.findings],
            "scenarios": [s.to_dict() for s in self.stories],
        }


def check_files(key: str, *, with_scenarios: bool = True) -> CheckReport:
    """The definition of a key in the factory files."""
    return check_bundle(read_bundle(key), with_scenarios=with_scenarios)


def check_upload(bundle_zip: bytes) -> CheckReport:
    """An uploaded bundle; nothing of it is stored and nothing of it runs but its scenarios."""
    return check_bundle(bundle_from_upload(bundle_zip))


def check_bundle(bundle: ItemBundle, *, with_scenarios: bool = True) -> CheckReport:
    """Every finding; scenarios run only when nothing is wrong with the texts."""
    definition, found = read_item(bundle)
    findings = [*found, *(run_all(definition, load_shared()) if definition else ())]
    stories = run_scenarios(bundle) if definition and with_scenarios and not has_errors(findings) else ()
    return CheckReport(bundle.key, definition, tuple(findings), tuple(stories))
