"""A signature is no longer asked for (减签): whoever has not signed yet is struck off, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import close_signed, digest, joint_outcome
from engine.commands.step_hands import StepHands, pending_signer, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus


@dataclass(frozen=True, kw_only=True)
class RemoveSigner(Request):
    """work_item_id  the holder's own; `signer` is the signer's work item"""

    work_item_id: int
    version: int | None = None
    signer: int
    reason: str


@verb
def remove_signer(desk: Desk, request: RemoveSigner) -> Answer:
    """The step without this signer: its holder's turn again, or done when only this signature was missing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.REMOVE_SIGNER)
    reason = required_text(request.reason, "reason", "请写明减签理由。")
    hands = StepHands(change)
    removed = pending_signer(hands, request.signer)
    hands.change(removed, status=WorkItemStatus.CANCELLED)
    sealed = desk.office.sealer.encrypt_json({"reason": reason, "officer": desk.actor.name})
    desk.uow.cases.put_personal(change.case_id, {f"removed:{removed.id}": sealed})
    event = {"removed": removed.id, "part": removed.part.value, "reason": digest(change, reason)}
    decided = _decided(change, hands, removed.part)
    if decided is not None:
        return close_signed(change, hands, decided, "signer_removed", event)
    return _stays_open(change, hands, event)


def _decided(change: CaseChange, hands: StepHands, part: Part) -> str | None:
    """What the step closes with now that one signer fewer is asked; None while it stays open."""
    if part is Part.JOINT:
        return joint_outcome(change, hands) if hands.votes() else None
    is_last = part is Part.AFTER and not hands.pending(Part.AFTER)
    return hands.main.decision if is_last else None


def _stays_open(change: CaseChange, hands: StepHands, event: dict[str, Any]) -> Answer:
    if hands.main.status is WorkItemStatus.WAITING and not _is_waited_for(hands):
        hands.give_back()
    # Nobody left to sign with: the holder is alone on the step again.
    is_alone = change.values["sign_rule"] and not hands.pending(Part.JOINT) and not hands.votes()
    hands.settle(**({"sign_rule": ""} if is_alone else {}))
    change.happened("signer_removed", event)
    change.save()
    return {"case_id": change.case_id, "status": hands.main.status.value, "opened": []}


def _is_waited_for(hands: StepHands) -> bool:
    """Whether somebody still has to act before the holder can: signers after wait for the holder themselves."""
    return bool(
        hands.pending(Part.BEFORE, Part.JOINT) or (hands.main.decision is not None and hands.pending(Part.AFTER))
    )
