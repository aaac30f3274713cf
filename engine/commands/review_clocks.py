"""The sweeper looks at one case whose clock may have changed colour or run out, and does what the law then says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.commands.case_change import CaseChange
from engine.commands.issue_cards import issue_called_for
from engine.commands.verb import Answer, Desk, Request, verb
from engine.terms import CaseResult, CaseStatus, CommitmentKind, CommitmentStatus


@dataclass(frozen=True, kw_only=True)
class ReviewClocks(Request):
    """The case to look at."""

    case_id: int


@verb
def review_clocks(desk: Desk, request: ReviewClocks) -> Answer:
    """The card now, after what a lapsed date brings with it; repeating changes nothing.

    An application not corrected by its date is closed (逾期未补正, R4), one nobody answered in time is deemed accepted
    (视为受理, R3), and documents that did not follow are a broken promise (容缺逾期).
    """
    change = CaseChange.at_case(desk, request.case_id)
    if change.status is CaseStatus.CORRECTION and _is_past(change, "correction_due_at"):
        _close_uncorrected(change)
    elif change.status is CaseStatus.RECEIVED and _is_past(change, "acceptance_due_at"):
        _deem_accepted(change)
    elif _is_past(change, "deferred_due_at"):
        _break_promises(change)
    card = change.set_card()
    issue_called_for(change)
    change.save()
    return {"card": card, "status": change.status.value}


def _is_past(change: CaseChange, column: str) -> bool:
    due_at: datetime | None = change.values[column]
    return due_at is not None and due_at < change.desk.now


def _close_uncorrected(change: CaseChange) -> None:
    account = change.close(CaseResult.CORRECTION_EXPIRED)
    change.happened("correction_expired", account)
    change.tell("applicant", "correction_expired", {"number": change.values["number"]})


def _deem_accepted(change: CaseChange) -> None:
    """In process since the application came; the acceptance step stays open, and a person completes it."""
    accepted_at = change.times().received_at
    change.set(status=CaseStatus.IN_PROCESS, accepted_at=accepted_at, deemed_accepted=True)
    change.happened("acceptance_deemed", change.set_dates())
    for receiver in ("applicant", "supervision"):
        change.tell(receiver, "acceptance_deemed", {"number": change.values["number"]})


def _break_promises(change: CaseChange) -> None:
    """Documents that did not follow: told and remembered; the case goes on.

    A new calendar moves the promise at once, the case's date only when no special procedure stands: the later counts.
    """
    rows = change.desk.uow.commitments.of_case(change.case_id)
    open_ = [r for r in rows if (r.kind, r.status) == (CommitmentKind.DEFERRED, CommitmentStatus.OPEN)]
    owed = [row.document_id for row in open_ if row.due_at < change.desk.now]
    if not owed:
        return
    change.settle(owed, CommitmentStatus.BROKEN)
    change.happened("deferred_lapsed", {"documents": sorted(owed)})
    change.tell("applicant", "deferred_lapsed", {"number": change.values["number"]})
