"""The supervisor accepts the answer to an order (办结督办), or sends it back with a new reply date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.commands.case_change import CaseChange
from engine.commands.step_hands import required_text
from engine.commands.supervision import ANSWERED, CLOSED, ISSUED, USUAL_REPLY, order_in, reply_due, with_round
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.records.telling import TellingRecords


@dataclass(frozen=True, kw_only=True)
class CloseSupervision(Request):
    """satisfied           False sends the order back
    remark              what is missing; needed to send it back, kept encrypted
    reply_working_days  the new reply limit when it is sent back, 1 to 30
    """

    case_number: str
    order_id: int
    satisfied: bool
    remark: str = ""
    reply_working_days: int = USUAL_REPLY


@verb
def close_supervision(desk: Desk, request: CloseSupervision) -> Answer:
    """The order closed, or open again until its new reply date."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.CLOSE_SUPERVISION)
    order = order_in(change, request.order_id, ANSWERED)
    values: dict[str, Any] = {"status": CLOSED, "closed_by": desk.actor.officer_id, "closed_at": desk.now}
    due_at = None
    if not request.satisfied:
        required_text(request.remark, "remark", "退回重新答复的，请写明还需答复什么。")
        due_at = reply_due(change, request.reply_working_days)
        limit = {"asked_at": desk.now, "reply_due_at": due_at, "reply_working_days": request.reply_working_days}
        values = {"status": ISSUED, "answered_by": None, "answered_at": None, **limit}
        change.tell("officer", "supervision_sent_back", {"number": request.case_number, "posts": [order.post_id]})
    if request.remark.strip():
        values["answer_cipher"] = with_round(change, order, "remark", request.remark.strip())
    TellingRecords(desk.uow.connection).change_order(order.id, values)
    told = {"order": order.id, "satisfied": request.satisfied, "reply_due": due_at.isoformat() if due_at else None}
    change.happened("supervision_closed", told)
    change.save()
    return {"case_id": change.case_id, "order_id": order.id, "status": values["status"], "reply_due_at": due_at}
