"""Where a local exception of the working calendar can hold (适用范围): the tree of regions, and the departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.clock import local_date
from engine.office import Office
from engine.queries.reading import reading, statement

_REGIONS = (
    "SELECT code, name, parent_code FROM regions WHERE level IN ('city', 'district', 'street', 'community')"
    " AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today) ORDER BY code"
)
_DEPARTMENTS = "SELECT key, name FROM departments ORDER BY code"


@dataclass(frozen=True)
class Place:
    """A region with those directly below it."""

    code: str
    name: str
    below: tuple[Place, ...]


def region_tree(office: Office) -> tuple[Place, ...]:
    """The regions that exist today from the city down to the communities."""
    with reading(office) as connection:
        rows = connection.execute(statement(_REGIONS), {"today": local_date(office.clock.now())}).all()
    known = {row.code for row in rows}
    below: dict[str | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_code if row.parent_code in known else None, []).append(row)
    return _places(below, None)


def department_choices(office: Office) -> tuple[tuple[str, str], ...]:
    """(folder name, name) of every department."""
    with reading(office) as connection:
        return tuple((row.key, row.name) for row in connection.execute(statement(_DEPARTMENTS)))


def _places(below: dict[str | None, list[Any]], parent: str | None) -> tuple[Place, ...]:
    return tuple(Place(row.code, row.name, _places(below, row.code)) for row in below.get(parent, ()))
