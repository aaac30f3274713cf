"""An office whose every verb and query works in one transaction that is never committed.

A case is brought somewhere once; then one verb after the other is tried from there, each undone before the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection, Engine, NestedTransaction

from engine.office import Office


@contextmanager
def in_one_transaction(office: Office) -> Iterator[Office]:
    """The office on one connection; what its verbs commit is gone when the block ends."""
    with office.database.connect() as connection, connection.begin() as whole:
        try:
            yield replace(office, database=cast(Engine, _OneConnection(connection)), wake=None)
        finally:
            whole.rollback()


@contextmanager
def undone(office: Office) -> Iterator[None]:
    """Whatever happens inside the block did not happen after it."""
    with office.database.connect() as connection:
        connection.begin()
        try:
            yield
        finally:
            connection.rollback()


class _OneConnection:
    """A database as far as an office asks: every connection is the same one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def connect(self) -> _Joined:
        return _Joined(self._connection)


class _Joined:
    """The one connection, whose transactions are savepoints of the outer one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._savepoint: NestedTransaction | None = None

    def begin(self) -> None:
        self._savepoint = self._connection.begin_nested()

    def commit(self) -> None:
        if self._savepoint is not None:
            self._savepoint.commit()
            self._savepoint = None

    def rollback(self) -> None:
        if self._savepoint is not None:
            self._savepoint.rollback()
            self._savepoint = None

    close = rollback

    def execution_options(self, **options: Any) -> _Joined:
        """How the outer transaction works is settled."""
        return self

    def __enter__(self) -> _Joined:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
