"""Cards of e-supervision in a list (监察牌), the newest first, with the counts of what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from engine.clock import local_instant
from engine.errors import FormInvalid
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.identifiers import significant_prefix
from engine.policy.rule_book import RuleBook
from engine.queries.card_scope import cards_within
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.queries.scope import region_bounds
from engine.records.definitions import DefinitionRecords
from engine.terms import CardStatus, Signal

# Statuses for filters: neither revoked, closed nor replaced; explained, or unanswered past its date.
UNFINISHED, TO_RULE = "unfinished", "to_rule"


@dataclass(frozen=True)
class CardFilter:
    """What narrows the list. `first_on` and `last_on` are local dates of issue, both included.

    status  a value of CardStatus, `unfinished` or `to_rule`
    mine    only the cards issued to the actor or a post of theirs
    """

    signal: str = ""
    status: str = ""
    rule: str = ""
    region: str = ""
    department: str = ""
    first_on: date | None = None
    last_on: date | None = None
    case_number: str = ""
    mine: bool = False


@dataclass(frozen=True)
class CardLine:
    """One card (监察牌) in a list; department, holder, item and region as they were at issue."""

    id: int
    number: str
    rule: str
    rule_title: str
    rule_title_en: str
    signal: Signal
    status: CardStatus
    case_number: str
    item_title: str
    item_title_en: str
    department: str
    department_name: str
    organisation_name: str
    post_name: str
    officer_name: str
    region_name: str
    issued_at: datetime
    answer_due_at: datetime | None
    is_lapsed: bool


@dataclass(frozen=True)
class CardCounts:
    """What is open within the filter's region, department and period; revoked cards count nowhere.

    unanswered  yellow and red cards that wait for an explanation; to_rule, to_close: those that wait for supervision
    """

    warning: int
    yellow: int
    red: int
    unanswered: int
    to_rule: int
    to_close: int


@dataclass(frozen=True)
class CardsFound:
    """One page of cards and the counts of all of them."""

    page: Page[CardLine]
    counts: CardCounts


LINE = (
    "SELECT k.*, c.number AS case_number, i.title AS item_title, i.title_en AS item_title_en,"
    " d.name AS department_name, g.name AS organisation_name, p.name AS post_name, o.name AS officer_name,"
    " r.name AS region_name FROM cards k JOIN cases c ON c.id = k.case_id JOIN items i ON i.id = k.item_id"
    " LEFT JOIN departments d ON d.key = k.department LEFT JOIN organisations g ON g.id = k.organisation_id"
    " LEFT JOIN posts p ON p.id = k.post_id LEFT JOIN officers o ON o.id = k.officer_id"
    " LEFT JOIN regions r ON r.code = k.region_code WHERE "
)
_OPEN = "k.status IN ('issued', 'notified', 'explained', 'upheld', 'rectified')"
_TO_RULE = (
    "(k.status = 'explained' OR (k.status IN ('issued', 'notified') AND k.answer_due_at + interval '1 second' <= :now))"
)
_COUNTS = (
    f"SELECT count(*) FILTER (WHERE {_OPEN} AND k.signal = 'warning') AS warning,"
    f" count(*) FILTER (WHERE {_OPEN} AND k.signal = 'yellow') AS yellow,"
    f" count(*) FILTER (WHERE {_OPEN} AND k.signal = 'red') AS red,"
    " count(*) FILTER (WHERE k.status IN ('issued', 'notified') AND k.signal <> 'warning') AS unanswered,"
    f" count(*) FILTER (WHERE {_TO_RULE}) AS to_rule,"
    " count(*) FILTER (WHERE k.status = 'rectified') AS to_close"
    " FROM cards k JOIN cases c ON c.id = k.case_id WHERE "
)


def cards_list(
    office: Office, actor: Actor, wanted: CardFilter, cursor: str | None = None, limit: int | None = None
) -> CardsFound:
    """One page of the cards that the filter and the actor's scope allow; at most 100."""
    now, size, start = office.clock.now(), bounded(limit), Cursor.decode(cursor, int)
    condition, values = cards_within(actor, own_only=wanted.mine)
    around, more = _around(wanted)
    narrowed, which = _which(wanted)
    values |= {**more, "now": now}
    with reading(office) as connection:
        counts = connection.execute(statement(f"{_COUNTS}{condition}{around}"), values).one()
        rows = _rows(connection, f"{condition}{around}{narrowed}", {**values, **which}, start, size)
        book = office.references.rule_book(DefinitionRecords(connection))
    page = page_of(rows, size, start, lambda r: (r.id,), lambda r: card_line(r, book, now))
    return CardsFound(page, CardCounts(**counts._mapping))


