"""Region changes (区划调整) and the open cases that still have to follow them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.clock import local_date
from engine.errors import NotPermitted
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import admin_area
from engine.queries.reading import reading, statement


@dataclass(frozen=True)
class RegionChangeLine:
    """One region taken over by another, and how many open cases still stand in the old one."""

    from_code: str
    from_name: str
    to_code: str
    to_name: str
    effective_on: date
    document_no: str
    open_cases: int


_CHANGES = (
    "SELECT c.from_code, f.name AS from_name, c.to_code, t.name AS to_name, c.effective_on, c.document_no,"
    " (SELECT count(*) FROM cases k WHERE k.home_region = c.from_code AND k.status NOT IN ('closed', 'archived'))"
    " AS open_cases FROM region_changes c JOIN regions f ON f.code = c.from_code JOIN regions t ON t.code = c.to_code"
    " ORDER BY c.effective_on DESC, c.from_code LIMIT 500"
)
_CASES = (
    "SELECT k.id FROM cases k JOIN region_changes c ON c.from_code = k.home_region AND c.effective_on <= :today"
    " WHERE k.status NOT IN ('closed', 'archived') ORDER BY k.id LIMIT :most"
)


def region_changes(office: Office, actor: Actor) -> tuple[RegionChangeLine, ...]:
    """The latest changes, for whoever administers the whole city."""
    _require_city(actor)
    with reading(office) as connection:
        return tuple(RegionChangeLine(**row._mapping) for row in connection.execute(statement(_CHANGES)))


def cases_to_move(office: Office, actor: Actor, most: int) -> tuple[int, ...]:
    """Ids of open cases whose region was taken over, oldest first."""
    _require_city(actor)
    values = {"today": local_date(office.clock.now()), "most": most}
    with reading(office) as connection:
        return tuple(row.id for row in connection.execute(statement(_CASES), values))


def _require_city(actor: Actor) -> None:
    if not admin_area(actor).is_city_wide:
        raise NotPermitted("区划调整由市级机构管理员办理。", en="needs the administrator of the city")
