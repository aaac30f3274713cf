"""按时办结率情况表 (T5): cases completed in a period, on time or not, by region, department, item or month.

Rates have the completed cases below the line; an empty denominator gives None, never 0 or 1. The sum row adds
numerators and denominators, it never averages rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.clock import local_date, local_instant
from engine.errors import FormInvalid
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.identifiers import region_level, significant_prefix
from engine.queries.periods import Period, comparison_periods, months_of
from engine.queries.reading import reading, statement
from engine.queries.scope import region_bounds, within
from engine.terms import Level, Term

SMALL_COUNT = 30
EARLIEST_ON, LATEST_ON = date(1950, 1, 1), date(2200, 12, 31)  # a comparison period lies years before
_DIGITS = {Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_BELOW = {Level.CITY: Level.DISTRICT, Level.DISTRICT: Level.STREET, Level.STREET: Level.COMMUNITY}


class Dimension(Term):
    """What a row of the table stands for."""

    REGION = "region", "行政区划"
    DEPARTMENT = "department", "部门"
    ITEM = "item", "事项"
    PERIOD = "period", "月份"


@dataclass(frozen=True)
class OnTimeCounts:
    """Counts of one group in one period. early + on_day = on_time; on_time + overdue = completed.

    open_overdue  accepted, past the promised date and still undecided when the period ended
    """

    completed: int = 0
    on_time: int = 0
    early: int = 0
    on_day: int = 0
    overdue: int = 0
    statutory_overdue: int = 0
    open_overdue: int = 0

    @property
    def rate(self) -> float | None:
        """按时办结率, 0…1."""
        return self.on_time / self.completed if self.completed else None

    @property
    def strict_rate(self) -> float | None:
        """On time among the completed and those that ought to have been (0…1)."""
        base = self.completed + self.open_overdue
        return self.on_time / base if base else None

    def __add__(self, other: OnTimeCounts) -> OnTimeCounts:
        return OnTimeCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(OnTimeCounts)))


@dataclass(frozen=True)
class OnTimeRow:
    """One row: the period asked for, the same period last year (同期) and the period before (上期).

    rank  1 is best; equal rates share a rank; None without a rate and in the sum row
    """

    key: str
    name: str
    now: OnTimeCounts
    last_year: OnTimeCounts
    previous: OnTimeCounts
    rank: int | None = None

    @property
    def is_small(self) -> bool:
        """Fewer than 30 completed cases: the rate says little."""
        return self.now.completed < SMALL_COUNT

    @property
    def points_to_last_year(self) -> float | None:
        """同比 in percentage points; None where either rate is missing."""
        return _points(self.now.rate, self.last_year.rate)

    @property
    def points_to_previous(self) -> float | None:
        """环比 in percentage points."""
        return _points(self.now.rate, self.previous.rate)


@dataclass(frozen=True)
class OnTimeTable:
    """The table with its sum row; both days of the period are included."""

    dimension: Dimension
    first_on: date
    last_on: date
    rows: tuple[OnTimeRow, ...]
    total: OnTimeRow


@dataclass(frozen=True)
class TableFilter:
    """What the table covers. `region` 12-digit code; `level` of the rows when they are regions, default the one below."""

    dimension: Dimension = Dimension.REGION
    first_on: date | None = None
    last_on: date | None = None
    region: str = ""
    level: Level | None = None
    department: str = ""
    item: str = ""


_ON_TIME = "c.decided_at < c.promised_due_at + interval '1 second'"
_DECIDED_ON = "(c.decided_at AT TIME ZONE 'Asia/Shanghai')::date"
_DUE_ON = "(c.promised_due_at AT TIME ZONE 'Asia/Shanghai')::date"
_COUNTED = "c.accepted_at IS NOT NULL AND c.promised_due_at IS NOT NULL AND c.result IS DISTINCT FROM 'void'"
_PERIODS = (
    "WITH p AS (SELECT * FROM unnest(CAST(:names AS text[]), CAST(:labels AS text[]), CAST(:begins AS timestamptz[]),"
    " CAST(:ends AS timestamptz[])) AS p (name, label, begins, ends))"
)
_COMPLETED = (
    "SELECT p.name, {key} AS key, count(*) AS completed,"
    f" count(*) FILTER (WHERE {_ON_TIME}) AS on_time,"
    f" count(*) FILTER (WHERE {_DECIDED_ON} < {_DUE_ON}) AS early,"
    f" count(*) FILTER (WHERE {_ON_TIME} AND {_DECIDED_ON} >= {_DUE_ON}) AS on_day,"
    f" count(*) FILTER (WHERE NOT ({_ON_TIME})) AS overdue,"
    " count(*) FILTER (WHERE c.decided_at >= c.statutory_due_at + interval '1 second') AS statutory_overdue,"
    " 0 AS open_overdue"
    " FROM p JOIN cases c ON c.decided_at >= p.begins AND c.decided_at < p.ends JOIN items i ON i.id = c.item_id"
    f" WHERE {_COUNTED} AND {{where}} GROUP BY 1, 2"
)
# A clock that stood still at the end of the period and had not run out before is not overdue.
_STILL_OPEN = (
    "SELECT p.name, {key} AS key, 0, 0, 0, 0, 0, 0, count(*)"
    " FROM p JOIN cases c ON c.accepted_at < p.ends AND (c.decided_at IS NULL OR c.decided_at >= p.ends)"
    " AND c.promised_due_at + interval '1 second' <= p.ends JOIN items i ON i.id = c.item_id"
    f" WHERE {_COUNTED} AND {{where}} AND NOT EXISTS (SELECT 1 FROM suspensions x WHERE x.case_id = c.id"
    " AND x.started_at <= c.promised_due_at AND x.started_at < p.ends AND (x.ended_at IS NULL OR x.ended_at >= p.ends))"
    " GROUP BY 1, 2"
)
_NAMES = {
    Dimension.DEPARTMENT: "SELECT key, name FROM departments",
    Dimension.ITEM: "SELECT key, title AS name FROM items",
    Dimension.REGION: (
        "SELECT code AS key, name FROM regions WHERE level = :level AND code >= CAST(:low AS bpchar)"
        " AND code <= CAST(:high AS bpchar) AND (valid_to IS NULL OR valid_to >= :last_on)"
    ),
}


def on_time_table(office: Office, actor: Actor, wanted: TableFilter) -> OnTimeTable:
    """The table over the cases in the actor's scope; without dates, this month up to today."""
    now = office.clock.now()
    period = _period(wanted, local_date(now))
    level = _level(wanted)
    by_month = wanted.dimension is Dimension.PERIOD
    asked = [(part.label, part) for part in months_of(period)] if by_month else [("", period)]
    spans = [(name, label, span) for label, part in asked for name, span in comparison_periods(part).items()]
    where, values = _where(actor, wanted)
    values |= {
        "names": [name for name, _, _ in spans],
        "labels": [label for _, label, _ in spans],
        "begins": [local_instant(span.first_on) for _, _, span in spans],
        "ends": [min(local_instant(span.last_on + timedelta(days=1)), now) for _, _, span in spans],
    }
    parts = {"key": _key(wanted.dimension, level), "where": where}
    sql = f"{_PERIODS} {_COMPLETED.format(**parts)} UNION ALL {_STILL_OPEN.format(**parts)}"
    with reading(office) as connection:
        rows = connection.execute(statement(sql), values).all()
        names = _names(connection, actor, wanted, level, period, asked)
    counted: dict[tuple[str, str], OnTimeCounts] = {}
    for row in rows:
        place = (row.name, row.key)
        counted[place] = counted.get(place, OnTimeCounts()) + OnTimeCounts(*row[2:])
    return _table(wanted.dimension, period, names, counted)


