"""A due row came up (定时到期): a timer rings, or a step nobody answered in time is closed as its diagram says (逾期未答复)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.steps import node_of
from engine.runtime import complete, fire, open_tokens
from engine.runtime.tokens import TokenKind


@dataclass(frozen=True, kw_only=True)
class FireTimer(Request):
    """The case and the token of its timer."""

    case_id: int
    token: str


@verb
def fire_timer(desk: Desk, request: FireTimer) -> Answer:
    """What the process opened; `fired` False when the row was cancelled, fired before or is not due yet."""
    change = CaseChange.at_case(desk, request.case_id)
    timer = desk.uow.work.timer(request.case_id, request.token)
    if timer is None or timer.fired_at or timer.cancelled_at or timer.due_at > desk.now:
        return {"fired": False}
    desk.uow.work.fire_timer(request.case_id, request.token, desk.now)
    unanswered = _unanswered(change, request.token)
    if unanswered:
        advance = complete(change.shelved.process, change.state, request.token, unanswered, change.facts)
        account = change.move(advance, done=request.token, decision=unanswered)
        told = {"lapsed": request.token, "decision": unanswered}
    else:
        account, told = change.move(fire(change.shelved.process, change.state, request.token, change.facts)), {}
    change.set_card()
    kind = "step_lapsed" if unanswered else "timer_fired"
    change.happened(kind, {"token": request.token, "node": timer.node_id, **told, **account})
    change.save()
    return {"fired": True, "status": change.status.value, "opened": account.get("opened", [])}


def _unanswered(change: CaseChange, token_id: str) -> str:
    """The decision that stands for silence; empty for a timer, which rings instead."""
    token = next(t for t in open_tokens(change.shelved.process, change.state) if t.id == token_id)
    if token.kind is TokenKind.TIMER:
        return ""
    return node_of(change.definition, token.process, token.node).no_answer
