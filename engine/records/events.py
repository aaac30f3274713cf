"""The case event log: append-only, each event hashing the previous one of its case."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from engine.records.prepared import Link, prepared
from engine.records.tables import case_events

GENESIS = bytes(32)
_APPEND = prepared(
    insert(case_events),
    *(
        "case_id",
        "seq",
        "kind",
        "at",
        "officer_id",
        "post_id",
        "place",
        "payload",
        "prev_hash",
        "hash",
        "case_opened_on",
    ),
)


def event_hash(previous: bytes, event: Mapping[str, Any]) -> bytes:
    """SHA-256 over the previous hash and the canonical JSON of everything the event says.

    `at` is hashed at microsecond precision, as PostgreSQL keeps it.
    """
    at: datetime = event["at"]
    said = {
        "case": event["case_id"],
        "seq": event["seq"],
        "kind": event["kind"],
        "at": int(at.timestamp()) * 1_000_000 + at.microsecond,
        "officer": event["officer_id"],
        "post": event["post_id"],
        "place": event["place"],
        "payload": event["payload"],
    }
    return hashlib.sha256(previous + orjson.dumps(said, option=orjson.OPT_SORT_KEYS, default=str)).digest()


class EventRecords:
    """Rows of `case_events`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.execute(_APPEND, rows[0] if len(rows) == 1 else list(rows))
