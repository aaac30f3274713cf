"""A signature on somebody else's step (签署意见): as adviser before, as agreement after, or as one voice among several."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import (
    ADVICE,
    await_others,
    chosen,
    close_signed,
    joint_outcome,
    set_aside,
    signed,
)
from engine.commands.step_hands import StepHands, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus

_EVENT = "work_item_signed"


@dataclass(frozen=True, kw_only=True)
class SignWorkItem(Request):
    """decision  agree | disagree for signers before and after, a button of the step for joint signers
    opinion   kept encrypted; needed to disagree
    """

    work_item_id: int
    version: int | None = None
    decision: str = ""
    opinion: str = ""


@verb
def sign_work_item(desk: Desk, request: SignWorkItem) -> Answer:
    """Where the case went when this was the signature it waited for; otherwise the step as it stays."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.SIGN)
    hands = StepHands(change)
    is_joint = hands.own.part is Part.JOINT
    decision = chosen(change.node().decisions if is_joint else ADVICE, request.decision)
    if not is_joint and decision == "disagree":
        required_text(request.opinion, "opinion", "不同意的，请写明理由。")
    if request.opinion:
        kept = {"node": change.node().id, "opinion": request.opinion, "officer": desk.actor.name}
        sealed = desk.office.sealer.encrypt_json(kept)
        desk.uow.cases.put_personal(change.case_id, {f"sign:{request.work_item_id}": sealed})
    if is_joint:
        return _sign_jointly(change, hands, decision, request)
    hands.change(hands.own, status=WorkItemStatus.DONE, officer_id=desk.actor.officer_id, decision=decision)
    if hands.own.part is Part.AFTER:
        return _sign_after(change, hands, decision, request)
    if not hands.pending(Part.BEFORE):
        hands.give_back()
    return _wait_on(change, hands, decision, request)


def _sign_jointly(change: CaseChange, hands: StepHands, decision: str, request: SignWorkItem) -> Answer:
    own = hands.own
    own.decision = decision
    result = joint_outcome(change, hands)
    event = signed(change, own, decision, request.opinion)
    if result is not None:
        hands.change(own, officer_id=change.desk.actor.officer_id, decision=decision)
        opinion = request.opinion if decision == result else ""
        return close_signed(change, hands, result, _EVENT, event, opinion)
    hands.change(own, status=WorkItemStatus.DONE, officer_id=change.desk.actor.officer_id, decision=decision)
    return _wait_on(change, hands, decision, request)


def _sign_after(change: CaseChange, hands: StepHands, decision: str, request: SignWorkItem) -> Answer:
    """Agreed by all, the step closes as its holder decided; one who disagrees gives it back to the holder."""
    if decision == "disagree":
        hands.cancel(Part.AFTER)
        hands.give_back()
        set_aside(change)
    elif not hands.pending(Part.AFTER):
        event = signed(change, hands.own, decision, request.opinion)
        return close_signed(change, hands, hands.main.decision or "", _EVENT, event)
    return _wait_on(change, hands, decision, request)


def _wait_on(change: CaseChange, hands: StepHands, decision: str, request: SignWorkItem) -> Answer:
    hands.settle()
    return await_others(change, _EVENT, signed(change, hands.own, decision, request.opinion))
