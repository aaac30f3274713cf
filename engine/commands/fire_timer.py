"""A timer's due row came up (定时到期): a clerk without hands moves the process on."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.runtime import fire


@dataclass(frozen=True, kw_only=True)
class FireTimer(Request):
    """The case and the token of its timer."""

    case_id: int
    token: str


@verb
def fire_timer(desk: Desk, request: FireTimer) -> Answer:
    """What the process opened; `fired` False when the timer was cancelled, fired before or is not due yet."""
    change = CaseChange.at_case(desk, request.case_id)
    timer = desk.uow.work.timer(request.case_id, request.token)
    if timer is None or timer.fired_at or timer.cancelled_at or timer.due_at > desk.now:
        return {"fired": False}
    desk.uow.work.fire_timer(request.case_id, request.token, desk.now)
    advance = fire(change.shelved.process, change.state, request.token, change.facts)
    account = change.move(advance)
    change.set_card()
    change.happened("timer_fired", {"token": request.token, "node": timer.node_id, **account})
    change.save()
    return {"fired": True, "status": change.status.value, "opened": account.get("opened", [])}
