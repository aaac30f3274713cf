"""Withdrawn (撤回申请): the applicant takes the application back before it is decided; the counter confirms it in writing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.endings import end_case, require_texts
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class WithdrawCase(Request):
    """asked_by  who asked at the counter: the applicant or the person acting for them, by name"""

    case_number: str
    asked_by: str
    reason: str


@verb
def withdraw_case(desk: Desk, request: WithdrawCase) -> Answer:
    """The closed case and the confirmation of withdrawal; a new application stays possible."""
    require_texts(
        {
            "asked_by": (request.asked_by, "请填写提出撤回的人（申请人或者代理人姓名）。"),
            "reason": (request.reason, "请写明撤回的原因。"),
        }
    )
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.WITHDRAW)
    told = {"reason": request.reason, "asked_by": request.asked_by}
    return end_case(change, Action.WITHDRAW, CaseResult.WITHDRAWN, told=told)
