"""Statements written by SQLAlchemy once and carried by psycopg alone from then on.

The statements of a step are the same all day; finding, binding and wrapping them anew costs more than PostgreSQL needs
to execute them. `prepared` compiles a statement when its module is read; a `Link` sends it. Every other statement goes
through SQLAlchemy as ever, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import psycopg
from psycopg.adapt import PyFormat
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError

ExecutableT = TypeVar("ExecutableT", bound=Executable)
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_DIALECT = dialect()  # type: ignore[no-untyped-call]
_SQL: dict[Executable, tuple[str, dict[str, Any]]] = {}


def prepared(statement: ExecutableT, *columns: str) -> ExecutableT:
    """The same statement, compiled. `columns`: those an INSERT gives values for.

    Trap: for statements made when a module is read; one made per call would be remembered for ever.
    """
    compiled = statement.compile(dialect=_DIALECT, column_keys=columns or None)  # type: ignore[attr-defined]
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    _SQL[statement] = str(compiled), constants
    return statement


class Rows(psycopg.Cursor[Any]):
    """What a statement answered, under the names SQLAlchemy gives these methods."""

    def one_or_none(self) -> Any:
        """The only row; None without one. ValueError when there are more."""
        if self.rowcount > 1:
            raise ValueError(f"{self.rowcount} rows where one was expected")
        return self.fetchone()

    def one(self) -> Any:
        row = self.one_or_none()
        if row is None:
            raise ValueError("no row where one was expected")
        return row

    def first(self) -> Any:
        return self.fetchone()

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> list[Any]:
        return [row[0] for row in self]


def adapt(driver: psycopg.Connection[Any]) -> None:
    """Make a new connection fit for links: a dict is a JSON value, answers are `Rows`."""
    # The dumper that SQLAlchemy set up for JSON values: it knows our serializer.
    driver.adapters.register_dumper(dict, driver.adapters.get_dumper(Jsonb, PyFormat.TEXT))
    driver.cursor_factory = Rows


class Link:
    """The connection of one transaction, as the records see it: prepared statements take the short way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        driver = connection.connection.driver_connection
        assert driver is not None
        self._driver: psycopg.Connection[Any] = driver

    def execute(self, statement: Executable, values: Values | None = None) -> Any:
        """The rows of one statement. A list of values executes it for each."""
        known = _SQL.get(statement)
        if known is None:
            return self._connection.execute(statement, values)
        sql, constants = known
        cursor = self._driver.cursor(row_factory=namedtuple_row)
        try:
            if isinstance(values, list):
                cursor.executemany(sql, values)
                return cursor
            given = cast(Mapping[str, Any], values or {})
            return cursor.execute(sql, {**constants, **given} if constants else given, prepare=True)
        except psycopg.Error as error:
            raise self._told(sql, values, error) from error

    def _told(self, sql: str, values: Values | None, error: psycopg.Error) -> BaseException:
        """The error as SQLAlchemy tells it, so that callers need to know one kind; dead connections leave the pool."""
        if self._driver.closed:
            self._connection.invalidate()
            # The database restarted: the idle connections are as dead, and each would fail somebody.
            self._connection.engine.dispose()
        return DBAPIError.instance(sql, values, error, psycopg.Error, hide_parameters=True, dialect=_DIALECT)
