"""The ledger of a due date (计时明细): which days were counted, which were not, and by which law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, takewhile

from engine.clock import LOCAL_ZONE, local_date
from engine.policy.limits import Limit, RunningDays
from engine.policy.running_hours import RunningHours
from engine.policy.working_days import WorkingCalendar
from engine.policy.year_arrangements import days_from
from engine.terms import ClockKind, DayUnit, LedgerKind

_ONE_HOUR, _ONE_DAY = timedelta(hours=1), timedelta(days=1)
_WEEKDAYS = "一二三四五六日"
_HOLIDAY_LAW = "《全国年节及纪念日放假办法》"
_REST_DAY_LAW = "《民法典》第二百零三条"
_WORKING_DAY_LAW = "《行政许可法》第八十二条"
_SUSPENSION_LAW = "《行政许可法》第四十五条"

_UNIT_LAW = {
    DayUnit.WORKING_DAY: _WORKING_DAY_LAW,
    DayUnit.NATURAL_DAY: "《民法典》第二百条",
    DayUnit.MONTH: "《民法典》第二百零二条",
    DayUnit.HOUR: "《民法典》第二百零一条",
}

# What starts each clock, and the law that gives it; none where the item or the city itself arranges it.
OPENINGS: dict[ClockKind, tuple[str, str]] = {
    ClockKind.STATUTORY: ("受理", "《行政许可法》第四十二条"),
    ClockKind.PROMISED: ("受理", "《行政许可法》第四十二条"),
    ClockKind.ACCEPTANCE: ("收件", "《行政许可法》第三十二条"),
    ClockKind.CORRECTION: ("补正告知", "《行政许可法》第三十二条"),
    ClockKind.STEP: ("进入环节", ""),
    ClockKind.PROCEDURE: ("特别程序开始", _SUSPENSION_LAW),
    ClockKind.DELIVERY: ("作出决定", "《行政许可法》第四十四条"),
    ClockKind.DEFERRED: ("容缺受理", ""),
    ClockKind.REPLY: ("督办送达", ""),
}


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger: a date or consecutive like dates, what they consumed, and why.

    consumed  in the limit's unit; days for limits in months
    total     consumed up to and including this line
    """

    first_on: date
    last_on: date
    kind: LedgerKind
    consumed: int
    total: int
    text: str
    basis: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """The line as plain values for storage and the API."""
        return {
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat(),
            "kind": self.kind.value,
            "label": self.kind.label,
            "consumed": self.consumed,
            "total": self.total,
            "text": self.text,
            "basis": list(self.basis),
        }


@dataclass(frozen=True)
class _Day:
    on: date
    kind: LedgerKind
    name: str = ""
    consumed: int = 0


def day_ledger(
    kind: ClockKind, limit: Limit, run: RunningDays, spent_on: date, due_on: date, remarks: tuple[str, ...]
) -> tuple[LedgerLine, ...]:
    """The ledger of a limit counted in days.

    spent_on  day on which the limit's days are used up; later days only postpone the end
    remarks   what a reader must know of the due date, e.g. that it is provisional
    """
    opening, opening_law = OPENINGS[kind]
    unit = DayUnit.WORKING_DAY.label if run.in_working_days else DayUnit.NATURAL_DAY.label
    lines = [
        LedgerLine(
            run.start_on,
            run.start_on,
            LedgerKind.START,
            0,
            0,
            f"{_day_zh(run.start_on)}{opening}，当日不计",
            _laws(opening_law, "《民法典》第二百零一条"),
        )
    ]
    total = 0
    days = _days(run, limit.unit, spent_on, due_on)
    for (line_kind, name), group in groupby(days, key=lambda day: (day.kind, day.name)):
        same = list(group)
        consumed = sum(day.consumed for day in same)
        total += consumed
        first, last = same[0].on, same[-1].on
        text = _span_zh(first, last) + _reason_zh(line_kind, name)
        text += f"，计{consumed}{unit}，累计{total}{unit}" if consumed else ""
        lines.append(
            LedgerLine(
                first, last, line_kind, consumed, total, text, _basis(line_kind, limit.unit, run.calendar, first)
            )
        )
    text = f"{_day_zh(due_on)}{run.calendar.hours.day_ends_zh}届满（{'；'.join((limit.label, *remarks))}）"
    basis = _laws(opening_law, _UNIT_LAW[limit.unit], _REST_DAY_LAW)
    return (*lines, LedgerLine(due_on, due_on, LedgerKind.DUE, 0, total, text, basis))


def _days(run: RunningDays, unit: DayUnit, spent_on: date, due_on: date) -> Iterator[_Day]:
    return (_day(run, unit, on, spent_on) for on in days_from(run.start_on + _ONE_DAY, due_on))


def _day(run: RunningDays, unit: DayUnit, on: date, spent_on: date) -> _Day:
    if pause := run.pause_on(on):
        return _Day(on, LedgerKind.SUSPENDED, pause.name)
    if on > spent_on:
        return _Day(on, LedgerKind.POSTPONED)
    if unit is not DayUnit.WORKING_DAY:
        return _Day(on, LedgerKind.COUNTED, consumed=1)
    return _calendar_day(run.calendar, on)


def _calendar_day(calendar: WorkingCalendar, on: date) -> _Day:
    local = calendar.local_exception_on(on)
    if calendar.is_working_day(on):
        if calendar.is_make_up_day(on):
            return _Day(on, LedgerKind.MAKE_UP, f"{local.name}，" if local else "", consumed=1)
        return _Day(on, LedgerKind.COUNTED, consumed=1)
    if name := calendar.holiday_name(on):
        return _Day(on, LedgerKind.HOLIDAY, name if local else f"{name}放假")
    return _Day(on, LedgerKind.WEEKEND)


