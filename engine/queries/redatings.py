"""Runs that date open cases again after a change of the calendar (重新计算届满日): how far they are and what they moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.errors import NotFound
from engine.office import Office
from engine.office.shelves import FRESH_SECONDS
from engine.policy.actors import Actor
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.queries.scope import within
from engine.records.definitions import DefinitionRecords
from engine.terms import Term


class DateKind(Term):
    """Which sort of date moved."""

    PROMISED = "promised", "承诺时限"
    STATUTORY = "statutory", "法定时限"
    ACCEPTANCE = "acceptance", "受理时限"
    CORRECTION = "correction", "补正时限"
    DELIVERY = "delivery", "送达时限"
    DEFERRED = "deferred", "容缺补交时限", "Deferred documents"
    STEP = "step", "环节时限"
    TIMER = "timer", "流程定时"
    PROCEDURE = "procedure", "特别程序时限"
    COMMITMENT = "commitment", "材料补交或核查", "Promised document"
    ORDER = "order", "督办答复时限", "Supervision reply"


def date_kind(what: str) -> DateKind:
    """The sort of a date by its name in the list: `promised`, `step:<token>` …"""
    return DateKind(what.partition(":")[0])


@dataclass(frozen=True)
class RedatingView:
    """One run. `calendar_version` is what the calendar calls itself."""

    id: int
    calendar_id: int
    calendar_version: str
    reason: str
    started_at: datetime
    started_by: str
    cases_seen: int
    cases_moved: int
    finished_at: datetime | None
    open_cases: int


@dataclass(frozen=True)
class RedatedDate:
    """One date of one case that moved; `what` is promised, statutory … or step:<token>."""

    case_number: str
    item_title: str
    what: str
    kind: DateKind
    old_at: datetime
    new_at: datetime


_RUNS = (
    "SELECT r.id, r.calendar_id, r.reason, r.started_at, COALESCE(o.name, '系统') AS started_by, r.cases_seen,"
    " r.cases_moved, r.finished_at FROM redatings r LEFT JOIN officers o ON o.id = r.started_by {which} ORDER BY r.id DESC LIMIT 20"
)
_OPEN = "SELECT count(*) FROM cases WHERE status NOT IN ('closed', 'archived')"
_DATES = (
    "SELECT c.id, d.what, c.number AS case_number, i.title AS item_title, d.old_at, d.new_at FROM redated_dates d"
    " JOIN cases c ON c.id = d.case_id JOIN items i ON i.id = c.item_id WHERE d.redating_id = :redating AND {scope}"
    " {kind} {after} ORDER BY d.case_id {direction}, d.what {direction} LIMIT :most"
)
_WAITING = "SELECT id FROM redatings WHERE finished_at IS NULL AND started_at <= :settled ORDER BY id LIMIT 1"


def redatings(office: Office, actor: Actor) -> tuple[RedatingView, ...]:
    """The latest runs, newest first."""
    return _runs(office, "", {})


def redating(office: Office, actor: Actor, redating_id: int) -> RedatingView:
    """One run; NotFound if there is none of this id."""
    found = _runs(office, "WHERE r.id = :redating", {"redating": redating_id})
    if not found:
        raise NotFound("没有这次重新计算，请从列表中选择。", en="no such redating")
    return found[0]


def _runs(office: Office, which: str, values: dict[str, Any]) -> tuple[RedatingView, ...]:
    with reading(office) as connection:
        rows = connection.execute(statement(_RUNS.format(which=which)), values).all()
        count = connection.execute(statement(_OPEN)).scalar_one() if rows else 0
        records = DefinitionRecords(connection)
        versions = {r.calendar_id: _version(office, records, r.calendar_id) for r in rows}
    return tuple(RedatingView(calendar_version=versions[r.calendar_id], open_cases=count, **r._mapping) for r in rows)


def redated_dates(
    office: Office,
    actor: Actor,
    redating_id: int,
    cursor: str | None = None,
    limit: int | None = None,
    kind: DateKind | None = None,
) -> Page[RedatedDate]:
    """One page of the dates a run moved, of the cases inside the actor's scope; of one kind if asked."""
    size, start = bounded(limit), Cursor.decode(cursor, int, str)
    scope, values = within(actor)
    backwards = bool(start and start.backwards)
    after = of_kind = ""
    if kind:
        of_kind, values = "AND split_part(d.what, ':', 1) = :kind", values | {"kind": kind.value}
    if start:
        after = f"AND (d.case_id, d.what) {'<' if backwards else '>'} (:last_case, :last_what)"
        values |= {"last_case": start.key[0], "last_what": start.key[1]}
    sql = _DATES.format(scope=scope, kind=of_kind, after=after, direction="DESC" if backwards else "ASC")
    with reading(office) as connection:
        rows = connection.execute(statement(sql), {**values, "redating": redating_id, "most": size + 1}).all()
    return page_of(rows, size, start, lambda r: (r.id, r.what), _date)


def _version(office: Office, records: DefinitionRecords, calendar_id: int) -> str:
    return office.references.calendar_by_id(records, calendar_id).calendar.version


def _date(row: Any) -> RedatedDate:
    return RedatedDate(row.case_number, row.item_title, row.what, date_kind(row.what), row.old_at, row.new_at)


def waiting_redating(office: Office) -> int | None:
    """The run to go on with. It waits until no process can still have the old calendar in hand."""
    settled = office.clock.now() - timedelta(seconds=FRESH_SECONDS + 1)
    with reading(office) as connection:
        found: int | None = connection.execute(statement(_WAITING), {"settled": settled}).scalar_one_or_none()
    return found
