"""A step is done (办理): its decision moves the process on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands.acceptance import ACCEPTED
from engine.commands.case_change import CaseChange
from engine.commands.step_closing import (
    Closing,
    await_others,
    chosen,
    close_step,
    digest,
    joint_outcome,
    keep_answers,
    signed,
)
from engine.commands.step_hands import StepHands
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import Part, Stage, WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class CompleteWorkItem(Request):
    """decision  code of one of the step's buttons; empty where the step offers none
    answers   fields of the section the step shows (yimen:form)
    """

    work_item_id: int
    version: int | None = None
    decision: str = ""
    opinion: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


@verb
def complete_work_item(desk: Desk, request: CompleteWorkItem) -> Answer:
    """Where the case went: the steps opened, its status and result; or for whose signatures the step now waits."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.COMPLETE)
    if change.values["sign_rule"]:
        return sign_as_holder(change, request)
    if change.values["signers"]:
        return await_signers_after(change, request)
    return finish_step(change, request)


def finish_step(change: CaseChange, request: CompleteWorkItem, extra: Mapping[str, Any] | None = None) -> Answer:
    """Take the decision and the answers, move the process, record: what completing and delivering share."""
    node = change.node()
    decision = ACCEPTED if node.stage is Stage.ACCEPT else chosen(node.decisions, request.decision)
    answers = keep_answers(change, request)
    event = {"item": request.work_item_id, "opinion": digest(change, request.opinion), **(extra or {})}
    return close_step(change, Closing(decision, answers, request.opinion, event))


def sign_as_holder(change: CaseChange, request: CompleteWorkItem) -> Answer:
    """The holder's signature among those of the joint signers (会签、票签): the step is done once the outcome stands."""
    hands, decision = StepHands(change), chosen(change.node().decisions, request.decision)
    answers = keep_answers(change, request)
    hands.main.decision = decision
    result = joint_outcome(change, hands)
    waits = hands.pending(Part.JOINT) and result is None
    hands.take(status=WorkItemStatus.WAITING if waits else WorkItemStatus.CLAIMED, decision=decision)
    event = signed(change, hands.main, decision, request.opinion)
    if result is None:
        hands.settle()
        return await_others(change, "work_item_signed", event)
    change.change_step(signers=0)
    return close_step(change, Closing(result, answers, request.opinion, {"item": request.work_item_id, **event}))


def await_signers_after(change: CaseChange, request: CompleteWorkItem) -> Answer:
    """The holder has decided; the step is done when those asked to sign after agree (后加签)."""
    hands, decision = StepHands(change), chosen(change.node().decisions, request.decision)
    keep_answers(change, request)
    hands.take(status=WorkItemStatus.WAITING, decision=decision)
    for hand in hands.pending(Part.AFTER):
        hands.change(hand, status=WorkItemStatus.OPEN)
    return await_others(change, "work_item_signed", signed(change, hands.main, decision, request.opinion))
