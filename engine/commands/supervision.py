"""What supervision orders share: their reply date, the rounds of answer and remark, and finding the one that is meant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.commands.case_change import CaseChange
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.clocks import due
from engine.policy.limits import Limit
from engine.records.telling import TellingRecords
from engine.terms import ClockKind

USUAL_REPLY, LONGEST_REPLY = 3, 30  # working days
ISSUED, ANSWERED, CLOSED = "issued", "answered", "closed"
_MUST_BE = {ISSUED: "待答复", ANSWERED: "已答复、待办结"}


def reply_due(change: CaseChange, working_days: int) -> datetime:
    """Until when the order must be answered. Raises FormInvalid outside 1 to 30 working days."""
    if not 1 <= working_days <= LONGEST_REPLY:
        raise FormInvalid(errors={"reply_working_days": [f"答复期限为1至{LONGEST_REPLY}个工作日。"]})
    return due(change.desk.now, Limit(working_days), (), change.calendar, kind=ClockKind.REPLY).due_at


def order_in(change: CaseChange, order_id: int, status: str) -> Row[Any]:
    """The order of this case in this status. Raises ActionNotAllowed naming what it would have to be."""
    order = TellingRecords(change.desk.uow.connection).order_of(change.case_id, order_id)
    if order is None or order.status != status:
        reason = f"该件没有这件督办，或它不是“{_MUST_BE[status]}”；请刷新后再看。"
        raise ActionNotAllowed(reason, en=f"the order is not {status}", rule="order_status")
    return order


def with_round(change: CaseChange, order: Row[Any], kind: str, written: str) -> bytes:
    """The encrypted rounds of the order with one more: nothing that was answered or remarked is overwritten."""
    seal = change.desk.office.sealer
    before = seal.decrypt_json(order.answer_cipher) if order.answer_cipher else []
    said = {"kind": kind, "text": written, "officer": change.desk.actor.name, "at": change.desk.now.isoformat()}
    return seal.encrypt_json([*before, said])
