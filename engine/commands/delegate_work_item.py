"""The holder asks somebody to do the work and decides on it (委派), or takes the request back (收回委派)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import DELEGATED, CaseChange
from engine.commands.step_closing import digest
from engine.commands.step_hands import StepHands
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class DelegateWorkItem(Request):
    """To an officer, or to whoever holds a post; `note` says what is asked and is kept encrypted."""

    work_item_id: int
    version: int | None = None
    officer_id: int | None = None
    post_id: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RecallDelegation(Request):
    """`work_item_id` is the holder's own, which waits."""

    work_item_id: int
    version: int | None = None


@verb
def delegate_work_item(desk: Desk, request: DelegateWorkItem) -> Answer:
    """The delegate's work item; the holder's waits until it is handed back."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.DELEGATE)
    hands = StepHands(change)
    helper = hands.helper(request.officer_id, request.post_id)
    hands.take(status=WorkItemStatus.WAITING)
    item = hands.ask(Part.DELEGATE, helper)
    hands.settle(sign_rule=DELEGATED)
    if request.note:
        sealed = desk.office.sealer.encrypt_json({"note": request.note, "officer": desk.actor.name})
        desk.uow.cases.put_personal(change.case_id, {f"asked:{item}": sealed})
    told = {"holder": request.work_item_id, "to_post": helper.post_id, "to_officer": helper.officer_id}
    change.happened("work_item_delegated", {**told, "note": digest(change, request.note)})
    change.save()
    return {"case_id": change.case_id, "work_item_id": item, "waiting": request.work_item_id}


@verb
def recall_delegation(desk: Desk, request: RecallDelegation) -> Answer:
    """The holder's work item, claimed again; the delegate is asked no more."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.RECALL)
    hands = StepHands(change)
    asked = [hand.id for hand in hands.pending(Part.DELEGATE)]
    hands.cancel(Part.DELEGATE)
    hands.give_back()
    hands.settle(sign_rule="")
    change.happened("delegation_recalled", {"holder": request.work_item_id, "recalled": asked})
    change.save()
    return {"case_id": change.case_id, "work_item_id": request.work_item_id, "status": WorkItemStatus.CLAIMED.value}
