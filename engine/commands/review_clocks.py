"""The sweeper looks at one case: its light may have changed colour, and the rules of e-supervision may call for cards."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.issue_cards import issue_called_for
from engine.commands.verb import Answer, Desk, Request, verb
from engine.terms import CaseResult, CaseStatus


@dataclass(frozen=True, kw_only=True)
class ReviewClocks(Request):
    """The case to look at."""

    case_id: int


@verb
def review_clocks(desk: Desk, request: ReviewClocks) -> Answer:
    """The card now. An application not corrected by its date is closed as expired (逾期未补正); repeating changes nothing."""
    change = CaseChange.at_case(desk, request.case_id)
    due_at = change.values["correction_due_at"]
    if change.status is CaseStatus.CORRECTION and due_at and due_at < desk.now:
        account = change.close(CaseResult.CORRECTION_EXPIRED)
        change.happened("correction_expired", account)
        change.tell("applicant", "correction_expired", {"number": change.values["number"]})
        issue_called_for(change)
        change.save()
        return {"card": change.current("card"), "status": change.status.value}
    card = change.set_card()
    issue_called_for(change)
    change.save()
    return {"card": card, "status": change.status.value}
