"""Statistical periods (统计期间) in local dates, and the periods they are compared with (同比、环比)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """A stretch of days, both ends included."""

    first_on: date
    last_on: date

    @property
    def label(self) -> str:
        """The month it begins in, as 2026-11."""
        return f"{self.first_on:%Y-%m}"


def comparison_periods(period: Period) -> dict[str, Period]:
    """`now`, `last_year` (同期) and `previous` (上期).

    A period that begins with a month is moved by whole months, so that month to date meets month to date; any other
    is followed back by one of the same length.
    """
    return {
        "now": period,
        "last_year": Period(_moved(period.first_on, -12), _moved_end(period.last_on, -12)),
        "previous": _previous(period),
    }


def months_of(period: Period) -> Iterator[Period]:
    """The calendar months of a period; the first and the last may be parts."""
    first = period.first_on
    while first <= period.last_on:
        month_end = first.replace(day=monthrange(first.year, first.month)[1])
        yield Period(first, min(month_end, period.last_on))
        first = month_end + timedelta(days=1)


def _previous(period: Period) -> Period:
    if period.first_on.day == 1:
        first, last = period.first_on, period.last_on
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return Period(_moved(first, -months), _moved_end(last, -months))
    length = period.last_on - period.first_on
    last_on = period.first_on - timedelta(days=1)
    return Period(last_on - length, last_on)


def _moved(day: date, months: int) -> date:
    """The same day some months later or earlier, or the last of that month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _moved_end(day: date, months: int) -> date:
    """As `_moved`; the last day of a month stays the last day."""
    moved = _moved(day, months)
    if day.day == monthrange(day.year, day.month)[1]:
        return moved.replace(day=monthrange(moved.year, moved.month)[1])
    return moved
