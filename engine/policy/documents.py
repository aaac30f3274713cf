"""Which documents (申请材料) a case needs, which an electronic licence replaces, which are still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.definitions.model import DocumentRule, ItemDefinition

REUSABLE_GRADES = frozenset("AB")


@dataclass(frozen=True)
class LicenceHeld:
    """An electronic licence (电子证照) of the applicant as far as reuse asks."""

    id: int
    type: str
    trust_grade: str
    status: str
    valid_until: date | None

    def replaces(self, licence_type: str, on: date) -> bool:
        """A or B grade, of the type asked for, valid on the day of acceptance (国办函〔2016〕108号)."""
        return (
            self.type == licence_type
            and self.trust_grade in REUSABLE_GRADES
            and self.status == "valid"
            and (self.valid_until is None or self.valid_until >= on)
        )


@dataclass(frozen=True)
class DocumentLine:
    """One line of the material list of a case. status: received | reused | deferred | missing | not_needed."""

    rule: DocumentRule
    required: bool
    status: str
    mode: str = ""
    licence_id: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.rule.id,
            "title": self.rule.title,
            "form": self.rule.form,
            "copies": self.rule.copies,
            "required": self.required,
            "status": self.status,
            "mode": self.mode,
            "licence": self.rule.licence,
            "how_to": self.rule.how_to,
            "deferrable": self.rule.deferrable,
        }


def list_documents(
    definition: ItemDefinition,
    facts: Mapping[str, Any],
    given: Mapping[str, str],
    licences: Sequence[LicenceHeld],
    on: date,
) -> tuple[DocumentLine, ...]:
    """The material list for these facts.

    given  document id -> how it came: paper | upload | share | commitment
    A document whose condition is false is not needed; where the condition is unknown it is asked for.
    """
    return tuple(_line(rule, facts, given, licences, on) for rule in definition.documents)


def _line(
    rule: DocumentRule,
    facts: Mapping[str, Any],
    given: Mapping[str, str],
    licences: Sequence[LicenceHeld],
    on: date,
) -> DocumentLine:
    applies = rule.when is None or rule.when.evaluate(facts) is not False
    required = rule.required and applies
    if rule.id in given:
        return DocumentLine(rule, required, "received", given[rule.id])
    licence = next((held for held in licences if rule.licence and held.replaces(rule.licence, on)), None)
    if licence and applies:
        return DocumentLine(rule, required, "reused", "licence", licence.id)
    if not required:
        return DocumentLine(rule, False, "not_needed")
    return DocumentLine(rule, True, "missing")


def missing_documents(lines: Sequence[DocumentLine]) -> tuple[DocumentLine, ...]:
    """Required lines that have neither been handed in nor replaced."""
    return tuple(line for line in lines if line.required and line.status == "missing")
