"""One work item follows its post to the receiver of a handover (离岗交接), or goes back to everyone of the post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotFound
from engine.terms import Stage, WorkItemStatus

_IN_HAND = (WorkItemStatus.OPEN, WorkItemStatus.CLAIMED, WorkItemStatus.WAITING)


@dataclass(frozen=True, kw_only=True)
class HandOverItem(Request):
    """A work item of `handover_id`'s leaving officer. May be asked again: what has moved stays where it is."""

    handover_id: int
    work_item_id: int


@verb
def hand_over_item(desk: Desk, request: HandOverItem) -> Answer:
    """Who has the work item now: the receiver, or nobody where the receiver may not do this case.

    The receiver may not where the applicant is a relative (回避), where they handled what is now to be decided, or where
    they do not hold the post. A step waiting for others goes on waiting.
    """
    handover = _running(desk, request.handover_id)
    change = CaseChange.at_work_item(desk, request.work_item_id, None)
    status = WorkItemStatus(change.values["work_status"])
    if change.values["officer_id"] != handover.from_officer_id or status not in _IN_HAND:
        return {"moved": False}
    reason = _reason_against(change, handover.to_officer_id)
    receiver = None if reason else handover.to_officer_id
    columns: dict[str, Any] = {"officer_id": receiver}
    if receiver is None and status is WorkItemStatus.CLAIMED:
        columns["status"] = WorkItemStatus.OPEN
    change.change_item(**columns)
    change.happened(
        "work_item_handed_over",
        {"item": request.work_item_id, "handover": handover.id, "from": handover.from_officer_id}
        | {"to": receiver, "because": reason or None},
    )
    change.save()
    desk.uow.handovers.count_item(handover.id)
    return {"moved": True, "number": change.values["number"], "officer_id": receiver, "because": reason}


@dataclass(frozen=True, kw_only=True)
class FinishHandover(Request):
    """The handover to close once nothing is left to move."""

    handover_id: int


@verb
def finish_handover(desk: Desk, request: FinishHandover) -> Answer:
    """Whether the handover is finished: its day has come and nothing it covers is left in the leaving officer's hand."""
    handover = _running(desk, request.handover_id)
    left = desk.uow.handovers.items(handover.from_officer_id, handover.post_ids)
    if not left:
        desk.uow.handovers.finish(handover.id, desk.now)
    return {"is_finished": not left, "left": len(left)}


def _running(desk: Desk, handover_id: int) -> Row[Any]:
    handover = desk.uow.handovers.handover(handover_id)
    if handover is None or handover.effective_on > local_date(desk.now):
        raise NotFound("没有这次离岗交接，或交接日期未到。", en="no such handover, or its day has not come")
    return handover


def _reason_against(change: CaseChange, receiver_id: int) -> str:
    """Code of why the receiver may not have this work item; empty when they may."""
    organisation = change.desk.uow.organisation
    if change.values["applicant_index"] in organisation.avoided_by(receiver_id):
        return "conflict_of_interest"
    decides = change.values["stage"] == Stage.DECIDE and change.definition.separate_approval
    if decides and change.desk.uow.work.has_handled(change.case_id, receiver_id):
        return "separation"
    held = organisation.posts_held_by(receiver_id, local_date(change.desk.now))
    return "" if change.values["post_id"] in {row.post_id for row in held} else "post"
