"""The one table of functions an expression may call.

A function gets values and gives a value, null for arguments of a wrong kind; it never raises. Unless it says
`takes_null`, one missing argument makes the result null before the function is asked.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial, reduce
from types import MappingProxyType
from typing import Any

from engine.feel import values
from engine.feel.values import Days, Months


@dataclass(frozen=True, slots=True)
class Function:
    """One function (函数): how it is called and what it gives. `most` None means any number of arguments."""

    name: str
    usage: str
    summary: str
    least: int
    most: int | None
    apply: Callable[..., Any]
    takes_null: bool = False
    implicit_fact: str = ""
    """A fact handed in as the first argument, unseen by the author."""

    @property
    def arity_text(self) -> str:
        """How many arguments it wants, in words."""
        if self.most is None:
            return f"{self.least} 个以上"
        return f"{self.least} 个" if self.most == self.least else f"{self.least} 至 {self.most} 个"


def _of_texts(apply: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*arguments: Any) -> Any:
        return apply(*arguments) if all(isinstance(each, str) for each in arguments) else None

    return checked


def _substring(text: Any, start: Any, length: Any = None) -> str | None:
    """1-based; a negative start counts from the end."""
    first, count = _whole(start), _whole(length)
    if not isinstance(text, str) or not first or (length is not None and (count is None or count < 0)):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if begin < 0:
        return None
    return text[begin:] if count is None else text[begin : begin + count]


def _whole(value: Any) -> int | None:
    number = values.as_number(value)
    if number is None or not -100_000 < number < 100_000 or number != int(number):
        return None
    return int(number)


def _rounded(value: Any, scale: Any = 0, *, rounding: str) -> int | Decimal | None:
    """Rounded to `scale` decimals; a negative scale rounds to tens, hundreds …"""
    number, digits = values.as_number(value), _whole(scale)
    if number is None or digits is None or abs(digits) > values.DIGITS:
        return None
    try:
        result = Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=values.EXACT)
    except InvalidOperation:
        return None
    return int(result) if digits <= 0 else result


def _absolute(value: Any) -> Any:
    if isinstance(value, Months | Days):
        return value.__class__(abs(value.count))
    number = values.as_number(value)
    return None if number is None else abs(number)


def _items(arguments: tuple[Any, ...]) -> list[Any] | tuple[Any, ...]:
    first = arguments[0]
    return first if len(arguments) == 1 and isinstance(first, list | tuple) else arguments


def _total(*arguments: Any) -> Any:
    items = _items(arguments)
    if not items or any(values.as_number(item) is None for item in items):
        return None
    return reduce(values.add, items)


def _mean(*arguments: Any) -> Any:
    total = _total(*arguments)
    return None if total is None else values.divide(total, len(_items(arguments)))


def _extreme(*arguments: Any, better: Callable[[Any, Any], bool]) -> Any:
    """The least or greatest of values of one ordered kind."""
    items = _items(arguments)
    best = items[0] if items else None
    for item in items:
        verdict = values.order(item, best, better)
        if verdict is None:
            return None
        best = item if verdict else best
    return best


def _count(items: Any) -> int | None:
    return len(items) if isinstance(items, list | tuple) else None


def _list_contains(items: Any, element: Any) -> bool | None:
    if not isinstance(items, list | tuple):
        return None
    return values.any_of(values.equal(item, element) for item in items)


def _date(first: Any, month: Any = None, day: Any = None) -> date | None:
    if month is None or day is None:
        return values.as_date(first) if month is None and day is None else None
    parts = [_whole(first), _whole(month), _whole(day)]
    try:
        return None if None in parts else date(*parts)  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None


def _between(start: Any, end: Any, *, unit: str) -> int | None:
    first, last = values.as_date(start), values.as_date(end)
    if first is None or last is None:
        return None
    if unit == "days":
        return (last - first).days
    months = values.completed_months(first, last)
    return months if unit == "months" else (abs(months) // 12) * (1 if months > 0 else -1)


def _months_duration(start: Any, end: Any) -> Months | None:
    months = _between(start, end, unit="months")
    return None if months is None else Months(months)


def _string(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Months | Days):
        return values.duration_text(value)
    if isinstance(value, date):
        day = values.as_date(value)
        return None if day is None else day.isoformat()
    number = values.as_number(value)
    return None if number is None else values.number_text(number)


def _rounding(name: str, usage: str, summary: str, rounding: str) -> Function:
    return Function(name, usage, summary, 1, 2, partial(_rounded, rounding=rounding))


_ALL = (
    Function("today", "today()", "受理日所在的日期（取事实 today）", 0, 0, values.as_date, implicit_fact="today"),
    Function("date", 'date("2026-01-01")', "日期；也可写 date(年, 月, 日)", 1, 3, _date),
    Function("duration", 'duration("P1Y2M")', "时长：年月或日数", 1, 1, values.as_duration),
    Function(
        "years and months duration", "years and months duration(起, 止)", "两日之间的年月时长", 2, 2, _months_duration
    ),
    Function("years between", "years between(起, 止)", "满几年（周岁）", 2, 2, partial(_between, unit="years")),
    Function("months between", "months between(起, 止)", "满几个月", 2, 2, partial(_between, unit="months")),
    Function("days between", "days between(起, 止)", "相隔几天", 2, 2, partial(_between, unit="days")),
    Function("starts with", "starts with(文字, 开头)", "以某文字开头", 2, 2, _of_texts(str.startswith)),
    Function("ends with", "ends with(文字, 结尾)", "以某文字结尾", 2, 2, _of_texts(str.endswith)),
    Function("contains", "contains(文字, 片段)", "含有某片段", 2, 2, _of_texts(str.__contains__)),
    Function("substring", "substring(文字, 起始位, 长度)", "截取文字，从 1 数起；长度可省", 2, 3, _substring),
    Function("string length", "string length(文字)", "字数", 1, 1, _of_texts(len)),
    Function("upper case", "upper case(文字)", "转大写", 1, 1, _of_texts(str.upper)),
    Function("lower case", "lower case(文字)", "转小写", 1, 1, _of_texts(str.lower)),
    Function("string", "string(值)", "转为文字", 1, 1, _string),
    Function("number", "number(文字)", "转为数", 1, 1, values.parse_number),
    Function("list contains", "list contains(列表, 值)", "列表中有此值", 2, 2, _list_contains),
    Function("count", "count(列表)", "项数", 1, 1, _count),
    Function("sum", "sum(列表)", "合计", 1, None, _total),
    Function("mean", "mean(列表)", "平均", 1, None, _mean),
    Function("min", "min(列表)", "最小的一项", 1, None, partial(_extreme, better=operator.lt)),
    Function("max", "max(列表)", "最大的一项", 1, None, partial(_extreme, better=operator.gt)),
    _rounding("floor", "floor(数, 位数)", "向下取整；位数可省", ROUND_FLOOR),
    _rounding("ceiling", "ceiling(数, 位数)", "向上取整；位数可省", ROUND_CEILING),
    _rounding("round half up", "round half up(数, 位数)", "四舍五入；位数可省", ROUND_HALF_UP),
    Function("abs", "abs(数)", "绝对值", 1, 1, _absolute),
    Function(
        "is defined", "is defined(值)", "已有值（不为空）", 1, 1, lambda value: value is not None, takes_null=True
    ),
)
FUNCTIONS: Mapping[str, Function] = MappingProxyType({each.name: each for each in _ALL})
