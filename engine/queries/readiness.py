"""Can this process work (就绪检查)? Database, schema and calendar; Redis is not needed at the counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from engine.office import Office
from engine.queries.reading import reading, statement


@dataclass(frozen=True)
class Readiness:
    """Name of each check -> ok, or what is missing."""

    checks: Mapping[str, str]

    @property
    def is_ready(self) -> bool:
        return all(found == "ok" for found in self.checks.values())


_SCHEMA = "SELECT version_num FROM alembic_version"
_CALENDAR = "SELECT EXISTS (SELECT 1 FROM reference_texts WHERE name = 'calendar')"


def readiness(office: Office) -> Readiness:
    """The state of what every request needs."""
    try:
        with reading(office) as connection:
            schema = connection.execute(statement(_SCHEMA)).scalar_one_or_none()
            calendar = connection.execute(statement(_CALENDAR)).scalar_one()
    except DBAPIError:
        return Readiness({"database": "unreachable or not migrated"})
    return Readiness(
        {
            "database": "ok",
            "schema": "ok" if schema else "not migrated",
            "calendar": "ok" if calendar else "no working calendar loaded",
        }
    )
