"""The result reaches the applicant (送达): who received it, how, when."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.complete_work_item import CompleteWorkItem, finish_step
from engine.commands.verb import Answer, Desk, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import DeliveryMode


@dataclass(frozen=True, kw_only=True)
class DeliverCase(CompleteWorkItem):
    """The recipient's name and the way of delivery (送达方式); `id_ending` the last four of the recipient's number."""

    recipient: str
    mode: str
    id_ending: str = ""


@verb
def deliver_case(desk: Desk, request: DeliverCase) -> Answer:
    """The delivered case; its process moves on or ends."""
    if not request.recipient.strip() or request.mode not in set(DeliveryMode):
        modes = "、".join(mode.label for mode in DeliveryMode)
        raise FormInvalid(
            "请填写领取人和送达方式。", errors={"recipient": ["请填写领取人。"], "mode": [f"请选择：{modes}。"]}
        )
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.DELIVER)
    change.changes["delivered_at"] = desk.now
    received = {"recipient": request.recipient, "mode": request.mode, "id_ending": request.id_ending[-4:]}
    desk.uow.cases.put_personal(change.case_id, {"delivery": desk.office.sealer.encrypt_json(received)})
    return finish_step(change, request, {"mode": request.mode})
