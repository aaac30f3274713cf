"""Due dates (届满日): when a limit that started at an instant ends, by the rules R1, R2, R7 and R8.

Statutory, promised, acceptance, correction, step, procedure and delivery clocks are all this one function with other
inputs. An extension (R7) lengthens a limit and never stops a clock; a suspension (R6) stops it and changes no limit.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from engine.clock import local_date
from engine.policy.ledger import LedgerLine, day_ledger, hour_ledger
from engine.policy.limits import Interval, Limit, RunningDays, require_aware, resumed
from engine.policy.running_hours import RunningHours
from engine.policy.working_days import WorkingCalendar
from engine.terms import ClockKind, DayUnit

_ONE_SECOND, _ONE_DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True)
class DueDate:
    """Until when (届满日), and why.

    due_at          23:59:59 local time of due_on (or the close of business), in UTC; for hours the exact instant
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

    calendar   as the handling body keeps it (see `WorkingCalendar.for_place`)
    extension  approved extension in the limit's unit (R7)
    now        needed while a suspension is open: the date is the one that holds if the clock resumed now
    Working days by R1 and R2; natural days, months and a rest day at the end by 《民法典》第二百零一条至第二百零三条;
    hours by the wall clock or in business hours (R8). Raises CalendarMissing for a year nobody has entered.
    """
    require_aware(started_at)
    suspensions = tuple(suspensions)
    whole = limit.extended_by(extension)
    closed = resumed(suspensions, now)
    is_suspended = now is not None and any(one.covers(now) for one in suspensions)
    if whole.unit is DayUnit.HOUR:
        hours = RunningHours(calendar, started_at, closed)
        due_at = hours.end(whole.amount)
        due_on = local_date(due_at)
        is_provisional = hours.in_business_hours and calendar.is_provisional(local_date(started_at), due_on)
        remarks = _remarks(limit, extension, is_provisional, is_suspended)
        explain = partial(hour_ledger, kind, whole, hours, due_at, remarks)
        return DueDate(kind, whole, due_on, due_at, is_provisional, is_suspended, calendar.version, explain)
    run = RunningDays.of(started_at, closed, calendar, in_working_days=whole.unit is DayUnit.WORKING_DAY)
    spent_on = run.nth(_days_in(whole, run.start_on))
    due_on, due_at = _close_of(run.last_day(spent_on), started_at, closed, calendar)
    # Natural days need the calendar only where the period ends.
    first = run.start_on + _ONE_DAY if run.in_working_days and spent_on > run.start_on else spent_on
    is_provisional = calendar.is_provisional(first, due_on)
    remarks = _remarks(limit, extension, is_provisional, is_suspended)
    explain = partial(day_ledger, kind, whole, run, spent_on, due_on, remarks)
    return DueDate(kind, whole, due_on, due_at, is_provisional, is_suspended, calendar.version, explain)


def _close_of(
    due_on: date, started_at: datetime, closed: tuple[Interval, ...], calendar: WorkingCalendar
) -> tuple[date, datetime]:
    """Last day and last instant of a period.

    Where days end at the close of business, a day that was closed before the clock started or went on is no last day.
    """
    due_at = calendar.hours.end_of(due_on)
    if calendar.hours.day_ends is not None:
        while due_at + _ONE_SECOND <= started_at or any(pause.covers(due_at) for pause in closed):
            due_on = calendar.next_working_day_on_or_after(due_on + _ONE_DAY)
            due_at = calendar.hours.end_of(due_on)
    return due_on, due_at


def _days_in(limit: Limit, start_on: date) -> int:
    """Days in a limit; months end on the corresponding day or, if there is none, on the last of the month (202)."""
    if limit.unit is not DayUnit.MONTH:
        return limit.amount
    years, month = divmod(start_on.month - 1 + limit.amount, 12)
    year, month = start_on.year + years, month + 1
    end = date(year, month, min(start_on.day, monthrange(year, month)[1]))
    return (end - start_on).days


def _remarks(limit: Limit, extension: int, is_provisional: bool, is_suspended: bool) -> tuple[str, ...]:
    if not (extension or is_provisional or is_suspended):
        return ()
    remarks = (
        (extension > 0, f"其中经批准延长{extension}{limit.unit.label}"),
        (is_provisional, "所涉年度的放假安排尚未公布，届满日为暂定"),
        (is_suspended, "停表中，按此刻恢复计时推算"),
    )
    return tuple(text for applies, text in remarks if applies)
