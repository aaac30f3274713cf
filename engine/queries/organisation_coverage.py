"""Where work would find nobody (岗位覆盖): every step of every item in force, in every region, asked of routing beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.clock import local_date
from engine.definitions.model import ItemDefinition, ProcessModel
from engine.definitions.steps import department_of, lane_of
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import AdminArea, admin_area
from engine.policy.identifiers import region_level
from engine.policy.routing import PostCandidate, choose_post, route_question
from engine.queries.reading import reading, statement
from engine.records.definitions import DefinitionRecords
from engine.terms import Lane, Level, Stage

# Any community of a city: the regions a lane is looked for in depend on the level only.
_SOMEWHERE = "990101001001"


@dataclass(frozen=True)
class Need:
    """What a step asks routing for; steps of many items ask the same."""

    lane: Lane
    level: Level
    asked_level: Level | None
    department: str
    stage: Stage | None


@dataclass(frozen=True)
class CoverageGap:
    """Work that would find nobody. `post_id` None: there is no post, nearest at the lane's level or above.

    `items`: titles of the items concerned; `regions`: names of the regions whose cases would stand still.
    """

    lane: Lane
    department: str
    department_name: str
    region_code: str
    post_id: int | None
    post_name: str
    organisation_name: str
    items: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How many questions were asked of routing and which found nobody."""

    asked: int
    gaps: tuple[CoverageGap, ...]


_VERSIONS = (
    "SELECT v.id, i.title FROM definition_versions v JOIN items i ON i.id = v.item_id WHERE v.status = 'published'"
    " AND v.valid_from <= :today AND (v.valid_to IS NULL OR v.valid_to >= :today) ORDER BY i.code"
)
_POSTS = (
    "SELECT p.id, p.name, p.region_code, p.department, p.lane, p.roles, b.name AS organisation_name,"
    " EXISTS (SELECT 1 FROM post_holdings h JOIN officers o ON o.id = h.officer_id AND o.active WHERE h.post_id = p.id"
    " AND h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today)) AS is_held"
    " FROM posts p JOIN organisations b ON b.id = p.organisation_id WHERE p.active AND p.lane <> ''"
)
_REGIONS = (
    "SELECT code, name, level FROM regions WHERE valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)"
    " ORDER BY code"
)
_DEPARTMENTS = "SELECT key, name FROM departments"


def coverage(office: Office, actor: Actor) -> Coverage:
    """The gaps of an administrator's area. NotPermitted without an administrator's post."""
    area, today = admin_area(actor), local_date(office.clock.now())
    with reading(office) as connection:
        needs = _needs(office, connection, today)
        return _Survey(connection, area, today).asked(needs)


def _needs(office: Office, connection: Connection, today: date) -> dict[Need, list[str]]:
    """What the steps of all items in force ask for, with the titles of the items that ask it."""
    found: dict[Need, list[str]] = {}
    records = DefinitionRecords(connection)
    for row in connection.execute(statement(_VERSIONS), {"today": today}).all():
        for need in _needs_of(office.definitions.by_id(records, row.id).definition):
            found.setdefault(need, []).append(row.title)
    return found


def _needs_of(definition: ItemDefinition) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(_steps_of(definition, definition.process, ())))


def _steps_of(definition: ItemDefinition, process: ProcessModel, path: tuple[str, ...]) -> Iterator[Need]:
    for node in process.nodes:
        if node.called and node.called in definition.fragments:
            yield from _steps_of(definition, definition.fragments[node.called], (*path, node.id))
        if node.kind != "userTask":
            continue
        lane = lane_of(definition, process.id, node.id, path)
        question = route_question(lane, _SOMEWHERE, node.level)
        if question is None:
            continue
        level = region_level(question.regions[0])
        for instance in range(len(node.departments)) if node.departments else (None,):
            department = department_of(definition, process.id, node.id, instance)
            yield Need(lane, level, node.level, department, node.stage)


class _Survey:
    """Posts and regions of today, as routing sees them."""

    def __init__(self, connection: Connection, area: AdminArea, today: date) -> None:
        self._area = area
        self._regions = connection.execute(statement(_REGIONS), {"today": today}).all()
        self._departments = {row.key: row.name for row in connection.execute(statement(_DEPARTMENTS))}
        self._posts = {row.id: row for row in connection.execute(statement(_POSTS), {"today": today})}
        self._places: dict[tuple[str, str], list[PostCandidate]] = {}
        for row in self._posts.values():
            candidate = PostCandidate(row.id, row.region_code, row.department, frozenset(row.roles))
            self._places.setdefault((row.lane, row.region_code), []).append(candidate)

    def asked(self, needs: dict[Need, list[str]]) -> Coverage:
        asked = 0
        items: dict[tuple[Lane, str, str, int | None], dict[str, None]] = {}
        regions: dict[tuple[Lane, str, str, int | None], dict[str, None]] = {}
        for need, titles in needs.items():
            for region in self._regions:
                if region.level != need.level or not self._area.covers(region.code, need.department):
                    continue
                asked += 1
                post = self._found(need, region.code)
                if post is not None and self._posts[post.id].is_held:
                    continue
                # A post without a holder is one gap, wherever its cases come from.
                key = (need.lane, need.department, "" if post else region.code, post.id if post else None)
                items.setdefault(key, {}).update(dict.fromkeys(titles))
                regions.setdefault(key, {})[region.name] = None
        gaps = [self._gap(key, tuple(titles), tuple(regions[key])) for key, titles in items.items()]
        return Coverage(asked, tuple(sorted(gaps, key=lambda g: (-len(g.items), g.region_code, g.lane, g.department))))

    def _found(self, need: Need, region_code: str) -> PostCandidate | None:
        question = route_question(need.lane, region_code, need.asked_level)
        assert question is not None
        candidates = [
            post
            for region in question.regions
            for post in self._places.get((question.lane, region), ())
            if post.department in (None, need.department)
        ]
        return choose_post(candidates, question, need.stage, need.department)

    def _gap(self, key: tuple[Lane, str, str, int | None], items: Sequence[str], regions: Sequence[str]) -> CoverageGap:
        lane, department, region_code, post_id = key
        post = self._posts[post_id] if post_id is not None else None
        return CoverageGap(
            lane=lane,
            department=department,
            department_name=self._departments.get(department, department),
            region_code=post.region_code if post else region_code,
            post_id=post_id,
            post_name=post.name if post else "",
            organisation_name=post.organisation_name if post else "",
            items=tuple(items),
            regions=tuple(regions),
        )
