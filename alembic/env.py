"""Runs migrations on the database of the settings; `yimen migrate` and the tests hand the connection in."""

from __future__ import annotations

from alembic import context

from engine.records.tables import metadata

LOCK_TIMEOUT = "5s"


def run(connection) -> None:
    """One transaction per migration; a lock that cannot be had within LOCK_TIMEOUT fails the migration, not the counters."""
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


def main() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    from api.migrate import engine_from_environment

    with engine_from_environment().connect() as connection:
        run(connection)
        connection.commit()


main()
