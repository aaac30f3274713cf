"""The yearly arrangement of days off (放假调休安排): its shape, how `calendar.yaml` writes it, and the years not yet told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.errors import DefinitionInvalid
from engine.terms import CalendarStatus

SATURDAY = 5
STATUTORY_FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""《全国年节及纪念日放假办法》第二条: the festivals of which every yearly notice must tell."""

# Those that stand on fixed dates of the solar calendar, with their statutory days.
_FIXED_FESTIVALS = (("元旦", (1, 1), (1, 1)), ("劳动节", (5, 1), (5, 2)), ("国庆节", (10, 1), (10, 3)))


def days_from(first: date, through: date) -> Iterator[date]:
    """Every date of a span, both ends included; none when it ends before it begins."""
    return (first + timedelta(days=n) for n in range((through - first).days + 1))


@dataclass(frozen=True)
class Holiday:
    """Consecutive days off under one name (放假), both ends included."""

    name: str
    first_on: date
    last_on: date

    def days(self) -> Iterator[date]:
        return days_from(self.first_on, self.last_on)


@dataclass(frozen=True)
class YearArrangement:
    """One year's notice of days off and working weekends (放假调休安排); `is_assumed` where nobody entered one."""

    year: int
    status: CalendarStatus
    days_off: tuple[Holiday, ...]
    working_weekends: tuple[date, ...] = ()
    document_no: str = ""
    title: str = ""
    published_on: date | None = None
    is_assumed: bool = False

    def listed_days(self) -> Iterator[date]:
        yield from (day for holiday in self.days_off for day in holiday.days())
        yield from self.working_weekends


def assumed_arrangement(year: int) -> YearArrangement:
    """A year nobody can know yet (推定): weekends and the festivals on fixed dates, so every date in it is provisional."""
    return YearArrangement(
        year=year,
        status=CalendarStatus.PROVISIONAL,
        days_off=tuple(Holiday(name, date(year, *first), date(year, *last)) for name, first, last in _FIXED_FESTIVALS),
        title=f"{year}年放假安排尚未公布，推定仅周末与固定日期的法定节日不计",
        is_assumed=True,
    )


def arrangement_from_entry(entry: Any) -> YearArrangement:
    """The arrangement written in one entry of `years`; DefinitionInvalid names the year and what is wrong."""
    if not isinstance(entry, Mapping) or entry.get("year") not in range(1949, 9999):
        raise calendar_invalid("years", "每个年度须写明 year（四位数字）。")
    year: int = entry["year"]
    key = f"years.{year}"
    try:
        status = CalendarStatus(str(entry.get("status")))
    except ValueError:
        raise calendar_invalid(key, f"{year}年的状态须为 official（正式）或 provisional（暂定）。") from None
    if status is CalendarStatus.OFFICIAL and not entry.get("document_no"):
        raise calendar_invalid(key, f"{year}年标为正式，须写明通知文号。")
    published = entry.get("published_on")
    arrangement = YearArrangement(
        year=year,
        status=status,
        days_off=tuple(_holiday(item, key) for item in entry.get("days_off") or ()),
        working_weekends=tuple(read_date(value, key) for value in entry.get("working_weekends") or ()),
        document_no=str(entry.get("document_no") or ""),
        title=str(entry.get("title") or ""),
        published_on=read_date(published, key) if published else None,
    )
    _check_days(arrangement, key)
    return arrangement


def _holiday(item: Any, key: str) -> Holiday:
    if not isinstance(item, Mapping) or not item.get("name"):
        raise calendar_invalid(key, "每段放假须写明节日名称 name。")
    return Holiday(str(item["name"]), *read_span(item, key))


def _check_days(arrangement: YearArrangement, key: str) -> None:
    year = arrangement.year
    for day in arrangement.working_weekends:
        if day.weekday() < SATURDAY:
            raise calendar_invalid(key, f"{day.isoformat()}不是周六或周日，不能列为调休上班日。")
    for day in arrangement.listed_days():
        if not belongs_to(day, year):
            raise calendar_invalid(key, f"{day.isoformat()}不属于{year}年的放假安排。")


def belongs_to(day: date, year: int) -> bool:
    """Whether a year's notice may speak of this day; New Year may reach back into the last days of December."""
    return day.year == year or (day.year, day.month) == (year - 1, 12)


def read_span(item: Mapping[str, Any], key: str) -> tuple[date, date]:
    """The dates `from` and `through` of an entry; without `through` it is a single day."""
    first = read_date(item.get("from"), key)
    last = read_date(item.get("through", first), key)
    if last < first:
        raise calendar_invalid(key, f"{item['name']}的结束日早于开始日。")
    return first, last


def read_date(value: Any, key: str) -> date:
    """A plain date of the file, however its reader delivered it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise calendar_invalid(key, f"日期“{value}”写法有误，应为 2026-01-01 的形式。") from None


def calendar_invalid(key: str, message: str) -> DefinitionInvalid:
    """The refusal of a calendar file, with the key where the fault stands."""
    return DefinitionInvalid(message, file="forms/_shared/calendar.yaml", key=key)
