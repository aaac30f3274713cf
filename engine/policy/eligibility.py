"""Does the applicant qualify, why, and what is the nearest way to qualify (资格预判)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.model import Condition, ItemDefinition
from engine.feel import explain


@dataclass(frozen=True)
class ConditionFinding:
    """One condition judged: True met, False not met, None unknown (a fact is missing: a person must look)."""

    condition: Condition
    met: bool | None
    explanation: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.condition.id,
            "text": self.condition.text,
            "met": self.met,
            "basis": self.condition.basis,
            "rule": self.condition.when.text,
            "article": self.condition.article,
            "refusal": self.condition.refusal,
            "way_out": self.condition.way_out,
            "evidence": self.condition.evidence,
            "explanation": dict(self.explanation),
        }


@dataclass(frozen=True)
class Eligibility:
    """All conditions of an item judged on one set of facts."""

    findings: tuple[ConditionFinding, ...]

    @property
    def outcome(self) -> str:
        """`eligible`, `not_eligible` (some condition is false) or `unknown` (none false, some not known)."""
        if any(f.met is False for f in self.findings):
            return "not_eligible"
        return "eligible" if all(f.met is True for f in self.findings) else "unknown"

    @property
    def unmet(self) -> tuple[ConditionFinding, ...]:
        return tuple(f for f in self.findings if f.met is False)

    def to_dict(self) -> dict[str, Any]:
        return {"outcome": self.outcome, "conditions": [f.to_dict() for f in self.findings]}


def check_eligibility(
    definition: ItemDefinition, facts: Mapping[str, Any], labels: Mapping[str, Any] | None = None
) -> Eligibility:
    """Every condition judged; a missing fact gives *unknown*, never a refusal."""
    return Eligibility(tuple(_judge(condition, facts, labels) for condition in definition.eligibility))


def _judge(condition: Condition, facts: Mapping[str, Any], labels: Mapping[str, Any] | None) -> ConditionFinding:
    explanation = explain(condition.when, facts, labels)
    value = condition.when.evaluate(facts)
    return ConditionFinding(condition, value if isinstance(value, bool) else None, explanation.to_dict())
