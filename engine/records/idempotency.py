"""Answers already given: the same request with the same key gets the same answer and changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, text

from engine.records.prepared import Link, prepared
from engine.records.tables import idempotency

# Waits for a transaction that is just claiming the same key, then finds its row or takes the key over.
_CLAIM = prepared(
    text(
        "INSERT INTO idempotency (officer_id, key, body_hash, created_at) VALUES (:officer_id, :key, :body_hash, :at)"
        " ON CONFLICT DO NOTHING"
    )
)
_FIND = prepared(
    select(idempotency.c.body_hash, idempotency.c.answer_cipher).where(
        idempotency.c.officer_id == bindparam("officer_id"), idempotency.c.key == bindparam("key")
    )
)
_ANSWER = prepared(text("UPDATE idempotency SET answer_cipher = :answer WHERE officer_id = :officer_id AND key = :key"))
_FORGET = text("DELETE FROM idempotency WHERE created_at < :before")


class IdempotencyRecords:
    """Rows of `idempotency`, written in the transaction of the verb they guard; answers are encrypted."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def claim(self, officer_id: int, key: str, body_hash: bytes, at: datetime) -> Row[Any, Any] | None:
        """None when the key is ours for this transaction; else the request it served before, with its answer."""
        values = {"officer_id": officer_id, "key": key, "body_hash": body_hash, "at": at}
        if self._connection.execute(_CLAIM, values).rowcount:
            return None
        return self._connection.execute(_FIND, {"officer_id": officer_id, "key": key}).one_or_none()

    def remember(self, officer_id: int, key: str, answer_cipher: bytes) -> None:
        """The answer of a claimed key."""
        self._connection.execute(_ANSWER, {"officer_id": officer_id, "key": key, "answer": answer_cipher})

    def forget(self, before: datetime) -> int:
        """How many rows from before this instant were deleted."""
        deleted: int = self._connection.execute(_FORGET, {"before": before}).rowcount
        return deleted
