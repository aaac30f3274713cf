"""Terminated (终止): going on has become pointless or unlawful, such as when the applicant has died."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.endings import end_case, require_texts
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class TerminateCase(Request):
    """`reason` and `legal_basis` are mandatory: the notice says both."""

    case_number: str
    reason: str
    legal_basis: str


@verb
def terminate_case(desk: Desk, request: TerminateCase) -> Answer:
    """The closed case and its notice of termination with the remedies."""
    require_texts(
        {
            "reason": (request.reason, "请写明终止办理的理由。"),
            "legal_basis": (request.legal_basis, "请写明法律依据（文件名称和条款）。"),
        }
    )
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.TERMINATE)
    told = {"reason": request.reason, "legal_basis": request.legal_basis}
    return end_case(change, Action.TERMINATE, CaseResult.TERMINATED, told=told)
