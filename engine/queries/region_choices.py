"""The communities (社区) a counter can choose from where the registry does not know a person's home."""

from __future__ import annotations

from engine.clock import local_date
from engine.office import Office
from engine.queries.reading import reading, statement

_SQL = (
    "SELECT c.code, s.name || ' · ' || c.name AS name FROM regions c JOIN regions s ON s.code = c.parent_code"
    " WHERE c.level = 'community' AND c.valid_from <= :today AND (c.valid_to IS NULL OR c.valid_to >= :today)"
    " ORDER BY c.code"
)


def community_choices(office: Office) -> tuple[tuple[str, str], ...]:
    """(12-digit code, street and community) of every community that exists today, by code."""
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), {"today": local_date(office.clock.now())})
        return tuple((row.code, row.name) for row in rows)
