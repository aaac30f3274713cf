"""Finds cases (办件查询) inside the actor's data scope, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from engine.clock import local_instant
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.identifiers import significant_prefix
from engine.policy.working_days import WorkingCalendar
from engine.queries.applicant_filter import applicant_filter
from engine.queries.masking import mask_name
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.queries.remaining import Left, case_clock, left_of
from engine.queries.scope import readable, region_bounds
from engine.records.definitions import DefinitionRecords
from engine.terms import Card, CaseResult, CaseStatus


@dataclass(frozen=True)
class CaseFilter:
    """What narrows the search; `received_from` and `received_through` are local dates, both included.

    region  12-digit code: the cases of that region and of everything inside it
    """

    q: str = ""
    item: str = ""
    status: str = ""
    result: str = ""
    card: str = ""
    department: str = ""
    region: str = ""
    received_from: date | None = None
    received_through: date | None = None


@dataclass(frozen=True)
class CaseLine:
    """One case (办件) in a list."""

    number: str
    item_key: str
    item_title: str
    department: str
    applicant_name: str
    home_region_name: str
    status: CaseStatus
    result: CaseResult | None
    card: Card
    received_at: datetime
    decided_at: datetime | None
    left: Left
    is_provisional: bool


_SELECT = (
    "SELECT c.id, c.number, c.home_region, c.department,"
    " c.applicant_name, c.status AS case_status, c.result, c.card, c.received_at, c.accepted_at,"
    " c.decided_at, c.correction_asked_at, c.acceptance_due_at, c.correction_due_at, c.promised_due_at,"
    " c.due_is_provisional, i.key AS item_key, i.title AS item_title, r.name AS home_region_name"
    " FROM cases c JOIN items i ON i.id = c.item_id LEFT JOIN regions r ON r.code = c.home_region WHERE "
)


def case_search(
    office: Office, actor: Actor, wanted: CaseFilter, cursor: str | None = None, limit: int | None = None
) -> Page[CaseLine]:
    """One page of the cases that the filter and the actor's scope allow; at most 100."""
    now, size, start = office.clock.now(), bounded(limit), Cursor.decode(cursor, int)
    condition, values = readable(actor)
    narrowed, more = _conditions(office, wanted, start)
    direction = "ASC" if start and start.backwards else "DESC"
    sql = f"{_SELECT}{condition}{narrowed} ORDER BY c.id {direction} LIMIT :most"
    with reading(office) as connection:
        rows = connection.execute(statement(sql), {**values, **more, "most": size + 1}).all()
        calendar = office.references.calendar(DefinitionRecords(connection)).calendar
    return page_of(rows, size, start, lambda r: (r.id,), lambda r: _line(r, actor, calendar, now))


def _line(row: Row[Any], actor: Actor, calendar: WorkingCalendar, now: datetime) -> CaseLine:
    status = CaseStatus(row.case_status)
    started_at, due_at = case_clock(row)
    return CaseLine(
        number=row.number,
        item_key=row.item_key,
        item_title=row.item_title,
        department=row.department,
        applicant_name=row.applicant_name if actor.works_on_cases else mask_name(row.applicant_name),
        home_region_name=row.home_region_name or "",
        status=status,
        result=CaseResult(row.result) if row.result else None,
        card=Card(row.card),
        received_at=row.received_at,
        decided_at=row.decided_at,
        left=left_of(
            calendar.for_place(row.home_region, row.department), row.decided_at or now, started_at, due_at, status
        ),
        is_provisional=row.due_is_provisional,
    )


def _conditions(office: Office, wanted: CaseFilter, start: Cursor | None) -> tuple[str, dict[str, Any]]:
    parts, values = applicant_filter(office, wanted.q)
    columns = {
        "item": "i.key",
        "status": "c.status",
        "result": "c.result",
        "card": "c.card",
        "department": "c.department",
    }
    for name, column in columns.items():
        if given := getattr(wanted, name):
            parts.append(f"{column} = :{name}")
            values[name] = given
    if wanted.region:
        values["region_low"], values["region_high"] = region_bounds(significant_prefix(wanted.region))
        parts.append("c.home_region >= CAST(:region_low AS bpchar) AND c.home_region <= CAST(:region_high AS bpchar)")
    if wanted.received_from:
        parts.append("c.received_at >= :received_from")
        values["received_from"] = local_instant(wanted.received_from)
    if wanted.received_through:
        parts.append("c.received_at < :received_until")
        values["received_until"] = local_instant(wanted.received_through + timedelta(days=1))
    if start:
        parts.append(f"c.id {'>' if start.backwards else '<'} :from_id")
        values["from_id"] = start.key[0]
    return "".join(f" AND {part}" for part in parts), values
