"""What FEEL values are and how they compare and compute; nothing here raises on odd values, the answer is null.

Numbers are int or Decimal (floats are read by their shortest decimal text), with the 34 digits of DMN (IEEE 754
decimal128). Dates may come as ISO text where the other side is a date. A bool is not a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.clock import local_date

DIGITS = 34
EXACT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_INT_LIMIT = 10**DIGITS
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(r"(-?)P(?:(?:([0-9]{1,5})Y)?(?:([0-9]{1,5})M)?|([0-9]{1,6})D)")
_NUMBER = re.compile(r"-?[0-9]{1,34}(?:\.[0-9]{1,34})?")


@dataclass(frozen=True, order=True, slots=True)
class Months:
    """A years-and-months duration (年月时长), counted in months."""

    count: int


@dataclass(frozen=True, order=True, slots=True)
class Days:
    """A duration in whole calendar days (日数时长)."""

    count: int


def as_number(value: Any) -> int | Decimal | None:
    """The value as an exact number, or null; bool, NaN and infinity are not numbers."""
    kind = value.__class__
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() and abs(value.adjusted()) <= 6144 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return None


def as_date(value: Any) -> date | None:
    """A date, the local date of an aware instant, or ISO text YYYY-MM-DD as a date; else null."""
    if isinstance(value, datetime):
        return local_date(value) if value.tzinfo else None
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def as_duration(value: Any) -> Months | Days | None:
    """`P1Y2M` as months or `P5D` as days, with an optional leading minus; else null."""
    if isinstance(value, Months | Days):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()[1:]):
        return None
    sign, years, months, days = match.groups()
    factor = -1 if sign else 1
    if days is not None:
        return Days(factor * int(days))
    return Months(factor * (int(years or 0) * 12 + int(months or 0)))


def parse_number(text: Any) -> int | Decimal | None:
    """The number a plain decimal text stands for (no exponent, no thousands separators); else null."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return as_number(text)
    return EXACT.create_decimal(text) if "." in text else int(text)


def number_text(value: int | Decimal) -> str | None:
    """The number in plain digits, never with an exponent; null beyond the range of numbers."""
    exact = _rounded(value)
    return None if exact is None else format(exact, "f") if isinstance(exact, Decimal) else str(exact)


def tidy(value: Any) -> Any:
    """A number without trailing zeros after the point; other values unchanged."""
    if isinstance(value, Decimal) and value.is_finite():
        whole = value.to_integral_value()
        return whole.quantize(Decimal(1)) if value == whole and whole.adjusted() < DIGITS else value.normalize()
    return value


