"""How much of a limit is left, in working days, for lists (剩余工作日)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.policy.working_days import WorkingCalendar
from engine.terms import CaseStatus


@dataclass(frozen=True)
class Left:
    """What a list shows of a deadline.

    remaining_working_days  after today; 0 on the due date, negative when overdue; None without a due date
    limit_working_days      from start to due date, for the bar
    """

    due_at: datetime | None
    remaining_working_days: int | None
    limit_working_days: int | None
    is_stopped: bool


def left_of(
    calendar: WorkingCalendar, now: datetime, started_at: datetime, due_at: datetime | None, status: CaseStatus
) -> Left:
    """The reading of a stored due date; a suspended case's clock stands still, a decided one's is stopped."""
    is_stopped = status in (CaseStatus.SUSPENDED, CaseStatus.DECIDED, CaseStatus.CLOSED, CaseStatus.ARCHIVED)
    if due_at is None:
        return Left(None, None, None, is_stopped)
    today, due_on = local_date(now), local_date(due_at)
    left = calendar.count_working_days(today, due_on) - calendar.count_working_days(due_on, today)
    return Left(due_at, left, calendar.count_working_days(local_date(started_at), due_on), is_stopped)


def case_clock(row: Row[Any]) -> tuple[datetime, datetime | None]:
    """Start and due date of the clock a case runs on in its status: acceptance, correction or promised.

    `row` holds the case's columns status, received_at, correction_asked_at, accepted_at and the three due dates.
    """
    if row.accepted_at is not None:
        return row.accepted_at, row.promised_due_at
    if row.correction_asked_at is not None and row.case_status == CaseStatus.CORRECTION:
        return row.correction_asked_at, row.correction_due_at
    return row.received_at, row.acceptance_due_at
