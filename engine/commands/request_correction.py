"""The one-time notice (一次性告知): everything that is missing or wrong, told once, with a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands.approval import require_approver
from engine.commands.case_change import CaseChange
from engine.commands.correction_list import document_lines, evidence_lines
from engine.commands.notices import ACCEPTANCE_LAW, local_text, write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import CaseStatus

PART = "step:correction"  # of the encrypted record; that of a second notice carries its number


@dataclass(frozen=True, kw_only=True)
class RequestCorrection(Request):
    """faults         what is wrong with documents already handed in: document id -> what is wrong
    second_reason  why the first notice did not say so; only for a notice after the first, which `approver_id` approved

    Every missing required document and every proof that is still owed is on the notice by itself.
    """

    work_item_id: int
    version: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    remarks: str = ""
    second_reason: str = ""
    approver_id: int | None = None


@verb
def request_correction(desk: Desk, request: RequestCorrection) -> Answer:
    """The case awaiting correction, the list told and the deadline. Once per case, unless another officer approves."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.REQUEST_CORRECTION, reasoned=bool(request.second_reason.strip()))
    part, again = _round(change, request)
    asked, owed = document_lines(change, request.faults), evidence_lines(change)
    if not asked and not owed and not request.remarks.strip():
        raise FormInvalid(
            "没有缺少的材料；请注明需要更正的材料和要求。", errors={"faults": ["请注明需要更正的材料和要求。"]}
        )
    change.changes.update(status=CaseStatus.CORRECTION, correction_asked_at=desk.now)
    dates = change.set_dates()
    change.set_card()
    listed = {"documents": [line["id"] for line in asked], "evidence": [line["id"] for line in owed] or None}
    change.happened("correction_requested", {**listed, "item": request.work_item_id, **again, **dates})
    told = {
        "corrections": [*asked, *owed],
        "remarks": request.remarks,
        "correct_by": local_text(change.current("correction_due_at")),
    }
    kept = {**told, "second_reason": request.second_reason} if again else told
    desk.uow.cases.put_personal(change.case_id, {part: desk.office.sealer.encrypt_json(kept)})
    change.tell("applicant", "correction_requested", {"number": change.values["number"]})
    number = write_notice(change, "one_time_notice", {**told, "legal_basis": f"{ACCEPTANCE_LAW}第一款第四项"})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "documents": told["corrections"],
        "correction_due_at": change.current("correction_due_at"),
        "notice": number,
    }


def _round(change: CaseChange, request: RequestCorrection) -> tuple[str, dict[str, Any]]:
    """Where this notice is kept and what its event says of it; a notice after the first needs an approver."""
    if change.values["correction_asked_at"] is None:
        return PART, {}
    approver = require_approver(change, request.approver_id)
    parts = change.desk.uow.cases.personal(change.case_id)
    number = 1 + sum(part == PART or part.startswith(f"{PART}:") for part in parts)
    reason = change.desk.office.sealer.digest(request.second_reason)
    return f"{PART}:{number}", {"round": number, "approver": approver.officer_id, "reason": reason}
