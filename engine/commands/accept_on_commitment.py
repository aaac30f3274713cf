"""Acceptance on a written commitment (告知承诺): a declaration stands in for a proof, and is checked afterwards."""

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
from engine.terms import CommitmentKind

CONSEQUENCE = "承诺不实的，依法终止办理或者撤销决定，记为未履行承诺，今后不再适用告知承诺；涉嫌违法的，依法追究责任。"


@dataclass(frozen=True, kw_only=True)
class AcceptOnCommitment(Acceptance):
    """committed  ids of the missing required documents whose content the applicant declares instead"""

    committed: tuple[str, ...]


@verb
def accept_on_commitment(desk: Desk, request: AcceptOnCommitment) -> Answer:
    """The case in process, each declaration due to be checked. Refused to whoever broke a commitment before."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.ACCEPT_ON_COMMITMENT)
    documents = desk.uow.cases.documents(change.case_id)
    rules = require_promisable(change, documents, request.committed, "committed")
    _require_declarable(rules)
    _require_trust(change)
    require_documents(documents, request.committed)
    require_conditions(change, request.insist_reason)
    check_by = due(
        desk.now, commitment_limit(change.definition.limits, CommitmentKind.DECLARED), (), change.calendar
    ).due_at
    names = [rule.id for rule in rules]
    change.promise(CommitmentKind.DECLARED, names, check_by)
    change.receive_documents(dict.fromkeys(names, "commitment"))
    answer = take_in(change, request, documents)
    number = write_notice(change, "commitment", _facts(rules, check_by))
    change.save()
    return {**answer, "commitment_notice": number, "check_by": check_by}


def _require_declarable(rules: Sequence[DocumentRule]) -> None:
    fixed = [rule.title for rule in rules if not rule.commitment]
    if fixed:
        raise ActionNotAllowed(
            f"{'、'.join(fixed)}不适用告知承诺，须提交材料；请补收，或一次性告知补正。",
            en="These documents cannot be replaced by a commitment.",
            rule="not_declarable",
        )


def _require_trust(change: CaseChange) -> None:
    if change.desk.uow.commitments.has_broken(change.values["applicant_index"]):
        raise ActionNotAllowed(
            "申请人曾有未履行的承诺，不适用告知承诺；请补收材料，或一次性告知补正。",
            en="The applicant broke a commitment before.",
            rule="broken_promise",
        )


def _facts(rules: Sequence[DocumentRule], check_by: datetime) -> dict[str, Any]:
    declared = [{"title": rule.title, "basis": rule.basis} for rule in rules]
    return {"declared": declared, "check_by": local_text(check_by), "consequence": CONSEQUENCE}
