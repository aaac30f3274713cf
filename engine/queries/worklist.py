"""My worklist (待办列表): the open work items of the actor's posts, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date, local_instant
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.working_days import WorkingCalendar
from engine.queries.applicant_filter import applicant_filter
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.queries.remaining import Left, case_clock, left_of
from engine.records.definitions import DefinitionRecords
from engine.terms import Card, CaseStatus, Lane, Part, Stage, WorkItemStatus


@dataclass(frozen=True)
class WorklistFilter:
    """What narrows the list; empty strings do not.

    q     case number or its end, applicant's name or its beginning or pinyin initials, or a whole identity number
    tile  one of the counts: to_accept, awaiting_correction, due_today, yellow, red, urged, supervised, to_sign, returned
    mine  only what the actor has claimed
    """

    q: str = ""
    item: str = ""
    stage: str = ""
    card: str = ""
    status: str = ""
    tile: str = ""
    mine: bool = False


@dataclass(frozen=True)
class WorkItemLine:
    """One work item (待办) in a list. `version` is the ETag a change of it must name."""

    id: int
    version: int
    status: WorkItemStatus
    case_number: str
    case_status: CaseStatus
    item_key: str
    item_title: str
    applicant_name: str
    home_region_name: str
    step_name: str
    stage: Stage | None
    lane: Lane
    post_id: int | None
    post_name: str
    officer_name: str
    is_mine: bool
    card: Card
    opened_at: datetime
    received_at: datetime
    left: Left
    is_provisional: bool
    urged_at: datetime | None
    part: Part
    is_supervised: bool
    is_copied: bool
    is_returned: bool


@dataclass(frozen=True)
class WorklistCounts:
    """The tiles above the list; they count all of the actor's open work items, whatever the filter says."""

    total: int
    to_accept: int
    awaiting_correction: int
    due_today: int
    yellow: int
    red: int
    urged: int
    supervised: int
    to_sign: int
    returned: int


@dataclass(frozen=True)
class Worklist:
    """One page of work items and the tiles."""

    page: Page[WorkItemLine]
    counts: WorklistCounts


# A supervision order (督办) that waits for its answer; a copy (抄送) the actor has not read; a step opened by a return (退回),
# which closed the step it came from at the same instant.
_SUPERVISED = "EXISTS (SELECT 1 FROM supervision_orders so WHERE so.case_id = w.case_id AND so.status = 'issued')"
_COPIED = (
    "EXISTS (SELECT 1 FROM case_copies cc WHERE cc.case_id = w.case_id AND cc.officer_id = :me AND cc.read_at IS NULL)"
)
_RETURNED = (
    "EXISTS (SELECT 1 FROM steps b JOIN steps own ON own.case_id = b.case_id AND own.opened_at = b.closed_at"
    " WHERE b.case_id = w.case_id AND b.decision = 'return' AND own.token = w.token)"
)
# OFFSET 0 keeps the planner from starting at the cases of the whole city: each is read by its key, for a work item of
# the actor, so that the list costs what the actor has open, however many cases there are.
CASE_OF_ITEM = "CROSS JOIN LATERAL (SELECT * FROM cases WHERE id = w.case_id OFFSET 0) c"
LINE_COLUMNS = (
    "SELECT w.id, w.version, w.status, w.post_id, w.officer_id, w.opened_at, w.due_at, w.sort_at,"
    " c.number, c.home_region, c.department,"
    " c.status AS case_status, c.applicant_name, c.card, c.received_at, c.accepted_at, c.correction_asked_at,"
    " c.acceptance_due_at, c.correction_due_at, c.promised_due_at, c.due_is_provisional, c.urged_at, w.part,"
    f" {_SUPERVISED} AS is_supervised, {_COPIED} AS is_copied, {_RETURNED} AS is_returned,"
    " s.name AS step_name, s.stage, s.lane, i.key AS item_key, i.title AS item_title,"
    " p.name AS post_name, o.name AS officer_name, r.name AS home_region_name"
    f" FROM work_items w {CASE_OF_ITEM} JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " JOIN items i ON i.id = c.item_id LEFT JOIN posts p ON p.id = w.post_id LEFT JOIN officers o ON o.id = w.officer_id"
    " LEFT JOIN regions r ON r.code = c.home_region"
)
_STAGE = "(SELECT stage FROM steps WHERE case_id = w.case_id AND token = w.token)"
OPEN_ITEMS = " WHERE w.post_id = ANY(:posts) AND w.status IN ('open', 'claimed')"
# One ordered scan for each post, which ends with the page.
_PAGE = (
    "SELECT line.* FROM (SELECT DISTINCT unnest(CAST(:posts AS bigint[]))) AS held (post_id)"
    f" CROSS JOIN LATERAL ({LINE_COLUMNS}"
    " WHERE w.post_id = held.post_id AND w.status IN ('open', 'claimed'){condition}"
    " ORDER BY w.sort_at {direction}, w.id {direction} LIMIT :most) AS line"
    " ORDER BY line.sort_at {direction}, line.id {direction} LIMIT :most"
)
_TILES = {
    "to_accept": f"c.status = 'received' AND {_STAGE} = 'accept'",
    "awaiting_correction": "c.status = 'correction'",
    "due_today": "w.sort_at >= :day_begins AND w.sort_at < :day_ends AND c.status <> 'suspended'",
    "yellow": "c.card = 'yellow'",
    "red": "c.card = 'red'",
    "urged": "c.urged_at IS NOT NULL",
    "supervised": _SUPERVISED,
    "to_sign": "w.part <> 'main'",
    "returned": _RETURNED,
}
_COUNTS = (
    "SELECT count(*) AS total, "
    + ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in _TILES.items())
    + f" FROM work_items w {CASE_OF_ITEM}"
    + OPEN_ITEMS
)


