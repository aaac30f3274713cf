"""Counters as rows: a number once given is never given again."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.records.prepared import Link, prepared

_NEXT = prepared(
    text(
        "INSERT INTO counters (name, value) VALUES (:name, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
)


class CounterRecords:
    """Rows of `counters`; the row stays locked until the commit, so counters are asked last."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def next(self, name: str) -> int:
        value: int = self._connection.execute(_NEXT, {"name": name}).scalar_one()
        return value
