"""Answers already given: the same request with the same key gets the same answer and changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from engine.records.tables import idempotency

_FIND: Select[Any] = select(idempotency.c.body_hash, idempotency.c.answer).where(
    idempotency.c.officer_id == bindparam("officer_id"), idempotency.c.key == bindparam("key")
)


class IdempotencyRecords:
    """Rows of `idempotency`, written in the transaction of the verb they guard."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, officer_id: int, key: str) -> Row[Any] | None:
        return self._connection.execute(_FIND, {"officer_id": officer_id, "key": key}).one_or_none()

    def remember(self, officer_id: int, key: str, body_hash: bytes, answer: Any, at: datetime) -> None:
        values = {"officer_id": officer_id, "key": key, "body_hash": body_hash, "answer": answer, "created_at": at}
        self._connection.execute(insert(idempotency), values)
