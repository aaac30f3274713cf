"""What every query reads through: a connection without a transaction, and statements that are compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Connection, TextClause, text

from engine.office import Office


@contextmanager
def reading(office: Office) -> Iterator[Connection]:
    """A connection for one question; autocommit spares BEGIN and ROLLBACK."""
    with office.database.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@lru_cache(512)
def statement(sql: str) -> TextClause:
    """The statement of a text that was put together from fixed parts; values go through parameters only."""
    return text(sql)
