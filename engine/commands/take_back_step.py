"""Taken back (收回已办): who did a step does it again, as long as nobody has begun with what came after it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.holders import Kept
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, NotFound
from engine.office.taking_back import Hindrance, opened_tokens, take_back
from engine.policy.operations import RULES, Action


@dataclass(frozen=True, kw_only=True)
class TakeBackStep(Request):
    """token  the step the actor did, as the case file names it"""

    case_number: str
    token: str


@verb
def take_back_step(desk: Desk, request: TakeBackStep) -> Answer:
    """The step open again with its officer; the steps it had opened are cancelled."""
    change = CaseChange.at_step(desk, request.case_number, request.token)
    change.require(Action.TAKE_BACK)
    history, post = desk.uow.history, desk.actor.post(change.values["post_id"])
    step, event = history.one_done(change.case_id, request.token), history.event_closing(change.case_id, request.token)
    if step is None or event is None or post is None:
        raise NotFound("没有这个由您办结的环节；请刷新后再看。", en="no such step done by you", rule="not_last_doer")
    items = history.items_of(change.case_id, sorted(opened_tokens(event.payload)))
    advance = take_back(change.shelved, change.state, change.facts, step, event, items)
    if isinstance(advance, Hindrance):
        raise ActionNotAllowed(advance.text, en=f"cannot be taken back ({advance.rule})", rule=advance.rule)
    holder = Kept(post.id, post.region_code, step.officer_id, step.before_return)
    change.kept = {(step.path, step.node_id, step.instance): holder}
    account = change.move(advance)
    change.set_card()
    change.happened(RULES[Action.TAKE_BACK].event, {"token": request.token, "node": step.node_id, **account})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "opened": account["opened"],
    }
