"""An administrator's area (管理范围) as a condition in SQL, and what may be chosen inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import AdminArea, admin_area
from engine.queries.reading import reading, statement
from engine.queries.scope import region_bounds


@dataclass(frozen=True)
class AreaChoices:
    """(code, name) of the regions and departments an administrator may choose from."""

    regions: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]


def inside(area: AdminArea, alias: str) -> tuple[str, dict[str, Any]]:
    """The condition that a row with `region_code` and `department` lies in the area, and its parameters."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for n, scope in enumerate(area.scopes):
        low, high, department = f"area_low_{n}", f"area_high_{n}", f"area_department_{n}"
        values[low], values[high] = region_bounds(scope.region_prefix)
        part = f"{alias}.region_code BETWEEN CAST(:{low} AS bpchar) AND CAST(:{high} AS bpchar)"
        if scope.department is not None:
            values[department] = scope.department
            part += f" AND {alias}.department = :{department}"
        parts.append(f"({part})")
    return f"({' OR '.join(parts)})", values


def area_choices(office: Office, actor: Actor) -> AreaChoices:
    """What can be chosen for a new body or post. NotPermitted without an administrator's post."""
    area = admin_area(actor)
    today = local_date(office.clock.now())
    with reading(office) as connection:
        regions = connection.execute(statement(_REGIONS), {"today": today}).all()
        departments = connection.execute(statement(_DEPARTMENTS)).all()
    own = {scope.department for scope in area.scopes}
    return AreaChoices(
        tuple((r.code, r.name) for r in regions if any(r.code.startswith(s.region_prefix) for s in area.scopes)),
        tuple((d.key, d.name) for d in departments if None in own or d.key in own),
    )


_REGIONS = (
    "SELECT r.code, CASE WHEN r.level IN ('street', 'community') THEN p.name || ' · ' || r.name ELSE r.name END AS name"
    " FROM regions r LEFT JOIN regions p ON p.code = r.parent_code"
    " WHERE r.valid_from <= :today AND (r.valid_to IS NULL OR r.valid_to >= :today) ORDER BY r.code"
)
_DEPARTMENTS = "SELECT key, name FROM departments ORDER BY key"