def _table(
    dimension: Dimension, period: Period, names: Mapping[str, str], counted: Mapping[tuple[str, str], OnTimeCounts]
) -> OnTimeTable:
    nothing = OnTimeCounts()
    keys = sorted(names.keys() | {key for _, key in counted})
    rows = [
        _row(key, names.get(key, key), {name: counted.get((name, key), nothing) for name in _COMPARED}) for key in keys
    ]
    sums = {name: sum((getattr(row, name) for row in rows), nothing) for name in _COMPARED}
    return OnTimeTable(dimension, period.first_on, period.last_on, tuple(_ranked(rows)), _row("", "合计", sums))


_COMPARED = ("now", "last_year", "previous")


def _row(key: str, name: str, counts: Mapping[str, OnTimeCounts]) -> OnTimeRow:
    return OnTimeRow(key, name, counts["now"], counts["last_year"], counts["previous"])


def _ranked(rows: Sequence[OnTimeRow]) -> Iterable[OnTimeRow]:
    rates = sorted((row.now.rate for row in rows if row.now.rate is not None), reverse=True)
    for row in rows:
        rank = rates.index(row.now.rate) + 1 if row.now.rate is not None else None
        yield OnTimeRow(row.key, row.name, row.now, row.last_year, row.previous, rank)


