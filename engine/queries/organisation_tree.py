"""Regions with their bodies (机构树), and the posts nobody holds (空岗), inside an administrator's area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import admin_area
from engine.queries.organisation_area import inside
from engine.queries.reading import reading, statement
from engine.terms import Level


@dataclass(frozen=True)
class BodyLine:
    """One body with its active posts and how many of them nobody holds today."""

    id: int
    name: str
    short_name: str
    department_name: str
    posts: int
    vacant: int


@dataclass(frozen=True)
class RegionNode:
    """One region with its bodies and the regions below it; `bodies_below` and `vacant_below` count all of them."""

    code: str
    name: str
    level: Level
    bodies: tuple[BodyLine, ...]
    children: tuple[RegionNode, ...]

    @property
    def bodies_below(self) -> int:
        return len(self.bodies) + sum(child.bodies_below for child in self.children)

    @property
    def vacant_below(self) -> int:
        return sum(body.vacant for body in self.bodies) + sum(child.vacant_below for child in self.children)


@dataclass(frozen=True)
class VacantPost:
    """An active post without a holder today; `open_work_items` wait for nobody."""

    id: int
    name: str
    organisation_id: int
    organisation_name: str
    region_name: str
    open_work_items: int


_HELD_TODAY = (
    "EXISTS (SELECT 1 FROM post_holdings h JOIN officers o ON o.id = h.officer_id AND o.active WHERE h.post_id = p.id"
    " AND h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today))"
)
_BODIES = (
    "SELECT b.id, b.name, b.short_name, b.region_code, COALESCE(d.name, '') AS department_name,"
    " count(p.id) AS posts, count(p.id) FILTER (WHERE NOT held) AS vacant FROM organisations b"
    " LEFT JOIN departments d ON d.key = b.department"
    f" LEFT JOIN LATERAL (SELECT p.id, {_HELD_TODAY} AS held FROM posts p"
    " WHERE p.organisation_id = b.id AND p.active) p ON TRUE WHERE {area}"
    " GROUP BY b.id, d.name ORDER BY b.department NULLS FIRST, b.id"
)
_REGIONS = (
    "SELECT code, name, level, parent_code FROM regions WHERE valid_from <= :today"
    " AND (valid_to IS NULL OR valid_to >= :today) ORDER BY code"
)
_VACANT = (
    "SELECT p.id, p.name, p.organisation_id, b.name AS organisation_name, r.name AS region_name,"
    " (SELECT count(*) FROM work_items w WHERE w.post_id = p.id AND w.status IN ('open', 'claimed', 'waiting'))"
    " AS open_work_items FROM posts p JOIN organisations b ON b.id = p.organisation_id"
    " JOIN regions r ON r.code = p.region_code"
    f" WHERE p.active AND NOT {_HELD_TODAY} AND {{area}} ORDER BY open_work_items DESC, p.region_code, p.id LIMIT 500"
)


def organisation_tree(office: Office, actor: Actor) -> tuple[RegionNode, ...]:
    """The top regions of the area with everything below them. NotPermitted without an administrator's post."""
    condition, values = inside(admin_area(actor), "b")
    today = local_date(office.clock.now())
    with reading(office) as connection:
        regions = connection.execute(statement(_REGIONS), {"today": today}).all()
        rows = connection.execute(statement(_BODIES.format(area=condition)), {**values, "today": today}).all()
    bodies: dict[str, list[BodyLine]] = {}
    for row in rows:
        line = BodyLine(row.id, row.name, row.short_name, row.department_name, row.posts, row.vacant)
        bodies.setdefault(row.region_code, []).append(line)
    below: dict[str | None, list[Row[Any]]] = {}
    for region in regions:
        below.setdefault(region.parent_code, []).append(region)
    return _tops(below[None], below, bodies) if None in below else ()


def _tops(
    regions: list[Row[Any]], below: dict[str | None, list[Row[Any]]], bodies: dict[str, list[BodyLine]]
) -> tuple[RegionNode, ...]:
    """The nodes; a region above the area, with no body of it, gives way to those below."""
    found: list[RegionNode] = []
    for region in regions:
        children = _tops(below.get(region.code, []), below, bodies)
        own = tuple(bodies.get(region.code, ()))
        if own:
            found.append(RegionNode(region.code, region.name, Level(region.level), own, children))
        else:
            found.extend(children)
    return tuple(found)


def vacant_posts(office: Office, actor: Actor) -> tuple[VacantPost, ...]:
    """Posts of the area that nobody holds today, those with waiting work first; 500 at most."""
    condition, values = inside(admin_area(actor), "p")
    today = local_date(office.clock.now())
    with reading(office) as connection:
        rows = connection.execute(statement(_VACANT.format(area=condition)), {**values, "today": today})
        return tuple(VacantPost(**row._mapping) for row in rows)
