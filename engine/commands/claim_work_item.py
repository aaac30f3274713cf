"""Claim and release (领取、退回待领): one holder per work item."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class ClaimWorkItem(Request):
    """`version` is the one the client saw (ETag); None takes it as it is."""

    work_item_id: int
    version: int | None = None


@verb
def claim_work_item(desk: Desk, request: ClaimWorkItem) -> Answer:
    """The work item held by the actor; nobody else of the post can complete it until it is released."""
    return _change_holder(desk, request, Action.CLAIM, WorkItemStatus.CLAIMED, desk.actor.officer_id)


@verb
def release_work_item(desk: Desk, request: ClaimWorkItem) -> Answer:
    """The work item open again to everyone of its post; one that asks a certain person stays that person's."""
    return _change_holder(desk, request, Action.RELEASE, WorkItemStatus.OPEN, None)


def _change_holder(
    desk: Desk, request: ClaimWorkItem, action: Action, status: WorkItemStatus, holder: int | None
) -> Answer:
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(action)
    is_asked = holder is None and change.values["part"] != Part.MAIN
    change.change_item(status=status, officer_id=change.values["officer_id"] if is_asked else holder)
    change.happened("work_item_claimed" if holder else "work_item_released", {"item": request.work_item_id})
    change.save()
    return {
        "case_id": change.case_id,
        "work_item_id": request.work_item_id,
        "status": status.value,
        "version": change.values["work_version"] + 1,
    }
