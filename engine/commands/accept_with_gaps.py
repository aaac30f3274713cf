"""Acceptance with documents to follow (容缺受理): the clock starts, the applicant promises the rest by a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.commands.acceptance import (
    Acceptance,
    require_conditions,
    require_documents,
    require_promisable,
    take_in,
)
from engine.commands.case_change import CaseChange
from engine.commands.notices import local_text, write_notice
from engine.commands.verb import Answer, Desk, verb
from engine.definitions.model import DocumentRule
from engine.errors import ActionNotAllowed
from engine.policy.case_clocks import commitment_limit
from engine.policy.clocks import due
from engine.policy.operations import Action
from engine.terms import ClockKind, CommitmentKind

CONSEQUENCE = "逾期未补交的，记为未履行承诺，今后不再适用容缺受理和告知承诺；影响作出决定的，由申请人承担后果。"


@dataclass(frozen=True, kw_only=True)
class AcceptWithGaps(Acceptance):
    """deferred  ids of the missing required documents that follow; every other one must be there"""

    deferred: tuple[str, ...]


@verb
def accept_with_gaps(desk: Desk, request: AcceptWithGaps) -> Answer:
    """The case in process, with the date by which the documents must follow and the promise to sign (容缺受理承诺书)."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.ACCEPT_WITH_GAPS)
    documents = desk.uow.cases.documents(change.case_id)
    rules = require_promisable(change, documents, request.deferred, "deferred")
    _require_deferrable(rules)
    require_documents(documents, request.deferred)
    require_conditions(change, request.insist_reason)
    limit = commitment_limit(change.definition.limits, CommitmentKind.DEFERRED)
    due_at = due(desk.now, limit, (), change.calendar, kind=ClockKind.DEFERRED).due_at
    change.promise(CommitmentKind.DEFERRED, [rule.id for rule in rules], due_at)
    change.set(deferred_due_at=due_at)
    answer = take_in(change, request, documents)
    number = write_notice(change, "gap_commitment", _facts(rules, due_at))
    change.save()
    return {**answer, "commitment_notice": number, "deferred_due_at": due_at}


def _require_deferrable(rules: Sequence[DocumentRule]) -> None:
    fixed = [rule.title for rule in rules if not rule.deferrable]
    if fixed:
        raise ActionNotAllowed(
            f"{'、'.join(fixed)}不得容缺，须当场提交；请补收，或一次性告知补正。",
            en="These documents may not follow later.",
            rule="not_deferrable",
        )


def _facts(rules: Sequence[DocumentRule], due_at: datetime) -> dict[str, Any]:
    missing = [{"title": rule.title, "how_to": rule.how_to or "交至受理窗口"} for rule in rules]
    return {"missing": missing, "deadline": local_text(due_at), "consequence": CONSEQUENCE}
