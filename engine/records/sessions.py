"""Sign-ins, sessions and throttling, in PostgreSQL so that they survive the loss of Redis."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from engine.records.prepared import Link
from engine.records.tables import audit_entries, officers, sessions, sign_in_attempts

_SESSION = (
    select(sessions, officers.c.name, officers.c.sign_in_name, officers.c.is_demo)
    .join(officers, officers.c.id == sessions.c.officer_id)
    .where(sessions.c.token_hash == bindparam("token_hash"), officers.c.active)
)
_FAIL = text(
    "INSERT INTO sign_in_attempts (subject, failures, updated_at) VALUES (:subject, 1, :now)"
    " ON CONFLICT (subject) DO UPDATE SET"
    " failures = CASE WHEN sign_in_attempts.updated_at < :forget THEN 1 ELSE sign_in_attempts.failures + 1 END,"
    " updated_at = :now,"
    " locked_until = CASE WHEN (CASE WHEN sign_in_attempts.updated_at < :forget THEN 1"
    "   ELSE sign_in_attempts.failures + 1 END) >= :most THEN :lock ELSE sign_in_attempts.locked_until END"
    " RETURNING failures"
)

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


def token_hash(token: str) -> bytes:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).digest()


class SessionRecords:
    """Rows of `sessions`, `sign_in_attempts`, `officers`, `audit_entries`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def officer(self, sign_in_name: str) -> Row[Any] | None:
        statement = select(officers).where(officers.c.sign_in_name == bindparam("name"), officers.c.active)
        return self._connection.execute(statement, {"name": sign_in_name}).one_or_none()

    def open(self, values: Mapping[str, Any]) -> None:
        self._connection.execute(insert(sessions), values)

    def find(self, token_hash: bytes) -> Row[Any] | None:
        return self._connection.execute(_SESSION, {"token_hash": token_hash}).one_or_none()

    def touch(self, token_hash: bytes, at: datetime) -> None:
        statement = update(sessions).where(sessions.c.token_hash == bindparam("key")).values(seen_at=bindparam("at"))
        self._connection.execute(statement, {"key": token_hash, "at": at})

    def close(self, token_hash: bytes) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def alone(self, subject: str) -> None:
        """Wait until nobody else tries this subject; held until the commit."""
        self._connection.execute(_ALONE, {"subject": subject})

    def locked_until(self, subject: str) -> datetime | None:
        statement = select(sign_in_attempts.c.locked_until).where(sign_in_attempts.c.subject == bindparam("subject"))
        value: datetime | None = self._connection.execute(statement, {"subject": subject}).scalar_one_or_none()
        return value

    def fail(self, subject: str, now: datetime, forget: datetime, most: int, lock: datetime) -> int:
        """Count a failure; `forget`: older failures do not count; at `most` the subject is locked until `lock`."""
        values = {"subject": subject, "now": now, "forget": forget, "most": most, "lock": lock}
        failures: int = self._connection.execute(_FAIL, values).scalar_one()
        return failures

    def clear(self, subject: str) -> None:
        self._connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.subject == subject))

    def audit(self, values: Mapping[str, Any]) -> None:
        self._connection.execute(insert(audit_entries), values)
