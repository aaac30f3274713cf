"""Voided (作废): a case that should never have been opened, such as one received twice by mistake."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.approval import require_approver
from engine.commands.case_change import CaseChange
from engine.commands.endings import end_case, require_texts
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class VoidCase(Request):
    """approver_id  the officer who approved it, another than the actor"""

    case_number: str
    reason: str
    approver_id: int


@verb
def void_case(desk: Desk, request: VoidCase) -> Answer:
    """The closed case, void; a certificate in force must be revoked first."""
    require_texts({"reason": (request.reason, "请写明作废的理由。")})
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.VOID)
    require_approver(change, request.approver_id)
    payload = {"approver": request.approver_id}
    return end_case(change, Action.VOID, CaseResult.VOID, told={"reason": request.reason}, payload=payload)
