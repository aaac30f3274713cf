"""Special procedures by hand (特别程序): the clock stands while a hearing, an appraisal or a publicity lasts (rule R6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands.approval import require_approver
from engine.commands.case_change import CaseChange
from engine.commands.correction_list import document_lines
from engine.commands.notices import local_text, write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import CORRECTION_PROCEDURE
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.case_clocks import limit_of
from engine.policy.operations import Action


@dataclass(frozen=True, kw_only=True)
class StartProcedure(Request):
    """procedure  code from the item's own list; `approver_id` the officer who approved it, another than the actor
    faults     only for a correction: document id -> what is wrong; missing ones are listed by themselves
    """

    work_item_id: int
    version: int | None = None
    procedure: str
    reason: str
    approver_id: int
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EndProcedure(Request):
    """`note` says what came of the procedure.

    documents  handed in meanwhile: document id -> how it came: paper | upload | share
    """

    case_number: str
    suspension_id: int
    note: str = ""
    documents: Mapping[str, str] = field(default_factory=dict)


@verb
def start_procedure(desk: Desk, request: StartProcedure) -> Answer:
    """The suspended case; the applicant is told in writing how long it will take (行政许可法 45)."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.START_PROCEDURE)
    allowed = {p.code: p.title for p in change.definition.limits.special_procedures}
    if request.procedure not in allowed:
        names = "、".join(f"{title}（{code}）" for code, title in allowed.items()) or "无"
        raise FormInvalid(errors={"procedure": [f"该事项可用的特别程序：{names}。"]})
    if not request.reason.strip():
        raise FormInvalid(errors={"reason": ["请写明启动特别程序的理由。"]})
    _require_first(change, request.procedure)
    require_approver(change, request.approver_id)
    started = change.suspend(request.procedure, None, request.reason, request.approver_id)
    change.happened("procedure_ordered", {"procedure": request.procedure, "approver": request.approver_id})
    change.tell("applicant", "procedure_started", {"number": change.values["number"]})
    rule = change.definition.limits.procedure(request.procedure)
    facts = {
        "procedure": started["title"],
        "started_on": local_text(desk.now),
        "expected_length": limit_of(rule.limit).label if rule else "",
        "due_on": local_text(change.current("promised_due_at")),
        "new_due_on": local_text(started["due_at"]),
        "legal_basis": (rule.basis if rule else "") or "《中华人民共和国行政许可法》第四十五条",
    }
    if request.procedure == CORRECTION_PROCEDURE:
        number = write_notice(change, "correction", {**facts, **_corrections(change, request)})
    else:
        number = write_notice(change, "special_procedure", facts)
    change.save()
    return {"case_id": change.case_id, "status": change.status.value, "notice": number, **started}


def _require_first(change: CaseChange, procedure: str) -> None:
    """After acceptance an applicant is asked for corrections at most once (rule R5)."""
    if procedure != CORRECTION_PROCEDURE:
        return
    if any(row.procedure == CORRECTION_PROCEDURE for row in change.desk.uow.cases.suspensions(change.case_id)):
        raise ActionNotAllowed(
            "该件受理后已通知补正一次，不得再次通知；请依现有材料办理。",
            en="Correction after acceptance was asked for once already.",
            rule="corrected_after_acceptance",
        )


def _corrections(change: CaseChange, request: StartProcedure) -> dict[str, Any]:
    """What the correction notice (补正通知书) says beside the clock: the list, the reason, what follows from silence."""
    return {
        "corrections": document_lines(change, request.faults),
        "reason": request.reason,
        "consequence": "逾期不补正的，依现有材料作出决定。",
    }


@verb
def end_procedure(desk: Desk, request: EndProcedure) -> Answer:
    """The case running again, its due dates moved by the working days the clock stood."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.END_PROCEDURE)
    rows = desk.uow.cases.suspensions(change.case_id)
    suspension = next((r for r in rows if r.id == request.suspension_id and r.ended_at is None), None)
    if suspension is None:
        raise ActionNotAllowed(
            "这项特别程序不在进行中，可能已经结束；请刷新后再看。", en="no such open procedure", rule="not_running"
        )
    if suspension.token is not None:
        raise ActionNotAllowed(
            "这项特别程序随流程环节结束，请办理相应环节。", en="the procedure ends with its step", rule="ends_with_step"
        )
    _take_documents(change, request.documents)
    change.end_procedures(suspension_id=suspension.id)
    change.happened("procedure_closed", {"suspension": suspension.id, "note": bool(request.note)})
    if request.note:
        note = desk.office.sealer.encrypt_json({"note": request.note})
        desk.uow.cases.put_personal(change.case_id, {f"procedure:{suspension.id}": note})
    change.save()
    return {
        "case_id": change.case_id,
        "status": change.status.value,
        "promised_due_at": change.current("promised_due_at"),
        "statutory_due_at": change.current("statutory_due_at"),
    }


def _take_documents(change: CaseChange, documents: Mapping[str, str]) -> None:
    if not documents:
        return
    known = {row.document_id for row in change.desk.uow.cases.documents(change.case_id)}
    if unknown := [name for name in documents if name not in known]:
        raise FormInvalid(errors={"documents": [f"材料清单中没有“{name}”。" for name in unknown]})
    change.receive_documents(documents)
