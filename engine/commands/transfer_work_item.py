"""A work item goes to another post (转办): wrong desk, or the person changed; its due date stays."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import digest
from engine.commands.step_hands import StepHands, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class TransferWorkItem(Request):
    """`officer_id` names who shall do it; None leaves it to the post. `reason` is kept encrypted."""

    work_item_id: int
    version: int | None = None
    post_id: int
    officer_id: int | None = None
    reason: str


@verb
def transfer_work_item(desk: Desk, request: TransferWorkItem) -> Answer:
    """The same work item on the other post, claimed by the officer named."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.TRANSFER)
    reason = required_text(request.reason, "reason", "请写明转办理由。")
    hands = StepHands(change)
    to, sender = hands.successor(request.post_id, request.officer_id), hands.own.post_id
    status = WorkItemStatus.CLAIMED if to.officer_id else WorkItemStatus.OPEN
    hands.change(hands.own, post_id=to.post_id, officer_id=to.officer_id, status=status)
    version = change.values["work_version"] + 1
    sealed = desk.office.sealer.encrypt_json({"reason": reason, "officer": desk.actor.name})
    desk.uow.cases.put_personal(change.case_id, {f"transfer:{request.work_item_id}:{version}": sealed})
    told = {"item": request.work_item_id, "from_post": sender, "to_post": to.post_id, "to_officer": to.officer_id}
    change.happened("work_item_transferred", {**told, "reason": digest(change, reason)})
    change.save()
    return {
        "case_id": change.case_id,
        "work_item_id": request.work_item_id,
        "post_id": to.post_id,
        "officer_id": to.officer_id,
        "status": status.value,
        "version": version,
    }
