"""Working days (工作日): which days count, and counting them, from the yearly arrangements of days off.

Here belong the calendar and arithmetic on dates. Limits, suspensions and due dates are in `clocks`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from engine.errors import CalendarMissing, DefinitionInvalid
from engine.terms import CalendarStatus

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """Consecutive days off under one name (放假), both ends included."""

    name: str
    first_on: date
    last_on: date

    def days(self) -> Iterator[date]:
        return (self.first_on + timedelta(days=n) for n in range((self.last_on - self.first_on).days + 1))


@dataclass(frozen=True)
class YearArrangement:
    """One year's notice of days off and working weekends (放假调休安排)."""

    year: int
    status: CalendarStatus
    days_off: tuple[Holiday, ...]
    working_weekends: tuple[date, ...] = ()
    document_no: str = ""
    title: str = ""

    def listed_days(self) -> Iterator[date]:
        yield from (day for holiday in self.days_off for day in holiday.days())
        yield from self.working_weekends


@dataclass(frozen=True)
class WorkingCalendar:
    """The dated working calendar (工作日历) of the years that are known, official or provisional.

    A question that touches any other year raises CalendarMissing: a due date is never computed on a guess.
    """

    version: str
    arrangements: tuple[YearArrangement, ...]

    @cached_property
    def _years(self) -> dict[int, YearArrangement]:
        return {arrangement.year: arrangement for arrangement in self.arrangements}

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
    def _working(self) -> list[date]:
        return [day for year in sorted(self._years) for day in _days_of(year) if self._works_on(day)]

    def _works_on(self, day: date) -> bool:
        return day in self._make_up_days or (day.weekday() < _SATURDAY and day not in self._holiday_names)

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
        years = range(first.year, last.year + 1)
        return any(self.status_of(year) is CalendarStatus.PROVISIONAL for year in years)

    def is_working_day(self, day: date) -> bool:
        """Whether offices count this day; a counter open on weekends changes nothing."""
        self.arrangement_of(day.year)
        return self._works_on(day)

    def is_make_up_day(self, day: date) -> bool:
        """Whether this Saturday or Sunday is a working day by arrangement (调休上班)."""
        return day in self._make_up_days

    def holiday_name(self, day: date) -> str | None:
        """Name of the holiday a day off belongs to; None on working days and plain weekends."""
        return self._holiday_names.get(day)

    def document_no_of(self, day: date) -> str:
        """Number of the notice that makes this day off or working; empty for plain days and provisional years."""
        return self._document_nos.get(day, "")

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
        for year in range(first.year, last.year + 1):
            self.arrangement_of(year)


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def calendar_from_mapping(mapping: Mapping[str, Any]) -> WorkingCalendar:
    """The working calendar written in a parsed `calendar.yaml`; DefinitionInvalid names the year and what is wrong."""
    version, years = mapping.get("version"), mapping.get("years")
    if not isinstance(version, str) or not version:
        raise _invalid("version", "工作日历须写明版本号（文字，加引号）。")
    if not isinstance(years, Sequence) or not years:
        raise _invalid("years", "工作日历没有列出任何年度。")
    arrangements = tuple(_arrangement(entry) for entry in years)
    _refuse_repeats([arrangement.year for arrangement in arrangements], "years", "年度")
    _refuse_repeats([d for a in arrangements for h in a.days_off for d in h.days()], "days_off", "放假日")
    _refuse_repeats([d for a in arrangements for d in a.working_weekends], "working_weekends", "调休上班日")
    calendar = WorkingCalendar(version, arrangements)
    for day in sorted(calendar._make_up_days & calendar._holiday_names.keys()):
        raise _invalid(f"years.{day.year}", f"{day.isoformat()}既列为放假又列为上班。")
    return calendar


def _arrangement(entry: Any) -> YearArrangement:
    if not isinstance(entry, Mapping) or entry.get("year") not in range(1949, 9999):
        raise _invalid("years", "每个年度须写明 year（四位数字）。")
    year: int = entry["year"]
    key = f"years.{year}"
    try:
        status = CalendarStatus(str(entry.get("status")))
    except ValueError:
        raise _invalid(key, f"{year}年的状态须为 official（正式）或 provisional（暂定）。") from None
    if status is CalendarStatus.OFFICIAL and not entry.get("document_no"):
        raise _invalid(key, f"{year}年标为正式，须写明通知文号。")
    arrangement = YearArrangement(
        year=year,
        status=status,
        days_off=tuple(_holiday(item, key) for item in entry.get("days_off") or ()),
        working_weekends=tuple(_date(value, key) for value in entry.get("working_weekends") or ()),
        document_no=str(entry.get("document_no") or ""),
        title=str(entry.get("title") or ""),
    )
    _check_days(arrangement, key)
    return arrangement


def _holiday(item: Any, key: str) -> Holiday:
    if not isinstance(item, Mapping) or not item.get("name"):
        raise _invalid(key, "每段放假须写明节日名称 name。")
    first = _date(item.get("from"), key)
    holiday = Holiday(str(item["name"]), first, _date(item.get("through", first), key))
    if holiday.last_on < holiday.first_on:
        raise _invalid(key, f"{holiday.name}的结束日早于开始日。")
    return holiday


def _check_days(arrangement: YearArrangement, key: str) -> None:
    year = arrangement.year
    for day in arrangement.working_weekends:
        if day.weekday() < _SATURDAY:
            raise _invalid(key, f"{day.isoformat()}不是周六或周日，不能列为调休上班日。")
    for day in arrangement.listed_days():
        # A New Year's notice may reach back into the last days of December.
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise _invalid(key, f"{day.isoformat()}不属于{year}年的放假安排。")


def _date(value: Any, key: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _invalid(key, f"日期“{value}”写法有误，应为 2026-01-01 的形式。") from None


def _refuse_repeats(values: Sequence[object], key: str, what: str) -> None:
    repeated = [value for value, times in Counter(values).items() if times > 1]
    if repeated:
        raise _invalid(key, f"{what}重复：{'、'.join(map(str, repeated))}。")


def _invalid(key: str, message: str) -> DefinitionInvalid:
    return DefinitionInvalid(message, file="forms/_shared/calendar.yaml", key=key)