def cards_of_case(office: Office, actor: Actor, case_number: str) -> tuple[CardLine, ...]:
    """The cards of one case that the actor may see, the newest first: the part on the case's file."""
    condition, values = cards_within(actor)
    values["case_number"] = case_number
    with reading(office) as connection:
        rows = _rows(connection, f"{condition} AND c.number = :case_number", values, None, 50)
        book = office.references.rule_book(DefinitionRecords(connection))
    return tuple(card_line(row, book, office.clock.now()) for row in rows)


def card_line(row: Row[Any], book: RuleBook, now: datetime) -> CardLine:
    """A row of `LINE`; a rule that the book no longer has is named by its code."""
    rule = book.find(row.rule)
    names: dict[str, Any] = {name: getattr(row, name) or "" for name in _NAMES}
    waits = row.status in ("issued", "notified") and row.answer_due_at is not None
    return CardLine(
        id=row.id,
        number=row.number,
        rule=row.rule,
        issued_at=row.issued_at,
        answer_due_at=row.answer_due_at,
        **names,
        rule_title=rule.title if rule else row.rule,
        rule_title_en=rule.title_en if rule else row.rule,
        signal=Signal(row.signal),
        status=CardStatus(row.status),
        is_lapsed=waits and now >= row.answer_due_at + timedelta(seconds=1),
    )


_NAMES = (
    *("case_number", "item_title", "item_title_en", "department", "department_name", "organisation_name"),
    *("post_name", "officer_name", "region_name"),
)


def _rows(
    connection: Connection, where: str, values: Mapping[str, Any], start: Cursor | None, size: int
) -> list[Row[Any]]:
    given, backwards = {**values, "most": size + 1}, start is not None and start.backwards
    if start:
        where += f" AND k.id {'>' if backwards else '<'} :from_id"
        given["from_id"] = start.key[0]
    sql = f"{LINE}{where} ORDER BY k.id {'ASC' if backwards else 'DESC'} LIMIT :most"
    return list(connection.execute(statement(sql), given))


def _around(wanted: CardFilter) -> tuple[str, dict[str, Any]]:
    """Region, department, period and case: what the counts keep to as well."""
    if wanted.first_on and wanted.last_on and wanted.first_on > wanted.last_on:
        said = "起始日期不能晚于截止日期。"
        raise FormInvalid(said, en="The period is not valid.", errors={"from": [said]})
    parts, values = "", dict[str, Any]()
    if wanted.region:
        values["low"], values["high"] = region_bounds(significant_prefix(wanted.region))
        parts += " AND k.region_code >= CAST(:low AS bpchar) AND k.region_code <= CAST(:high AS bpchar)"
    if wanted.department:
        parts, values["department"] = parts + " AND k.department = :department", wanted.department
    if wanted.case_number:
        parts, values["case_number"] = parts + " AND c.number = :case_number", wanted.case_number
    if wanted.first_on:
        parts, values["issued_from"] = parts + " AND k.issued_at >= :issued_from", local_instant(wanted.first_on)
    if wanted.last_on:
        values["issued_until"] = local_instant(wanted.last_on + timedelta(days=1))
        parts += " AND k.issued_at < :issued_until"
    return parts, values


def _which(wanted: CardFilter) -> tuple[str, dict[str, Any]]:
    """Signal, status and rule: what the list is narrowed to beside the counts."""
    parts, values = "", dict[str, Any]()
    if wanted.status == UNFINISHED:
        parts += f" AND {_OPEN}"
    elif wanted.status == TO_RULE:
        parts += f" AND {_TO_RULE}"
    elif wanted.status:
        parts, values["status"] = parts + " AND k.status = :status", wanted.status
    for name in ("signal", "rule"):
        if given := getattr(wanted, name):
            parts, values[name] = f"{parts} AND k.{name} = :{name}", given
    return parts, values
