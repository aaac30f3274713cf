"""What a scenario file says, and the story its run tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from engine.clock import LOCAL_ZONE
from engine.errors import DefinitionInvalid

SCENARIO_KEYS = frozenset({"name", "on", "region", "given", "expect", "then"})
GIVEN_EXTRA = frozenset({"form", "documents", "licences"})
VERBS = ("accept", "refuse_acceptance", "request_correction", "supply", "complete", "fire", "wait_until")
STEP_KEYS = frozenset({*VERBS, "on", "with", "decision", "instance", "insist", "expect"})
EXPECT_KEYS = frozenset(
    {"eligibility", "unmet", "missing", "status", "open", "outcome", "closed"}
    | {"promised_due_on", "statutory_due_on", "correction_due_on", "card", "certificate", "facts"}
)


@dataclass(frozen=True)
class ScenarioStep:
    """One thing that happens: a verb with its argument, when, and what must be true afterwards.

    insist  why the case is accepted although a condition is not met (申请人坚持申请)
    """

    verb: str
    argument: Any
    at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    decision: str = ""
    instance: int | None = None
    insist: str = ""
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A situation (given), what must follow at once (expect), and what happens then."""

    name: str
    at: datetime
    region: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    then: tuple[ScenarioStep, ...]


@dataclass(frozen=True)
class Story:
    """How a scenario went: passed, or the first expectation that was not met, told in Chinese."""

    name: str
    passed: bool
    reason: str = ""
    trail: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "reason": self.reason, "trail": list(self.trail)}


def read_scenario(entry: Mapping[str, Any], file: str) -> Scenario:
    """One entry of a scenario file. Raises DefinitionInvalid naming the scenario and the key."""
    name = str(entry.get("name", ""))
    _closed(entry, SCENARIO_KEYS, file, name)
    _closed(entry.get("expect", {}), EXPECT_KEYS, file, name)
    at = _instant(entry.get("on"), file, name)
    given = entry.get("given", {})
    steps, now = [], at
    for raw in entry.get("then", []):
        step = _step(raw, now, file, name)
        steps.append(step)
        now = step.at
    return Scenario(name, at, str(entry.get("region", "990101001001")), given, entry.get("expect", {}), tuple(steps))


def _step(raw: Mapping[str, Any], now: datetime, file: str, name: str) -> ScenarioStep:
    _closed(raw, STEP_KEYS, file, name)
    _closed(raw.get("expect", {}), EXPECT_KEYS, file, name)
    verbs = [verb for verb in VERBS if verb in raw]
    if len(verbs) != 1:
        raise DefinitionInvalid(
            f"情景“{name}”的每一步应有且只有一个动作。", file=file, key=name, hint=f"可用：{'、'.join(VERBS)}。"
        )
    verb = verbs[0]
    at = (
        _instant(raw[verb], file, name)
        if verb == "wait_until"
        else _instant(raw["on"], file, name)
        if "on" in raw
        else now
    )
    return ScenarioStep(
        verb=verb,
        argument=raw[verb],
        at=at,
        answers=raw.get("with", {}),
        decision=str(raw.get("decision", "")),
        instance=raw.get("instance"),
        insist=str(raw.get("insist", "")),
        expect=raw.get("expect", {}),
    )


def _closed(entry: Mapping[str, Any], keys: frozenset[str], file: str, name: str) -> None:
    stray = [str(key) for key in entry if key not in keys]
    if stray:
        raise DefinitionInvalid(
            f"情景“{name}”里不认识“{'、'.join(stray)}”。",
            file=file,
            key=name,
            hint=f"可用：{'、'.join(sorted(keys))}。",
        )


def _instant(value: Any, file: str, name: str) -> datetime:
    """Nine o'clock local time of a date, or the minute written as 2026-03-02 14:30."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).replace(tzinfo=LOCAL_ZONE)
        except ValueError:
            value = None
    if value is None:
        raise DefinitionInvalid(
            f"情景“{name}”缺少日期或日期写法不对。", file=file, key=name, hint="如 on: 2026-03-02。"
        )
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=LOCAL_ZONE)
    return datetime.combine(value, time(9), LOCAL_ZONE)
