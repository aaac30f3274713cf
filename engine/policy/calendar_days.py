"""A working calendar looked at day by day (日历逐日), and what one calendar changes against another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.policy.local_calendars import LocalException
from engine.policy.working_days import WorkingCalendar
from engine.policy.year_arrangements import days_from
from engine.terms import CalendarStatus, Term


class DayKind(Term):
    """What a day is to a working calendar."""

    WORKING = "working", "工作日"
    WEEKEND = "weekend", "周末"
    HOLIDAY = "holiday", "放假", "Day off"
    MAKE_UP = "make_up", "调休上班", "Working weekend"

    @property
    def counts(self) -> bool:
        """Whether limits in working days count it."""
        return self in (DayKind.WORKING, DayKind.MAKE_UP)


class YearStatus(Term):
    """How far a year's arrangement can be trusted, the assumed years told apart."""

    OFFICIAL = "official", "正式"
    PROVISIONAL = "provisional", "暂定"
    ASSUMED = "assumed", "推定"


@dataclass(frozen=True)
class CalendarDay:
    """One day. `name` of the holiday or local exception, `was` what it is in the calendar compared with, if otherwise."""

    on: date
    kind: DayKind
    name: str
    document_no: str
    is_local: bool
    was: DayKind | None = None

    @property
    def counts_anew(self) -> bool:
        """Whether the day counts now and did not before, or the other way round; else only its name is another."""
        return self.was is not None and self.was.counts is not self.kind.counts


@dataclass(frozen=True)
class CalendarDifference:
    """What a new calendar changes. Days are those of the whole country; a local exception is told as a whole."""

    days: tuple[CalendarDay, ...]
    statuses: tuple[tuple[int, YearStatus | None, YearStatus | None], ...]
    local_added: tuple[LocalException, ...]
    local_ended: tuple[LocalException, ...]
    hours_changed: bool

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which a day or the status changes."""
        return tuple(sorted({day.on.year for day in self.days} | {year for year, _, _ in self.statuses}))

    @property
    def is_empty(self) -> bool:
        return not (self.days or self.statuses or self.local_added or self.local_ended or self.hours_changed)


def day_of(calendar: WorkingCalendar, on: date, before: WorkingCalendar | None = None) -> CalendarDay:
    """One day as the calendar has it; CalendarMissing for a year that it does not hold."""
    kind, local = _kind(calendar, on), calendar.local_exception_on(on)
    was = _kind(before, on) if before and _holds(before, on.year) else None
    return CalendarDay(
        on=on,
        kind=kind,
        name=calendar.holiday_name(on) or (local.name if local else ""),
        document_no=calendar.document_no_of(on),
        is_local=local is not None,
        was=was if was is not kind else None,
    )


def days_of_year(
    calendar: WorkingCalendar, year: int, before: WorkingCalendar | None = None
) -> tuple[CalendarDay, ...]:
    """Every day of a year, those that `before` has otherwise marked."""
    return tuple(day_of(calendar, on, before) for on in days_from(date(year, 1, 1), date(year, 12, 31)))


def status_of_year(calendar: WorkingCalendar, year: int) -> YearStatus | None:
    """Official, provisional or assumed; None for a year that the calendar does not hold."""
    found = next((one for one in calendar.arrangements if one.year == year), None)
    if found is None:
        return None
    if found.is_assumed:
        return YearStatus.ASSUMED
    return YearStatus.OFFICIAL if found.status is CalendarStatus.OFFICIAL else YearStatus.PROVISIONAL


def difference(before: WorkingCalendar, after: WorkingCalendar) -> CalendarDifference:
    """What comes into force with `after`. A year that one of them lacks is told by its status alone."""
    years = sorted({one.year for calendar in (before, after) for one in calendar.arrangements})
    told = ((year, status_of_year(before, year), status_of_year(after, year)) for year in years)
    return CalendarDifference(
        days=tuple(_changed(before, after, years)),
        statuses=tuple((year, old, new) for year, old, new in told if old is not new),
        local_added=tuple(one for one in after.local if one not in before.local),
        local_ended=tuple(one for one in before.local if one not in after.local),
        hours_changed=before.hours != after.hours,
    )


def _changed(before: WorkingCalendar, after: WorkingCalendar, years: list[int]) -> Iterator[CalendarDay]:
    for year in years:
        if _holds(before, year) and _holds(after, year):
            yield from (day for day in days_of_year(after, year, before) if day.was is not None)


def _kind(calendar: WorkingCalendar, on: date) -> DayKind:
    if calendar.is_working_day(on):
        return DayKind.MAKE_UP if calendar.is_make_up_day(on) else DayKind.WORKING
    return DayKind.HOLIDAY if calendar.holiday_name(on) else DayKind.WEEKEND


def _holds(calendar: WorkingCalendar, year: int) -> bool:
    return status_of_year(calendar, year) is not None