def duration_text(value: Months | Days) -> str:
    """ISO 8601 text of a duration: P1Y2M, P5D, -P3M."""
    sign, count = ("-" if value.count < 0 else ""), abs(value.count)
    if isinstance(value, Days):
        return f"{sign}P{count}D"
    years, months = divmod(count, 12)
    return f"{sign}P" + (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")


def member(value: Any, name: str) -> Any:
    """A member of a context, or year, month, day of a date; null if there is none."""
    if isinstance(value, Mapping):
        return value.get(name)
    day = as_date(value) if name in ("year", "month", "day") else None
    return None if day is None else getattr(day, name)


def aligned(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Both values in one ordered type (number, text, date, duration), or null when they cannot be compared."""
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    if isinstance(left, date) or isinstance(right, date):
        return _both(as_date(left), as_date(right))
    if isinstance(left, Months | Days):
        return (left, right) if left.__class__ is right.__class__ else None
    return _both(as_number(left), as_number(right))


def _both(left: Any, right: Any) -> tuple[Any, Any] | None:
    return None if left is None or right is None else (left, right)


def order(left: Any, right: Any, operator: Callable[[Any, Any], bool]) -> bool | None:
    """The outcome of < <= > >=; null when a side is missing or the kinds differ. Text is ordered by code point."""
    if left is None or right is None:
        return None
    pair = aligned(left, right)
    return None if pair is None else operator(*pair)


def equal(left: Any, right: Any) -> bool | None:
    """Are two values the same? Null when one is missing or the kinds differ; lists and contexts item by item."""
    if left is None or right is None:
        return None
    if isinstance(left, bool) or isinstance(right, bool):
        return left == right if isinstance(left, bool) and isinstance(right, bool) else None
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all_of(equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all_of(equal(left[key], right[key]) for key in left)
    pair = aligned(left, right)
    return None if pair is None else bool(pair[0] == pair[1])


def all_of(outcomes: Any) -> bool | None:
    """Kleene `and`: false if one is false, else null if one is not true."""
    result: bool | None = True
    for outcome in outcomes:
        if outcome is False:
            return False
        if outcome is not True:
            result = None
    return result


def any_of(outcomes: Any) -> bool | None:
    """Kleene `or`: true if one is true, else null if one is not false."""
    result: bool | None = False
    for outcome in outcomes:
        if outcome is True:
            return True
        if outcome is not False:
            result = None
    return result


def negation(outcome: Any) -> bool | None:
    """Kleene `not`: null of anything but true and false."""
    return not outcome if isinstance(outcome, bool) else None


def shift(day: date, duration: Months | Days) -> date | None:
    """The date later by a duration; a month too short gives its last day; null outside the calendar."""
    try:
        if isinstance(duration, Days):
            return day + timedelta(days=duration.count)
        year, month = divmod(day.year * 12 + day.month - 1 + duration.count, 12)
        return date(year, month + 1, min(day.day, _last_day(year, month + 1)))
    except (ValueError, OverflowError):
        return None


def _last_day(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 + leap if month == 2 else 30 + (month in (1, 3, 5, 7, 8, 10, 12))


def completed_months(start: date, end: date) -> int:
    """Whole months from start to end as DMN counts them: a month is full when the day of the month is reached again.

    Where a month has no such day, it is full on the first of the next. Negative when end is before start.
    """
    if end < start:
        return -completed_months(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def add(left: Any, right: Any) -> Any:
    """Sum of numbers, text joined, date plus duration, or durations of one kind; else null."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(right, Months | Days):
        return _later(left, right)
    if isinstance(left, Months | Days):
        return _later(right, left)
    return _computed(left, right, int.__add__, EXACT.add)


def subtract(left: Any, right: Any) -> Any:
    """Difference of numbers, days between dates, date minus duration, or durations of one kind; else null."""
    if left is None or right is None:
        return None
    if isinstance(right, Months | Days):
        return _later(left, right.__class__(-right.count))
    if isinstance(left, date) or isinstance(right, date):
        pair = _both(as_date(left), as_date(right))
        return None if pair is None else Days((pair[0] - pair[1]).days)
    return _computed(left, right, int.__sub__, EXACT.subtract)


def _later(value: Any, duration: Months | Days) -> Any:
    if isinstance(value, Months | Days):
        if value.__class__ is not duration.__class__:
            return None
        return _bounded_duration(duration.__class__, value.count + duration.count)
    day = as_date(value)
    return None if day is None else shift(day, duration)


def multiply(left: Any, right: Any) -> Any:
    """Product of numbers, or a duration times a number where it comes out whole; else null."""
    if isinstance(left, Months | Days):
        count = _computed(left.count, right, int.__mul__, EXACT.multiply)
        return _bounded_duration(left.__class__, count)
    if isinstance(right, Months | Days):
        return multiply(right, left)
    return _computed(left, right, int.__mul__, EXACT.multiply)


def divide(left: Any, right: Any) -> Any:
    """Quotient to 34 digits, of numbers, of a duration by a number, or of two durations; null by zero."""
    if isinstance(left, Months | Days):
        if left.__class__ is right.__class__:
            return _computed(left.count, right.count, None, EXACT.divide)
        return _bounded_duration(left.__class__, _computed(left.count, right, None, EXACT.divide))
    return _computed(left, right, None, EXACT.divide)


def _computed(
    left: Any, right: Any, whole: Callable[[int, int], int] | None, exact: Callable[[Any, Any], Decimal]
) -> int | Decimal | None:
    if left.__class__ is not int or right.__class__ is not int or whole is None:
        left, right = as_number(left), as_number(right)
        if left is None or right is None:
            return None
    left, right = _rounded(left), _rounded(right)
    if left.__class__ is int and right.__class__ is int and whole is not None:
        return _rounded(whole(left, right))
    if left is None or right is None:
        return None
    try:
        return exact(left, right)
    except (InvalidOperation, DivisionByZero, Overflow):
        return None


def _rounded(value: int | Decimal) -> int | Decimal | None:
    """The number in at most 34 digits; ints of that size stay ints."""
    if isinstance(value, int):
        if -_INT_LIMIT < value < _INT_LIMIT:
            return value
        if value.bit_length() > 21_000:  # beyond the largest exponent; the conversion itself would be slow
            return None
    try:
        return EXACT.create_decimal(value)
    except (InvalidOperation, Overflow):
        return None


def _bounded_duration(kind: type[Months] | type[Days], count: int | Decimal | None) -> Months | Days | None:
    if count is None or not -10_000_000 < count < 10_000_000 or count != int(count):
        return None
    return kind(int(count))
