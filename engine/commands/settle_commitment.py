"""A written commitment is checked (核查承诺): was what the applicant declared true?"""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.operations import Action
from engine.terms import CommitmentKind, CommitmentStatus

_RESULTS = (CommitmentStatus.KEPT, CommitmentStatus.BROKEN)


@dataclass(frozen=True, kw_only=True)
class SettleCommitment(Request):
    """document  whose content was declared; `result` kept or broken; `note` how it was checked and what was found"""

    case_number: str
    document: str
    result: str
    note: str


@verb
def settle_commitment(desk: Desk, request: SettleCommitment) -> Answer:
    """The commitment settled. Whoever broke one is not offered another (accept_on_commitment refuses)."""
    errors = {}
    if request.result not in _RESULTS:
        errors["result"] = [f"请选择核查结果：{'、'.join(result.label for result in _RESULTS)}。"]
    if not request.note.strip():
        errors["note"] = ["请写明如何核查、查得什么。"]
    if errors:
        raise FormInvalid(errors=errors)
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.SETTLE_COMMITMENT)
    _require_open(change, request.document)
    result = CommitmentStatus(request.result)
    change.settle([request.document], result, desk.office.sealer.encrypt_json({"note": request.note}))
    is_broken = result is CommitmentStatus.BROKEN
    payload = {"document": request.document, "broken": is_broken, "note": desk.office.sealer.digest(request.note)}
    change.happened("commitment_settled", payload)
    if is_broken:
        change.tell("applicant", "commitment_broken", {"number": change.values["number"]})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "document": request.document,
        "result": result.value,
    }


def _require_open(change: CaseChange, document: str) -> None:
    rows = change.desk.uow.commitments.of_case(change.case_id)
    open_ = {r.document_id for r in rows if (r.kind, r.status) == (CommitmentKind.DECLARED, CommitmentStatus.OPEN)}
    if document not in open_:
        raise ActionNotAllowed(
            "这项承诺不在待核查之列，可能已经核查；请刷新后再看。",
            en="This commitment is not waiting to be checked.",
            rule="not_waiting",
        )
