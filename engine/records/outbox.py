"""The outbox: what must happen outside, remembered in the transaction that decided it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, text

from engine.records.prepared import Link, prepared
from engine.records.tables import outbox

# A row waits for every earlier unsent row of the same case and receiver; a dead letter stops only its own case.
_TAKE = text(
    "SELECT o.* FROM outbox o WHERE o.sent_at IS NULL AND o.dead_at IS NULL AND o.due_at <= :now"
    " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.case_id = o.case_id AND e.receiver = o.receiver"
    "                 AND e.id < o.id AND e.sent_at IS NULL)"
    " ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE OF o SKIP LOCKED"
)
_ADD = prepared(insert(outbox), "case_id", "receiver", "kind", "payload", "created_at", "due_at")
_SENT = text("UPDATE outbox SET sent_at = :at, attempts = attempts + 1, last_error = '' WHERE id = :id")
_FAILED = text(
    "UPDATE outbox SET attempts = attempts + 1, due_at = :due_at, dead_at = :dead_at, last_error = :error WHERE id = :id"
)


class OutboxRecords:
    """Rows of `outbox`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(_ADD, rows[0] if len(rows) == 1 else list(rows))

    def take(self, now: datetime) -> Row[Any] | None:
        """The next row that may be sent, locked for this transaction; None when nothing is due."""
        return self._connection.execute(_TAKE, {"now": now}).one_or_none()

    def sent(self, row_id: int, at: datetime) -> None:
        self._connection.execute(_SENT, {"id": row_id, "at": at})

    def failed(self, row_id: int, due_at: datetime, dead_at: datetime | None, error: str) -> None:
        values = {"id": row_id, "due_at": due_at, "dead_at": dead_at, "error": error[:500]}
        self._connection.execute(_FAILED, values)

    def deliver(self, row: Row[Any], message: str, at: datetime) -> None:
        """Put a message into the in-house mailbox once, however often it is tried."""
        statement = text(
            "INSERT INTO outbox_deliveries (outbox_id, case_id, receiver, kind, text, delivered_at)"
            " VALUES (:outbox_id, :case_id, :receiver, :kind, :text, :at) ON CONFLICT DO NOTHING"
        )
        values = {
            "outbox_id": row.id,
            "case_id": row.case_id,
            "receiver": row.receiver,
            "kind": row.kind,
            "text": message,
            "at": at,
        }
        self._connection.execute(statement, values)
