"""Regions (行政区划) to choose from: communities at the counter, everything above them for supervision."""

from __future__ import annotations

from engine.clock import local_date
from engine.office import Office
from engine.queries.reading import reading, statement

_SQL = (
    "SELECT c.code, s.name || ' · ' || c.name AS name FROM regions c JOIN regions s ON s.code = c.parent_code"
    " WHERE c.level = 'community' AND c.valid_from <= :today AND (c.valid_to IS NULL OR c.valid_to >= :today)"
    " ORDER BY c.code"
)

_ABOVE = (
    "SELECT r.code, CASE WHEN r.level = 'street' THEN p.name || ' · ' || r.name ELSE r.name END AS name FROM regions r"
    " LEFT JOIN regions p ON p.code = r.parent_code WHERE r.level IN ('city', 'district', 'street')"
    " AND r.valid_from <= :today AND (r.valid_to IS NULL OR r.valid_to >= :today) ORDER BY r.code"
)


def community_choices(office: Office) -> tuple[tuple[str, str], ...]:
    """(12-digit code, street and community) of every community that exists today, by code."""
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), {"today": local_date(office.clock.now())})
        return tuple((row.code, row.name) for row in rows)


def supervised_regions(office: Office) -> tuple[tuple[str, str], ...]:
    """(12-digit code, name) of the city, its districts and streets, in the order of the tree."""
    with reading(office) as connection:
        rows = connection.execute(statement(_ABOVE), {"today": local_date(office.clock.now())})
        return tuple((row.code, row.name) for row in rows)
