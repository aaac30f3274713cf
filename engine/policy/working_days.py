"""Working days (工作日): which days count, and counting them, from the yearly arrangements of days off.

Here belong the calendar and arithmetic on dates. Limits, suspensions and due dates are in `clocks`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from engine.errors import CalendarMissing
from engine.policy.local_calendars import LocalException, local_exceptions
from engine.policy.office_hours import OfficeHours, office_hours_from_mapping
from engine.policy.year_arrangements import (
    SATURDAY,
    Holiday,
    YearArrangement,
    arrangement_from_entry,
    assumed_arrangement,
    calendar_invalid,
    days_from,
)
from engine.terms import CalendarStatus

__all__ = ["Holiday", "WorkingCalendar", "YearArrangement", "calendar_from_mapping"]

_ONE_DAY = timedelta(days=1)
_LAST_ASSUMABLE = 2100


@dataclass(frozen=True)
class WorkingCalendar:
    """The dated working calendar (工作日历) of the years that are known, official or provisional.

    A question that touches any other year raises CalendarMissing: a due date is never computed on a guess.

    local  exceptions of places; they count only in the calendar that `for_place` gives
    here   the exceptions that count in this one
    """

    version: str
    arrangements: tuple[YearArrangement, ...]
    hours: OfficeHours = field(default_factory=OfficeHours)
    local: tuple[LocalException, ...] = ()
    here: tuple[LocalException, ...] = ()

    def for_place(self, region_code: str, department: str | None) -> WorkingCalendar:
        """The calendar as bodies of a region and department keep it (本地工作日历).

        The same exceptions give the same object; where no other than this calendar's apply, that is this very one.
        """
        place = (region_code, department)
        if (found := self._places.get(place)) is None:
            here = tuple(one for one in self.local if one.holds_for(region_code, department))
            found = self if here == self.here else self._kept.setdefault(here, replace(self, here=here))
            self._places[place] = found
        return found

    @cached_property
    def _places(self) -> dict[tuple[str, str | None], WorkingCalendar]:
        return {}

    @cached_property
    def _kept(self) -> dict[tuple[LocalException, ...], WorkingCalendar]:
        return {}

    @cached_property
    def _years(self) -> dict[int, YearArrangement]:
        return {arrangement.year: arrangement for arrangement in self.arrangements}

    @cached_property
    def _provisional_years(self) -> frozenset[int]:
        return frozenset(a.year for a in self.arrangements if a.status is CalendarStatus.PROVISIONAL)

    @cached_property
    def _unbroken(self) -> tuple[date, date]:
        """The days from the first known year to the year before the first gap: asking for them needs no look at years."""
        first = last = min(self._years, default=date.max.year)
        while last + 1 in self._years:
            last += 1
        return date(first, 1, 1), date(last, 12, 31)

    @cached_property
    def _holiday_names(self) -> dict[date, str]:
        return {day: holiday.name for year in self.arrangements for holiday in year.days_off for day in holiday.days()}

    @cached_property
    def _make_up_days(self) -> frozenset[date]:
        return frozenset(day for arrangement in self.arrangements for day in arrangement.working_weekends)

    @cached_property
    def _document_nos(self) -> dict[date, str]:
        return {day: arrangement.document_no for arrangement in self.arrangements for day in arrangement.listed_days()}

    @cached_property
    def _changed_here(self) -> dict[date, LocalException]:
        """Days that count otherwise than in the country; an exception that changes nothing leaves a day as it is."""
        return {
            day: one for one in self.here for day in one.days() if one.is_working is not self._works_nationally(day)
        }

    @cached_property
    def _working(self) -> list[date]:
        return [
            day
            for year in sorted(self._years)
            for day in days_from(date(year, 1, 1), date(year, 12, 31))
            if self._works_on(day)
        ]

    def _works_nationally(self, day: date) -> bool:
        return day in self._make_up_days or (day.weekday() < SATURDAY and day not in self._holiday_names)

    def _works_on(self, day: date) -> bool:
        change = self._changed_here.get(day)
        return change.is_working if change else self._works_nationally(day)

    def arrangement_of(self, year: int) -> YearArrangement:
        """The arrangement of a year; CalendarMissing when none is loaded."""
        if year not in self._years:
            raise CalendarMissing(
                f"{year}年的放假安排尚未录入，无法计算工作日，请先导入工作日历。",
                key=str(year),
                en=f"No working calendar for {year}.",
            )
        return self._years[year]

    def status_of(self, year: int) -> CalendarStatus:
        """Whether a year's arrangement is official or provisional."""
        return self.arrangement_of(year).status

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any year touched by these days, both included, still waits for its official notice."""
        self._require_years(first, last)
        return not self._provisional_years.isdisjoint(range(first.year, last.year + 1))

    def is_working_day(self, day: date) -> bool:
        """Whether offices count this day; a counter open on weekends changes nothing."""
        self.arrangement_of(day.year)
        return self._works_on(day)

    def is_make_up_day(self, day: date) -> bool:
        """Whether this day is worked by arrangement although it would be a rest day (调休上班)."""
        change = self._changed_here.get(day)
        return change.is_working if change else day in self._make_up_days

    def local_exception_on(self, day: date) -> LocalException | None:
        """The local exception (本地例外) because of which this day counts otherwise than in the country."""
        return self._changed_here.get(day)

    def holiday_name(self, day: date) -> str | None:
        """Name of the holiday, or of the local closure, a day off belongs to; None on working days and weekends."""
        if change := self._changed_here.get(day):
            return None if change.is_working else change.name
        return self._holiday_names.get(day)

    def document_no_of(self, day: date) -> str:
        """Number of the notice that makes this day off or working; empty for plain days and provisional years."""
        change = self._changed_here.get(day)
        return change.document_no if change else self._document_nos.get(day, "")

    def count_working_days(self, after: date, through: date) -> int:
        """Number of working days later than `after` up to and including `through`; 0 when that is no day at all."""
        if through <= after:
            return 0
        self._require_years(after + _ONE_DAY, through)
        return bisect_right(self._working, through) - bisect_right(self._working, after)

    def working_days_between(self, first: date, last: date) -> tuple[date, ...]:
        """The working days from `first` to `last`, both included."""
        if last < first:
            return ()
        self._require_years(first, last)
        return tuple(self._working[bisect_left(self._working, first) : bisect_right(self._working, last)])

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which itself is not counted; n = 0 gives `start` back (n ≥ 0)."""
        if n < 0:
            raise ValueError("n must not be negative")
        if n == 0:
            return start
        return self._nth_from(bisect_right(self._working, start) + n - 1, start + _ONE_DAY)

    def next_working_day_on_or_after(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it (《民法典》第二百零三条)."""
        return self._nth_from(bisect_left(self._working, day), day)

    def _nth_from(self, index: int, first: date) -> date:
        if index >= len(self._working):
            last_known = max(self._years, default=first.year - 1)
            self._require_years(first, date(max(last_known + 1, first.year), 12, 31))
        self._require_years(first, self._working[index])
        return self._working[index]

    def _require_years(self, first: date, last: date) -> None:
        begins, ends = self._unbroken
        if first < begins or last > ends:
            for year in range(first.year, last.year + 1):
                self.arrangement_of(year)


def calendar_from_mapping(mapping: Mapping[str, Any]) -> WorkingCalendar:
    """The working calendar written in a parsed `calendar.yaml`; DefinitionInvalid names the year and what is wrong."""
    version, years = mapping.get("version"), mapping.get("years")
    if not isinstance(version, str) or not version:
        raise calendar_invalid("version", "工作日历须写明版本号（文字，加引号）。")
    if not isinstance(years, Sequence) or not years:
        raise calendar_invalid("years", "工作日历没有列出任何年度。")
    entered = tuple(arrangement_from_entry(entry) for entry in years)
    _refuse_repeats([arrangement.year for arrangement in entered], "years", "年度")
    _refuse_repeats([d for a in entered for h in a.days_off for d in h.days()], "days_off", "放假日")
    _refuse_repeats([d for a in entered for d in a.working_weekends], "working_weekends", "调休上班日")
    arrangements = (*entered, *_assumed_after(max(a.year for a in entered), mapping.get("assumed_until")))
    calendar = WorkingCalendar(
        version, arrangements, office_hours_from_mapping(mapping), local_exceptions(mapping.get("local") or ())
    )
    for day in sorted(calendar._make_up_days & calendar._holiday_names.keys()):
        raise calendar_invalid(f"years.{day.year}", f"{day.isoformat()}既列为放假又列为上班。")
    return calendar


def _assumed_after(last_entered: int, until: Any) -> Iterator[YearArrangement]:
    """The years later than the last one entered; a gap between entered years is a fault and stays one."""
    if until is None:
        return iter(())
    if not isinstance(until, int) or until > _LAST_ASSUMABLE:
        raise calendar_invalid("assumed_until", f"assumed_until 须为不晚于{_LAST_ASSUMABLE}年的四位年份。")
    return (assumed_arrangement(year) for year in range(last_entered + 1, until + 1))


def _refuse_repeats(values: Sequence[object], key: str, what: str) -> None:
    repeated = [value for value, times in Counter(values).items() if times > 1]
    if repeated:
        raise calendar_invalid(key, f"{what}重复：{'、'.join(map(str, repeated))}。")
