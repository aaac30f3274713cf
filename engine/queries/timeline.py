"""What happened to a case (办理经过), event by event in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.definitions.model import ItemDefinition
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.event_wording import event_words
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.definitions import DefinitionRecords

_EVENTS = (
    "SELECT e.seq, e.kind, e.at, e.place, e.payload, e.hash, o.name AS officer_name, p.name AS post_name,"
    " r.name AS place_name, a.name AS absent_name FROM case_events e LEFT JOIN officers o ON o.id = e.officer_id"
    " LEFT JOIN officers a ON a.id = CAST(e.payload ->> 'for' AS bigint)"
    " LEFT JOIN posts p ON p.id = e.post_id LEFT JOIN regions r ON r.code = e.place"
    " WHERE e.case_id = :case_id ORDER BY e.seq"
)


@dataclass(frozen=True)
class EventLine:
    """One event. `who` is the officer (李某代张某 for a deputy), or 系统 where nobody acted.

    hash  proves the chain; see  the address of a page that tells more
    """

    seq: int
    kind: str
    at: datetime
    title: str
    title_en: str
    text: str
    text_en: str
    tone: str
    who: str
    post_name: str
    place_name: str
    hash: str
    see: str = ""


def timeline(connection: Connection, case_id: int, definition: ItemDefinition) -> tuple[EventLine, ...]:
    """Every event of a case, oldest first; the caller has checked the scope."""
    rows = connection.execute(statement(_EVENTS), {"case_id": case_id})
    return tuple(_line(row, definition) for row in rows)


def case_timeline(office: Office, actor: Actor, number: str) -> tuple[EventLine, ...]:
    """The timeline of a case inside the actor's scope."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        return timeline(connection, case.id, shelved.definition)


def _line(row: Any, definition: ItemDefinition) -> EventLine:
    words = event_words(row.kind, row.payload, definition)
    return EventLine(
        seq=row.seq,
        kind=row.kind,
        at=row.at,
        title=words.title,
        title_en=words.title_en,
        text=words.text,
        text_en=words.text_en,
        tone=words.tone,
        who=f"{row.officer_name}代{row.absent_name}" if row.absent_name else row.officer_name or "系统",
        post_name=row.post_name or "",
        place_name=row.place_name or "",
        hash=bytes(row.hash).hex(),
        see=words.see,
    )
