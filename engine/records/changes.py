"""What a verb leaves behind on a case, in one round trip: events, outbox rows, the process's state and the case row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, TextClause, text

from engine.records.prepared import Link, prepared

# Rows travel as one JSON array each; what they have in common travels once. Arrays keep their order, so ids ascend.
_EVENTS = (
    "events AS (INSERT INTO case_events"
    " (case_id, seq, kind, at, officer_id, post_id, place, payload, prev_hash, hash, case_opened_on)"
    " SELECT :case_id, e.seq, e.kind, :at, :officer_id, :post_id, :place, e.payload,"
    " decode(e.prev_hash, 'hex'), decode(e.hash, 'hex'), :case_opened_on FROM jsonb_to_recordset(:events)"
    " AS e(seq int, kind text, payload jsonb, prev_hash text, hash text) ORDER BY e.seq)"
)
_OUTBOX = (
    "told AS (INSERT INTO outbox (case_id, receiver, kind, payload, created_at, due_at)"
    " SELECT :case_id, t.receiver, t.kind, t.payload, :at, :at FROM jsonb_to_recordset(:told)"
    " AS t(receiver text, kind text, payload jsonb))"
)


class ChangeRecords:
    """Rows of `case_events`, `outbox`, `case_states` and `cases` that one verb writes together."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def save(
        self,
        *,
        case_id: int,
        at: datetime,
        case_opened_on: date,
        officer_id: int | None,
        post_id: int | None,
        place: str,
        events: Sequence[Mapping[str, Any]],
        told: Sequence[Mapping[str, Any]],
        of_case: Mapping[str, Any],
        of_state: Mapping[str, Any],
    ) -> None:
        """events    seq, kind, payload, prev_hash and hash of each, the hashes as hexadecimal text
        told      receiver, kind and payload of each outbox row
        of_case   columns of `cases` with their new values; of_state  the same of `case_states`
        """
        statement = _saving(tuple(of_case), tuple(of_state), bool(events), bool(told))
        values: dict[str, Any] = {"case_id": case_id, **of_case, **of_state}
        if events or told:
            values["at"] = at
        if events:
            author = {"officer_id": officer_id, "post_id": post_id, "place": place, "case_opened_on": case_opened_on}
            values |= {"events": Jsonb(list(events)), **author}
        if told:
            values["told"] = Jsonb(list(told))
        self._connection.execute(statement, values)


@lru_cache(256)
def _saving(of_case: tuple[str, ...], of_state: tuple[str, ...], events: bool, told: bool) -> TextClause:
    """The statement for this set of columns; a verb always has the same few."""
    parts = [_EVENTS] if events else []
    parts += [_OUTBOX] if told else []
    if of_state:
        parts.append(f"state AS (UPDATE case_states SET {_assigned(of_state)} WHERE case_id = :case_id)")
    begun = f"WITH {', '.join(parts)} " if parts else ""
    return prepared(text(f"{begun}UPDATE cases SET {_assigned(of_case)} WHERE id = :case_id"))


def _assigned(columns: tuple[str, ...]) -> str:
    return ", ".join(f"{column} = :{column}" for column in columns)
