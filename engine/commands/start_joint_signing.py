"""Several decide together (会签、或签、票签): the holder and the signers named, each with one voice."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import digest
from engine.commands.step_hands import StepHands
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.joint_signing import SHARE, signing_rule
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class StartJointSigning(Request):
    """rule      all | any | share:0.67
    officers  one to twenty beside the holder, each once
    """

    work_item_id: int
    version: int | None = None
    rule: str
    officers: tuple[int, ...]
    note: str = ""


@verb
def start_joint_signing(desk: Desk, request: StartJointSigning) -> Answer:
    """The signers' work items; the step is done as soon as no further signature can change its outcome."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    rule = signing_rule(request.rule)
    change.require(Action.VOTE if rule.kind == SHARE else Action.SIGN_JOINTLY)
    hands = StepHands(change)
    signers = hands.signers(request.officers, as_equals=True)
    hands.take(status=WorkItemStatus.CLAIMED)
    items = [hands.ask(Part.JOINT, signer) for signer in signers]
    hands.settle(sign_rule=request.rule)
    if request.note:
        sealed = desk.office.sealer.encrypt_json({"note": request.note, "officer": desk.actor.name})
        desk.uow.cases.put_personal(change.case_id, {f"asked:{item}": sealed for item in items})
    told = {"holder": request.work_item_id, "rule": request.rule, "officers": list(request.officers)}
    change.happened("joint_signing_started", {**told, "note": digest(change, request.note)})
    change.save()
    return {"case_id": change.case_id, "work_items": items, "rule": request.rule, "label": rule.label}
