"""A new working calendar before it comes into force (预览): what it changes, drawn, and which open cases would move."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.definitions.yaml_reader import load_yaml
from engine.errors import DefinitionInvalid
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.calendar_days import CalendarDay, CalendarDifference, days_of_year, difference, status_of_year
from engine.policy.local_calendars import LocalException
from engine.policy.working_days import WorkingCalendar, calendar_from_mapping
from engine.queries.calendar_year import CalendarYear, year_of
from engine.queries.reading import reading
from engine.queries.redating_preview import RedatingPreview, redating_preview
from engine.records.definitions import DefinitionRecords

MOST_YEARS_DRAWN = 3


@dataclass(frozen=True)
class CalendarPreview:
    """What a text would change. `replaces` is the calendar it was compared with; `years` are drawn for `place`.

    local_days  days that count otherwise where a local exception is added or ended
    """

    replaces: int
    version: str
    version_before: str
    difference: CalendarDifference
    years: tuple[CalendarYear, ...]
    place: LocalException | None
    local_days: tuple[CalendarDay, ...]
    redating: RedatingPreview


def calendar_preview(office: Office, actor: Actor, content: bytes) -> CalendarPreview:
    """The text read as a whole calendar; DefinitionInvalid names what is wrong with it."""
    after = calendar_from_mapping(load_yaml(content, "calendar.yaml"))
    with reading(office) as connection:
        shelved = office.references.calendar(DefinitionRecords(connection))
    before, today = shelved.calendar, local_date(office.clock.now())
    found = difference(before, after)
    if after.version == before.version and not found.is_empty:
        raise DefinitionInvalid(
            f"版本号“{after.version}”已用于现行工作日历，内容不同须另用一个版本号。",
            file="calendar.yaml",
            key="version",
            en="Another text needs another version.",
        )
    place = next(iter((*found.local_added, *found.local_ended)), None)
    here_before, here_after = _at(before, place), _at(after, place)
    local_years = [year for year in _years_of(found) if status_of_year(after, year)]
    years = sorted({*found.years, *local_years})
    drawn = tuple(year_of(here_after, year, today, here_before) for year in years[:MOST_YEARS_DRAWN])
    return CalendarPreview(
        replaces=shelved.text_id,
        version=after.version,
        version_before=before.version,
        difference=found,
        years=drawn,
        place=place,
        local_days=tuple(day for year in local_years for day in _changed(here_before, here_after, year)),
        redating=redating_preview(office, actor, after),
    )


def _years_of(found: CalendarDifference) -> tuple[int, ...]:
    exceptions = (*found.local_added, *found.local_ended)
    return tuple(sorted({day.year for one in exceptions for day in one.days()}))


def _changed(before: WorkingCalendar, after: WorkingCalendar, year: int) -> tuple[CalendarDay, ...]:
    return tuple(day for day in days_of_year(after, year, before) if day.was is not None)


def _at(calendar: WorkingCalendar, place: LocalException | None) -> WorkingCalendar:
    """The calendar as the first place keeps it that an exception speaks of."""
    if place is None:
        return calendar
    return calendar.for_place(place.region_codes[0], place.departments[0] if place.departments else None)
