"""Brings a database to the newest schema; safe to run from several processes at once."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from api.settings import Settings
from engine.records.unit_of_work import open_database

PROJECT_ROOT = Path(__file__).resolve().parents[1]
_ONE_AT_A_TIME = text("SELECT pg_advisory_lock(716450)")
_DONE = text("SELECT pg_advisory_unlock(716450)")


def migrate(database: Engine, revision: str = "head") -> None:
    """Upgrade (or, with an older revision, downgrade) under an advisory lock."""
    with database.connect() as guard:
        guard.execute(_ONE_AT_A_TIME)
        try:
            with database.connect() as connection:
                config = Config(PROJECT_ROOT / "alembic.ini")
                config.attributes["connection"] = connection
                if revision == "base":
                    command.downgrade(config, revision)
                else:
                    command.upgrade(config, revision)
                connection.commit()
        finally:
            guard.execute(_DONE)
            guard.commit()


def engine_from_environment() -> Engine:
    """For the bare `alembic` command."""
    return open_database(Settings.from_environment(os.environ).sqlalchemy_url(), pool_size=1)
