"""Sent back (退回): an earlier step is done again by whoever did it; parallel branches stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.commands.case_change import CaseChange
from engine.commands.holders import Place, holders_of, sent_back
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid
from engine.office.returning import path_of
from engine.policy.operations import RULES, Action
from engine.runtime import reopen
from engine.terms import Stage


@dataclass(frozen=True, kw_only=True)
class ReturnCase(Request):
    """target    node id of the earlier step, `path` the calls that lead to it (empty in the main process)
    directly  once that step is done, the case comes straight back instead of running through the steps between
    """

    work_item_id: int
    version: int | None = None
    target: str
    path: tuple[str, ...] = ()
    reason: str
    directly: bool = False


@verb
def return_case(desk: Desk, request: ReturnCase) -> Answer:
    """The step opened anew, with its former officer if that one still holds the post; its limit starts again."""
    if not request.reason.strip():
        raise FormInvalid(errors={"reason": ["请写明退回的理由。"]})
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.RETURN)
    target = _target(change, request)
    tokens = _tokens_by_place(change.done_steps, target)
    before = change.state if request.directly else None
    change.kept = sent_back(holders_of(change, list(tokens.values())), tokens, before)
    advance = reopen(change.shelved.process, change.state, request.target, change.facts, request.path)
    account = change.move(advance, done=change.values["token"], decision="return")
    change.set_card()
    change.happened(
        RULES[Action.RETURN].event,
        {
            "item": request.work_item_id,
            "node": change.values["node_id"],
            "decision": "return",
            "to": request.target,
            "directly": request.directly,
            "reason": desk.office.sealer.digest(request.reason),
            **account,
        },
    )
    # Shown where the opinion of the step would stand.
    kept = {"node": change.values["node_id"], "answers": {}, "opinion": request.reason, "officer": desk.actor.name}
    desk.uow.cases.put_personal(
        change.case_id, {f"step:{change.values['token']}": desk.office.sealer.encrypt_json(kept)}
    )
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "opened": account["opened"],
    }


def _target(change: CaseChange, request: ReturnCase) -> Row[Any]:
    """The offered step the request names, as it was done last."""
    wanted = request.path, request.target
    row = next((r for r in change.earlier if (path_of(r), r.node_id) == wanted), None)
    if row is None:
        names = "、".join(r.name for r in change.earlier)
        raise ActionNotAllowed(f"该件现在可以退回到：{names}。", en="no return to this step", rule="not_a_target")
    if request.directly and row.stage == Stage.DECIDE:
        raise ActionNotAllowed(
            "退回到决定环节的，决定作出后按流程继续，不能直接返回；请不要勾选“直接返回”。",
            en="a decision goes on along the flow",
            rule="decision_goes_on",
        )
    return row


def _tokens_by_place(done: list[Row[Any]], target: Row[Any]) -> dict[Place, str]:
    """The last token of the target step, of each instance where it has several."""
    same = (r for r in done if (r.path, r.node_id) == (target.path, target.node_id))
    return {(r.path, r.node_id, r.instance): r.token for r in same}
