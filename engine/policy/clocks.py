"""Clocks (计时): time used and time left of a case's limits, and due dates moved by a new calendar; rules R1–R12.

How a due date is computed stands in `due_dates`, why in `ledger`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.clock import local_date
from engine.policy.due_dates import DueDate, due
from engine.policy.ledger import OPENINGS, LedgerLine
from engine.policy.limits import Interval, Limit, RunningDays, require_aware, resumed
from engine.policy.running_hours import RunningHours
from engine.policy.working_days import WorkingCalendar
from engine.terms import ClockKind, DayUnit

__all__ = [
    "ACCEPTANCE_LIMIT",
    "DELIVERY_LIMIT",
    "IMMEDIATE",
    "CaseClock",
    "ClockReading",
    "DueDate",
    "Interval",
    "LedgerLine",
    "Limit",
    "Redating",
    "basis_of",
    "due",
    "promised_and_statutory",
    "read",
    "redate",
    "remaining_working_days",
    "used_working_days",
]

IMMEDIATE = Limit(0)
"""即办件 (R9): by the end of the acceptance day, or of the next working day if accepted on a rest day."""

ACCEPTANCE_LIMIT = Limit(5)
"""受理时限 (R3): five working days from receipt, then deemed accepted from receipt; 《行政许可法》第三十二条."""

DELIVERY_LIMIT = Limit(10)
"""送达时限 (R11): ten working days from the decision; 《行政许可法》第四十四条."""


def basis_of(kind: ClockKind) -> str:
    """The law that gives this clock its limit (法律依据); empty for a step, which is the item's own arrangement."""
    return OPENINGS[kind][1]


def used_working_days(
    started_at: datetime, suspensions: Iterable[Interval], calendar: WorkingCalendar, at: datetime
) -> int:
    """Working days consumed by an instant (已用工作日, R2): 0 on the day the clock starts."""
    require_aware(started_at)
    require_aware(at)
    run = RunningDays.of(started_at, resumed(suspensions, at), calendar, in_working_days=True)
    return run.count(run.start_on, local_date(at))


@dataclass(frozen=True)
class CaseClock:
    """One clock of a case (计时): what started it, its limit, what stopped it for a while and what ended it.

    extension   approved extension in the limit's unit
    stopped_at  the event that ended it, e.g. the decision; None while it is live
    """

    kind: ClockKind
    started_at: datetime
    limit: Limit
    suspensions: tuple[Interval, ...] = ()
    extension: int = 0
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.started_at)
        if self.stopped_at is not None:
            require_aware(self.stopped_at)

    def due(self, calendar: WorkingCalendar, now: datetime) -> DueDate:
        return due(
            self.started_at,
            self.limit,
            self.suspensions,
            calendar,
            self.extension,
            kind=self.kind,
            now=self.seen_at(now),
        )

    def seen_at(self, now: datetime) -> datetime:
        """The instant at which the clock shows what it shows now: a stopped clock keeps its last reading."""
        require_aware(now)
        return now if self.stopped_at is None else min(now, self.stopped_at)


@dataclass(frozen=True)
class ClockReading:
    """What a clock shows at an instant (计时读数).

    limit_working_days      working days from start to due date, suspensions excluded, whatever the limit's unit
    remaining_working_days  later than today up to the due date; negative when overdue
    used_time               time consumed of a limit in hours, counted as the limit is; None for other limits
    remaining_time          the rest of it; negative when overdue
    """

    kind: ClockKind
    read_at: datetime
    due: DueDate
    limit_working_days: int
    used_working_days: int
    remaining_working_days: int
    is_suspended: bool
    is_stopped: bool
    used_time: timedelta | None = None
    remaining_time: timedelta | None = None

    @property
    def is_overdue(self) -> bool:
        return self.read_at >= self.due.lapses_at


def read(clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> ClockReading:
    """The clock's reading (计时读数): due date, working days used and left, whether suspended, stopped or overdue."""
    at = clock.seen_at(now)
    deadline = clock.due(calendar, now)
    run = running_days(clock, calendar, now)
    today = max(local_date(at), run.start_on)
    left, late = run.count(today, deadline.due_on), calendar.count_working_days(deadline.due_on, today)
    used_time, remaining_time = _time_of(clock, calendar, at, deadline)
    return ClockReading(
        kind=clock.kind,
        read_at=at,
        due=deadline,
        limit_working_days=run.count(run.start_on, deadline.due_on),
        used_working_days=run.count(run.start_on, today),
        remaining_working_days=left - late,
        is_suspended=deadline.is_suspended,
        is_stopped=clock.stopped_at is not None and clock.stopped_at <= now,
        used_time=used_time,
        remaining_time=remaining_time,
    )


def _time_of(
    clock: CaseClock, calendar: WorkingCalendar, at: datetime, deadline: DueDate
) -> tuple[timedelta | None, timedelta | None]:
    """Time used and left of a limit in hours."""
    if clock.limit.unit is not DayUnit.HOUR:
        return None, None
    used = RunningHours(calendar, clock.started_at, resumed(clock.suspensions, at)).used(at)
    return used, timedelta(hours=deadline.limit.amount) - used


def running_days(clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> RunningDays:
    """The working days on which this clock runs, as far as is known now."""
    closed = resumed(clock.suspensions, clock.seen_at(now))
    return RunningDays.of(clock.started_at, closed, calendar, in_working_days=True)


def remaining_working_days(clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> int:
    """Working days left after today (剩余工作日); 0 on the due date, negative when overdue."""
    return read(clock, calendar, now).remaining_working_days


def promised_and_statutory(
    accepted_at: datetime,
    promised: Limit | None,
    statutory: Limit | None,
    suspensions: Iterable[Interval] = (),
    extension: int = 0,
    stopped_at: datetime | None = None,
) -> tuple[CaseClock, ...]:
    """The two main clocks of a case (承诺时限、法定时限, R11), those that the item has; both start at acceptance."""
    limits = ((ClockKind.PROMISED, promised), (ClockKind.STATUTORY, statutory))
    return tuple(
        CaseClock(kind, accepted_at, limit, tuple(suspensions), extension, stopped_at)
        for kind, limit in limits
        if limit
    )


@dataclass(frozen=True)
class Redating:
    """A due date that another calendar moves (重新计算届满日, R10): what to log and what to store."""

    old_due_on: date
    old_calendar_version: str
    new: DueDate
    reason: str


def redate(
    clock: CaseClock, stored_due_on: date, stored_version: str, calendar: WorkingCalendar, now: datetime
) -> Redating | None:
    """The change a new calendar makes to a stored due date (R10); None when the date stands."""
    new = clock.due(calendar, now)
    if new.due_on == stored_due_on:
        return None
    reason = (
        f"工作日历由{stored_version}更新为{calendar.version}，"
        f"届满日由{stored_due_on.isoformat()}改为{new.due_on.isoformat()}。"
    )
    return Redating(stored_due_on, stored_version, new, reason)
