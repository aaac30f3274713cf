"""The answer to a supervision order (答复督办)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.step_hands import required_text
from engine.commands.supervision import ANSWERED, ISSUED, order_in, with_round
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.records.telling import TellingRecords


@dataclass(frozen=True, kw_only=True)
class AnswerSupervision(Request):
    """`answer` is kept encrypted."""

    case_number: str
    order_id: int
    answer: str


@verb
def answer_supervision(desk: Desk, request: AnswerSupervision) -> Answer:
    """The order waiting for the supervisor; whether the answer came in time is told by the event."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.ANSWER_SUPERVISION)
    answer = required_text(request.answer, "answer", "请写明办理情况和答复意见。")
    order = order_in(change, request.order_id, ISSUED)
    changed = {"status": ANSWERED, "answered_by": desk.actor.officer_id, "answered_at": desk.now}
    rounds = with_round(change, order, "answer", answer)
    TellingRecords(desk.uow.connection).change_order(order.id, {**changed, "answer_cipher": rounds})
    in_time = desk.now <= order.reply_due_at
    told = {"order": order.id, "in_time": in_time, "answer": desk.office.sealer.digest(answer)}
    change.happened("supervision_answered", told)
    change.tell("supervision", "supervision_answered", {"number": request.case_number, "order": order.number})
    change.save()
    return {"case_id": change.case_id, "order_id": order.id, "status": ANSWERED, "in_time": in_time}