def _reason_zh(kind: LedgerKind, name: str) -> str:
    match kind:
        case LedgerKind.MAKE_UP:
            return f"{name}调休上班"
        case LedgerKind.HOLIDAY:
            return f"{name}，不计"
        case LedgerKind.WEEKEND:
            return "周末，不计"
        case LedgerKind.SUSPENDED:
            return f"{name}，停表，不计"
        case LedgerKind.POSTPONED:
            return "期限届满日顺延"
        case _:
            return ""


def _basis(kind: LedgerKind, unit: DayUnit, calendar: WorkingCalendar, first: date) -> tuple[str, ...]:
    match kind:
        case LedgerKind.COUNTED:
            return _laws(_UNIT_LAW[unit])
        case LedgerKind.MAKE_UP | LedgerKind.HOLIDAY:
            national = "" if calendar.local_exception_on(first) else _HOLIDAY_LAW
            return _laws(_WORKING_DAY_LAW, national, calendar.document_no_of(first))
        case LedgerKind.SUSPENDED:
            return _laws(_SUSPENSION_LAW)
        case LedgerKind.POSTPONED:
            return _laws(_REST_DAY_LAW)
        case _:
            return _laws(_WORKING_DAY_LAW)


def hour_ledger(
    kind: ClockKind, limit: Limit, run: RunningHours, due_at: datetime, remarks: tuple[str, ...]
) -> tuple[LedgerLine, ...]:
    """The ledger of a limit in hours, which run from the stated moment: by the wall clock, or in business hours."""
    opening, opening_law = OPENINGS[kind]
    hour_law = _UNIT_LAW[DayUnit.HOUR]
    start_on, due_on = local_date(run.started_at), local_date(due_at)
    manner = f"办公时间（{run.calendar.hours.periods_zh}）" if run.in_business_hours else "小时"
    begin = f"{_moment_zh(run.started_at)}{opening}，自此时起按{manner}计算"
    counted = _office_days(run, start_on, due_at) if run.in_business_hours else [_wall_hours(limit, run, due_at)]
    end = f"{_moment_zh(due_at)}届满（{'；'.join((limit.label, *remarks))}）"
    return (
        LedgerLine(start_on, start_on, LedgerKind.START, 0, 0, begin, _laws(opening_law, hour_law)),
        *_standing(run, due_at),
        *counted,
        LedgerLine(due_on, due_on, LedgerKind.DUE, 0, limit.amount, end, _laws(opening_law, hour_law)),
    )


def _standing(run: RunningHours, due_at: datetime) -> Iterator[LedgerLine]:
    for one in run.closed:
        if one.end is not None and one.end > run.started_at and one.start < due_at:
            text = f"{_moment_zh(one.start)}至{_moment_zh(one.end)}{one.name}，停表，不计"
            span = local_date(max(one.start, run.started_at)), local_date(one.end)
            yield LedgerLine(*span, LedgerKind.SUSPENDED, 0, 0, text, _laws(_SUSPENSION_LAW))


def _wall_hours(limit: Limit, run: RunningHours, due_at: datetime) -> LedgerLine:
    text = f"{_moment_zh(run.started_at)}至{_moment_zh(due_at)}，计{limit.label}"
    span = local_date(run.started_at), local_date(due_at)
    return LedgerLine(*span, LedgerKind.COUNTED, limit.amount, limit.amount, text, _laws(_UNIT_LAW[DayUnit.HOUR]))


def _office_days(run: RunningHours, start_on: date, due_at: datetime) -> Iterator[LedgerLine]:
    """Business hours day by day. `consumed` is in whole hours, so it tells the hours completed on that day."""
    worked = {day: list(parts) for day, parts in groupby(_parts(run, due_at), key=lambda part: local_date(part[0]))}
    days = (_calendar_day(run.calendar, day) for day in days_from(start_on, local_date(due_at)))
    spent = timedelta(0)
    for (kind, name), group in groupby(days, key=lambda day: (day.kind, day.name)):
        same = [day.on for day in group]
        basis = _basis(kind, DayUnit.HOUR, run.calendar, same[0])
        if kind in (LedgerKind.WEEKEND, LedgerKind.HOLIDAY):
            text = _span_zh(same[0], same[-1]) + _reason_zh(kind, name)
            yield LedgerLine(same[0], same[-1], kind, 0, spent // _ONE_HOUR, text, basis)
            continue
        for on in (day for day in same if day in worked):
            before, spent = spent, sum((until - begin for begin, until in worked[on]), spent)
            spans = "、".join(f"{_time_zh(begin)}至{_time_zh(until)}" for begin, until in worked[on])
            text = (
                f"{_day_zh(on)}{_reason_zh(kind, name)}{spans}，计{_length_zh(spent - before)}，累计{_length_zh(spent)}"
            )
            yield LedgerLine(on, on, kind, spent // _ONE_HOUR - before // _ONE_HOUR, spent // _ONE_HOUR, text, basis)


def _parts(run: RunningHours, due_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    for begin, until in takewhile(lambda part: part[0] < due_at, run.stretches()):
        yield begin, min(until, due_at)


def _laws(*names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name)


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"


def _span_zh(first: date, last: date) -> str:
    if first == last:
        return _day_zh(first)
    year = f"{last.year}年" if last.year != first.year else ""
    return f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"


def _moment_zh(instant: datetime) -> str:
    local = instant.astimezone(LOCAL_ZONE)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def _time_zh(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL_ZONE):%H:%M}"


def _length_zh(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    named = ((hours, "小时"), (minutes, "分"), (seconds, "秒"))
    return "".join(f"{amount}{unit}" for amount, unit in named if amount) or "0小时"