def worklist(
    office: Office, actor: Actor, wanted: WorklistFilter, cursor: str | None = None, limit: int | None = None
) -> Worklist:
    """The actor's work items by urgency and the tiles; at most 100 a page."""
    now, size, start = office.clock.now(), bounded(limit), Cursor.decode(cursor, datetime.fromisoformat, int)
    condition, values = _conditions(office, actor, wanted, start)
    direction = "DESC" if start and start.backwards else "ASC"
    sql = _PAGE.format(condition=condition, direction=direction)
    with reading(office) as connection:
        parameters = {**values, **_day(now), "posts": list(actor.post_ids), "me": actor.officer_id, "most": size + 1}
        rows = connection.execute(statement(sql), parameters).all()
        counted = connection.execute(statement(_COUNTS), {"posts": list(actor.post_ids), **_day(now)}).one()
        calendar = office.references.calendar(DefinitionRecords(connection)).calendar
    page = page_of(
        rows, size, start, lambda r: (r.sort_at.isoformat(), r.id), lambda r: line_of(r, actor, calendar, now)
    )
    return Worklist(page, WorklistCounts(**counted._mapping))


def line_of(row: Row[Any], actor: Actor, calendar: WorkingCalendar, now: datetime) -> WorkItemLine:
    """A row of `LINE_COLUMNS` as a line."""
    status = CaseStatus(row.case_status)
    return WorkItemLine(
        id=row.id,
        version=row.version,
        status=WorkItemStatus(row.status),
        case_number=row.number,
        case_status=status,
        item_key=row.item_key,
        item_title=row.item_title,
        applicant_name=row.applicant_name,
        home_region_name=row.home_region_name or "",
        step_name=row.step_name,
        stage=Stage(row.stage) if row.stage else None,
        lane=Lane(row.lane),
        post_id=row.post_id,
        post_name=row.post_name or "",
        officer_name=row.officer_name or "",
        is_mine=row.officer_id is not None and row.officer_id == actor.officer_id,
        card=Card(row.card),
        opened_at=row.opened_at,
        received_at=row.received_at,
        left=_left(row, status, calendar, now),
        is_provisional=row.due_is_provisional,
        urged_at=row.urged_at,
        part=Part(row.part),
        is_supervised=row.is_supervised,
        is_copied=row.is_copied,
        is_returned=row.is_returned,
    )


def _left(row: Row[Any], status: CaseStatus, calendar: WorkingCalendar, now: datetime) -> Left:
    """The nearer of the step's own limit and the clock the case runs on."""
    started_at, due_at = case_clock(row)
    if row.due_at is not None and (due_at is None or row.due_at < due_at):
        started_at, due_at = row.opened_at, row.due_at
    return left_of(calendar.for_place(row.home_region, row.department), now, started_at, due_at, status)


def _day(now: datetime) -> dict[str, datetime]:
    today = local_date(now)
    return {"day_begins": local_instant(today), "day_ends": local_instant(today + timedelta(days=1))}


def _conditions(
    office: Office, actor: Actor, wanted: WorklistFilter, start: Cursor | None
) -> tuple[str, dict[str, Any]]:
    parts, values = applicant_filter(office, wanted.q)
    columns = {"item": "i.key", "stage": "s.stage", "card": "c.card", "status": "c.status"}
    for name, column in columns.items():
        if given := getattr(wanted, name):
            parts.append(f"{column} = :{name}")
            values[name] = given
    if wanted.mine:
        parts.append("w.officer_id = :me")
    if wanted.tile in _TILES:
        parts.append(f"({_TILES[wanted.tile]})")
    if start:
        parts.append(f"(w.sort_at, w.id) {'<' if start.backwards else '>'} (CAST(:from_at AS timestamptz), :from_id)")
        values["from_at"], values["from_id"] = start.key
    return "".join(f" AND {part}" for part in parts), values
