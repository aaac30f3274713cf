"""The one-time notice (一次性告知): everything that is missing or wrong, told once, with a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.commands.case_change import CaseChange
from engine.commands.notices import ACCEPTANCE_LAW, local_text, write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.operations import Action
from engine.terms import CaseStatus


@dataclass(frozen=True, kw_only=True)
class RequestCorrection(Request):
    """faults  what is wrong with documents already handed in: document id -> what is wrong

    Every missing required document is on the notice by itself: it is complete by construction.
    """

    work_item_id: int
    version: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    remarks: str = ""


@verb
def request_correction(desk: Desk, request: RequestCorrection) -> Answer:
    """The case awaiting correction, the list told and the deadline. Only once per case."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.REQUEST_CORRECTION)
    if change.values["correction_asked_at"]:
        raise ActionNotAllowed(
            "该件已一次性告知过补正，不得再次告知；请直接受理或作不予受理。",
            en="Correction was requested once already.",
        )
    lines = _lines(change, request)
    if not lines and not request.remarks.strip():
        raise FormInvalid(
            "没有缺少的材料；请注明需要更正的材料和要求。", errors={"faults": ["请注明需要更正的材料和要求。"]}
        )
    change.changes.update(status=CaseStatus.CORRECTION, correction_asked_at=desk.now)
    dates = change.set_dates()
    change.set_card()
    asked = [line["id"] for line in lines]
    change.happened("correction_requested", {"documents": asked, "item": request.work_item_id, **dates})
    told = {
        "corrections": lines,
        "remarks": request.remarks,
        "correct_by": local_text(change.current("correction_due_at")),
    }
    desk.uow.cases.put_personal(change.case_id, {"step:correction": desk.office.sealer.encrypt_json(told)})
    change.tell("applicant", "correction_requested", {"number": change.values["number"]})
    number = write_notice(change, "one_time_notice", {**told, "legal_basis": f"{ACCEPTANCE_LAW}第一款第四项"})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "documents": lines,
        "correction_due_at": change.current("correction_due_at"),
        "notice": number,
    }


def _lines(change: CaseChange, request: RequestCorrection) -> list[dict[str, str]]:
    rules = {rule.id: rule for rule in change.definition.documents}
    unknown = [name for name in request.faults if name not in rules]
    if unknown:
        raise FormInvalid(errors={"faults": [f"材料清单中没有“{name}”。" for name in unknown]})
    rows = change.desk.uow.cases.documents(change.case_id)
    missing = {row.document_id: "未提交" for row in rows if row.required and row.status == "missing"}
    return [
        {"id": name, "title": rules[name].title, "problem": problem, "how_to": rules[name].how_to or "交至受理窗口"}
        for name, problem in {**missing, **request.faults}.items()
    ]
