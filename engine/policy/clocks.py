"""Clocks (计时): due dates, time used and time left, each explained by a ledger; rules R1–R12 of the time-limit law.

Statutory, promised, acceptance, correction, step, procedure and delivery clocks are all the same function with other
inputs. An extension (R7) lengthens a limit and never stops a clock; a suspension (R6) stops it and changes no limit.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial

from engine.clock import local_date, local_instant
from engine.policy.ledger import OPENINGS, LedgerLine, day_ledger, hour_ledger
from engine.policy.limits import Interval, Limit, RunningDays, require_aware, resumed
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

_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class DueDate:
    """Until when (届满日), and why.

    due_at          23:59:59 local time of due_on, in UTC; for limits in hours the exact instant
    is_provisional  a year that was counted still waits for its official calendar
    is_suspended    the clock stands still; the date holds if it resumed at the `now` that was asked for
    """

    kind: ClockKind
    limit: Limit
    due_on: date
    due_at: datetime
    is_provisional: bool
    is_suspended: bool
    calendar_version: str
    explain: Callable[[], tuple[LedgerLine, ...]] = field(repr=False, compare=False)

    @cached_property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """The date line by line. Written when read: most due dates are only stored, and a ledger looks at every day."""
        return self.explain()

    @property
    def lapses_at(self) -> datetime:
        """First instant that is too late; the last second of a period belongs to it."""
        return self.due_at + _ONE_SECOND


def due(
    started_at: datetime,
    limit: Limit,
    suspensions: Iterable[Interval],
    calendar: WorkingCalendar,
    extension: int = 0,
    *,
    kind: ClockKind = ClockKind.PROMISED,
    now: datetime | None = None,
) -> DueDate:
    """When a period ends that started at an instant (届满日), with the ledger that explains it.

    extension  approved extension in the limit's unit (R7)
    now        needed while a suspension is open: the date is the one that holds if the clock resumed now
    Working days by R1 and R2; natural days, months and a rest day at the end by 《民法典》第二百零一条至第二百零三条;
    hours by the wall clock (R8). Raises CalendarMissing for a year nobody has entered.
    """
    require_aware(started_at)
    suspensions = tuple(suspensions)
    whole = limit.extended_by(extension)
    closed = resumed(suspensions, now)
    is_suspended = now is not None and any(one.covers(now) for one in suspensions)
    if whole.unit is DayUnit.HOUR:
        due_at = _hours_end(started_at, whole.amount, closed)
        explain = partial(hour_ledger, kind, whole, started_at, closed, due_at)
        return DueDate(kind, whole, local_date(due_at), due_at, False, is_suspended, calendar.version, explain)
    run = RunningDays.of(started_at, closed, calendar, in_working_days=whole.unit is DayUnit.WORKING_DAY)
    spent_on = run.nth(_days_in(whole, run.start_on))
    due_on = run.last_day(spent_on)
    # Natural days need the calendar only where the period ends.
    first = run.start_on + timedelta(days=1) if run.in_working_days and spent_on > run.start_on else spent_on
    is_provisional = calendar.is_provisional(first, due_on)
    remarks = _remarks(limit, extension, is_provisional, is_suspended)
    explain = partial(day_ledger, kind, whole, run, spent_on, due_on, remarks)
    due_at = local_instant(due_on, 23, 59, 59)
    return DueDate(kind, whole, due_on, due_at, is_provisional, is_suspended, calendar.version, explain)


def _days_in(limit: Limit, start_on: date) -> int:
    """Days in a limit; months end on the corresponding day or, if there is none, on the last of the month (202)."""
    if limit.unit is not DayUnit.MONTH:
        return limit.amount
    years, month = divmod(start_on.month - 1 + limit.amount, 12)
    year, month = start_on.year + years, month + 1
    end = date(year, month, min(start_on.day, monthrange(year, month)[1]))
    return (end - start_on).days


def _hours_end(started_at: datetime, hours: int, closed: tuple[Interval, ...]) -> datetime:
    at, left = started_at.astimezone(UTC), timedelta(hours=hours)
    for pause in closed:
        if pause.end is None or pause.end <= at:
            continue
        running = max(pause.start - at, timedelta(0))
        if left < running:
            break
        at, left = pause.end.astimezone(UTC), left - running
    return at + left


def _remarks(limit: Limit, extension: int, is_provisional: bool, is_suspended: bool) -> tuple[str, ...]:
    remarks = (
        (extension > 0, f"其中经批准延长{extension}{limit.unit.label}"),
        (is_provisional, "所涉年度的放假安排尚未公布，届满日为暂定"),
        (is_suspended, "停表中，按此刻恢复计时推算"),
    )
    return tuple(text for applies, text in remarks if applies)


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
    """

    kind: ClockKind
    read_at: datetime
    due: DueDate
    limit_working_days: int
    used_working_days: int
    remaining_working_days: int
    is_suspended: bool
    is_stopped: bool

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
    return ClockReading(
        kind=clock.kind,
        read_at=at,
        due=deadline,
        limit_working_days=run.count(run.start_on, deadline.due_on),
        used_working_days=run.count(run.start_on, today),
        remaining_working_days=left - late,
        is_suspended=deadline.is_suspended,
        is_stopped=clock.stopped_at is not None and clock.stopped_at <= now,
    )


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
