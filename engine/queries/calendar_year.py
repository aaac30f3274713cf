"""One year of the working calendar (年历): every day of twelve months, the holidays, the totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from engine.clock import local_date
from engine.definitions.yaml_reader import load_yaml
from engine.errors import CalendarMissing
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.calendar_days import CalendarDay, YearStatus, days_of_year, status_of_year
from engine.policy.local_calendars import LocalException
from engine.policy.working_days import WorkingCalendar
from engine.queries.reading import reading
from engine.records.definitions import DefinitionRecords


@dataclass(frozen=True)
class Month:
    """The days of one month; `number` from 1."""

    number: int
    days: tuple[CalendarDay, ...]
    working_days: int

    @property
    def weeks(self) -> tuple[tuple[CalendarDay | None, ...], ...]:
        """Weeks from Monday to Sunday; None where the week belongs to another month."""
        cells: list[CalendarDay | None] = [None] * self.days[0].on.weekday() + list(self.days)
        cells += [None] * (-len(cells) % 7)
        return tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))


@dataclass(frozen=True)
class HolidayLine:
    """One holiday (放假) as the year's notice tells it."""

    name: str
    first_on: date
    last_on: date
    days: int


@dataclass(frozen=True)
class CalendarYear:
    """A year as bodies of a place keep it. `years`: those the calendar holds; an unknown year has no status and no months."""

    year: int
    years: tuple[int, ...]
    version: str
    status: YearStatus | None
    title: str
    document_no: str
    published_on: date | None
    working_days: int
    days_off: int
    months: tuple[Month, ...]
    holidays: tuple[HolidayLine, ...]
    working_weekends: tuple[date, ...]
    local: tuple[CalendarDay, ...]
    today: date


@dataclass(frozen=True)
class CalendarText:
    """The calendar file in force. `local`: every local exception in the order of the file."""

    text_id: int
    version: str
    content: bytes
    local: tuple[LocalException, ...]

    @property
    def mapping(self) -> dict[str, Any]:
        """The file as plain values, to be changed and written again."""
        read: dict[str, Any] = load_yaml(self.content, "calendar.yaml")
        return read


def calendar_year(
    office: Office, actor: Actor, year: int | None = None, region: str = "", department: str = ""
) -> CalendarYear:
    """The year of the calendar in force; without a year the present one. Without a region no local exception counts."""
    with reading(office) as connection:
        calendar = office.references.calendar(DefinitionRecords(connection)).calendar
    here = calendar.for_place(region, department or None) if region else calendar
    today = local_date(office.clock.now())
    return year_of(here, year or today.year, today)


def calendar_text(office: Office, actor: Actor) -> CalendarText:
    """The text of the calendar in force, as it was loaded; CalendarMissing when none ever was."""
    with reading(office) as connection:
        row = DefinitionRecords(connection).reference_text("calendar")
        if row is None:
            raise CalendarMissing()
        calendar = office.references.calendar_by_id(DefinitionRecords(connection), row.id).calendar
    return CalendarText(row.id, calendar.version, bytes(row.content), calendar.local)


def year_of(calendar: WorkingCalendar, year: int, today: date, before: WorkingCalendar | None = None) -> CalendarYear:
    """The picture of a year; days that `before` has otherwise are marked."""
    status = status_of_year(calendar, year)
    arrangement = calendar.arrangement_of(year) if status else None
    days = days_of_year(calendar, year, before) if status else ()
    working = sum(day.kind.counts for day in days)
    return CalendarYear(
        year=year,
        years=tuple(sorted(one.year for one in calendar.arrangements)),
        version=calendar.version,
        status=status,
        title=arrangement.title if arrangement else "",
        document_no=arrangement.document_no if arrangement else "",
        published_on=arrangement.published_on if arrangement else None,
        working_days=working,
        days_off=len(days) - working,
        months=tuple(_month(number, tuple(found)) for number, found in groupby(days, lambda day: day.on.month)),
        holidays=tuple(
            HolidayLine(one.name, one.first_on, one.last_on, len(tuple(one.days())))
            for one in (arrangement.days_off if arrangement else ())
        ),
        working_weekends=tuple(sorted(arrangement.working_weekends)) if arrangement else (),
        local=tuple(day for day in days if day.is_local),
        today=today,
    )


def _month(number: int, days: tuple[CalendarDay, ...]) -> Month:
    return Month(number, days, sum(day.kind.counts for day in days))
