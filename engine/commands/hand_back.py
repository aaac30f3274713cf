"""The delegate hands the work back with an opinion (交回); the holder goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import digest, keep_answers
from engine.commands.step_hands import StepHands, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class HandBack(Request):
    """answers  a proposal for the section the step shows; left empty, none is made"""

    work_item_id: int
    version: int | None = None
    opinion: str
    answers: Mapping[str, Any] = field(default_factory=dict)


@verb
def hand_back(desk: Desk, request: HandBack) -> Answer:
    """The holder's work item, claimed again, with the delegate's opinion beside it."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.HAND_BACK)
    opinion = required_text(request.opinion, "opinion", "请写明办理情况和意见。")
    hands = StepHands(change)
    part = f"sign:{request.work_item_id}"
    if request.answers:
        keep_answers(change, request, part)
    else:
        kept = {"node": change.node().id, "opinion": opinion, "officer": desk.actor.name}
        desk.uow.cases.put_personal(change.case_id, {part: desk.office.sealer.encrypt_json(kept)})
    hands.change(hands.own, status=WorkItemStatus.DONE, officer_id=desk.actor.officer_id)
    hands.give_back()
    hands.settle(sign_rule="")
    told = {"signed": request.work_item_id, "part": hands.own.part.value, "opinion": digest(change, opinion)}
    change.happened("work_item_handed_back", {**told, "proposes": bool(request.answers) or None})
    change.save()
    return {"case_id": change.case_id, "work_item_id": hands.main.id, "status": hands.main.status.value}
