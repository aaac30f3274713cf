"""Further signatures on a step (前加签、后加签): advice before its holder decides, or agreement before it takes effect."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.step_closing import digest
from engine.commands.step_hands import StepHands
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import Part, WorkItemStatus

_ACTIONS = {Part.BEFORE.value: Action.ADD_SIGNER_BEFORE, Part.AFTER.value: Action.ADD_SIGNER_AFTER}


@dataclass(frozen=True, kw_only=True)
class AddSigner(Request):
    """place     before | after the holder decides
    officers  one to twenty, each once
    note      what they are asked; kept encrypted
    """

    work_item_id: int
    version: int | None = None
    place: str
    officers: tuple[int, ...]
    note: str = ""


@verb
def add_signer(desk: Desk, request: AddSigner) -> Answer:
    """The signers' work items; asked before, they hold the holder up, asked after, they wait for the decision."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    action = _ACTIONS.get(request.place)
    if action is None:
        raise FormInvalid(errors={"place": ["请选择：前加签（before）或后加签（after）。"]})
    change.require(action)
    hands, part = StepHands(change), Part(request.place)
    signers = hands.signers(request.officers, as_equals=False)
    before = part is Part.BEFORE
    hands.take(status=WorkItemStatus.WAITING if before else WorkItemStatus.CLAIMED)
    status = WorkItemStatus.OPEN if before else WorkItemStatus.WAITING
    items = [hands.ask(part, signer, status) for signer in signers]
    hands.settle()
    if request.note:
        sealed = desk.office.sealer.encrypt_json({"note": request.note, "officer": desk.actor.name})
        desk.uow.cases.put_personal(change.case_id, {f"asked:{item}": sealed for item in items})
    told = {"holder": request.work_item_id, "part": part.value, "officers": list(request.officers)}
    change.happened("signer_added", {**told, "note": digest(change, request.note)})
    change.save()
    return {"case_id": change.case_id, "work_items": items, "status": hands.main.status.value}
