"""The schema goes up, down and up again, and is then what the tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, InternalError

from api.embedded.postgres import EmbeddedPostgres
from api.migrate import migrate
from engine.records.tables import metadata
from engine.records.unit_of_work import open_database

VERSIONS = Path(__file__).parents[2] / "alembic" / "versions"


def test_migrations_go_up_down_and_up_again_and_agree_with_the_tables(postgres: EmbeddedPostgres) -> None:
    database = open_database(
        postgres.create_database("migrations").replace("postgresql://", "postgresql+psycopg://"), pool_size=2
    )
    migrate(database)
    migrate(database, "base")
    assert set(inspect(database).get_table_names()) <= {"alembic_version"}
    migrate(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.dispose()


def test_migrations_are_numbered_verbs_without_a_gap() -> None:
    names = sorted(path.stem for path in VERSIONS.glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)*", name)] == []


@pytest.mark.parametrize(
    "statement", ["UPDATE case_events SET kind = 'x'", "DELETE FROM case_events", "TRUNCATE audit_entries"]
)
def test_history_refuses_change(own_office: object, statement: str) -> None:
    with own_office.database.begin() as connection, pytest.raises((InternalError, IntegrityError), match="append-only"):  # type: ignore[attr-defined]
        connection.execute(text(statement))
