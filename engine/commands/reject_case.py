"""Rejected (驳回): the approver refuses the application before the flow comes to its decision."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.endings import end_case, require_texts
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class RejectCase(Request):
    """`reason` and `legal_basis` are mandatory: the refusal says both, and the remedies (行政许可法 38)."""

    work_item_id: int
    version: int | None = None
    reason: str
    legal_basis: str


@verb
def reject_case(desk: Desk, request: RejectCase) -> Answer:
    """The closed case, refused, with its decision of refusal."""
    require_texts(
        {
            "reason": (request.reason, "请写明驳回的理由。"),
            "legal_basis": (request.legal_basis, "请写明法律依据（文件名称和条款）。"),
        }
    )
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.REJECT)
    ways = "；".join(dict.fromkeys(c.way_out for c in change.definition.eligibility))
    return end_case(
        change,
        Action.REJECT,
        CaseResult.REFUSED,
        told={"reason": request.reason, "legal_basis": request.legal_basis},
        payload={"node": change.values["node_id"]},
        notice={"findings": "申请不符合规定的条件", "way_out": ways},
    )