def _points(rate: float | None, other: float | None) -> float | None:
    return None if rate is None or other is None else round((rate - other) * 100, 2)


def _period(wanted: TableFilter, today: date) -> Period:
    last_on = wanted.last_on or today
    first_on = wanted.first_on or last_on.replace(day=1)
    if first_on > last_on or (last_on - first_on).days > 366 * 5 or first_on < EARLIEST_ON or last_on > LATEST_ON:
        raise FormInvalid(
            "统计期间有误：起始日期不能晚于截止日期，且不超过五年。",
            en="The period is not valid.",
            errors={"from": ["起始日期不能晚于截止日期，且期间不超过五年。"]},
        )
    return Period(first_on, last_on)


def _level(wanted: TableFilter) -> Level:
    if wanted.level:
        return wanted.level
    own = region_level(wanted.region) if wanted.region else Level.CITY
    return _BELOW.get(own, Level.COMMUNITY)


def _key(dimension: Dimension, level: Level) -> str:
    return {
        Dimension.REGION: f"rpad(substr(c.home_region, 1, {_DIGITS[level]}), 12, '0')",
        Dimension.DEPARTMENT: "c.department",
        Dimension.ITEM: "i.key",
        Dimension.PERIOD: "p.label",
    }[dimension]


def _where(actor: Actor, wanted: TableFilter) -> tuple[str, dict[str, Any]]:
    condition, values = within(actor)
    parts = [condition]
    if wanted.region:
        values |= _region_bounds(wanted.region)
        parts.append("c.home_region >= CAST(:low AS bpchar) AND c.home_region <= CAST(:high AS bpchar)")
    if wanted.department:
        parts.append("c.department = :department")
        values["department"] = wanted.department
    if wanted.item:
        parts.append("i.key = :item")
        values["item"] = wanted.item
    return " AND ".join(parts), values


def _region_bounds(region: str) -> dict[str, str]:
    low, high = region_bounds(significant_prefix(region) if region else "")
    return {"low": low, "high": high}


def _names(
    connection: Connection,
    actor: Actor,
    wanted: TableFilter,
    level: Level,
    period: Period,
    asked: Sequence[tuple[str, Period]],
) -> dict[str, str]:
    """Every row the table must have; departments and items without any case are left out by `_table`'s keys."""
    if wanted.dimension is Dimension.PERIOD:
        return {label: label for label, _ in asked}
    values: dict[str, Any] = {}
    if wanted.dimension is Dimension.REGION:
        values = {"level": level, "last_on": period.last_on, **_region_bounds(wanted.region)}
    rows = connection.execute(statement(_NAMES[wanted.dimension]), values)
    return {row.key: row.name for row in rows if wanted.dimension is not Dimension.REGION or _sees(actor, row.key)}


def _sees(actor: Actor, region_code: str) -> bool:
    return actor.is_system or any(region_code.startswith(scope.region_prefix) for scope in actor.scopes)
