"""One body (单位) with its posts, who holds them today, its seal and who keeps it; and one post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import admin_area
from engine.queries.reading import reading, statement
from engine.terms import Lane, Role


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a post, today or from a later day on."""

    officer_id: int
    name: str
    sign_in_name: str
    active: bool
    held_from: date
    held_to: date | None


@dataclass(frozen=True)
class PostFile:
    """One post with its holders and how many work items wait there."""

    id: int
    name: str
    organisation_id: int
    organisation_name: str
    region_code: str
    region_name: str
    department: str | None
    department_name: str
    lane: Lane | None
    roles: tuple[Role, ...]
    assignment: str
    active: bool
    open_work_items: int
    holders: tuple[Holder, ...]

    def is_held_on(self, day: date) -> bool:
        return any(h.active and h.held_from <= day for h in self.holders)


@dataclass(frozen=True)
class Custody:
    """Who kept the seal from when to when, and by which document."""

    custodian_id: int
    custodian_name: str
    seal_name: str
    held_from: date
    held_to: date | None
    document_no: str
    made_at: datetime


@dataclass(frozen=True)
class OrganisationFile:
    """One body."""

    id: int
    name: str
    short_name: str
    uscc: str
    region_code: str
    region_name: str
    department: str | None
    department_name: str
    seal_name: str
    address: str
    phone: str
    complaint_phone: str
    posts: tuple[PostFile, ...]
    custody: tuple[Custody, ...]

    @property
    def staff(self) -> tuple[tuple[int, str], ...]:
        """Everybody active who holds a post here, once each."""
        return tuple({(h.officer_id, h.name): None for p in self.posts for h in p.holders if h.active})


_BODY = (
    "SELECT b.id, b.name, b.short_name, b.uscc, b.region_code, r.name AS region_name, b.department,"
    " COALESCE(d.name, '') AS department_name, b.seal_name, b.address, b.phone, b.complaint_phone FROM organisations b"
    " JOIN regions r ON r.code = b.region_code LEFT JOIN departments d ON d.key = b.department WHERE b.id = :id"
)
_POSTS = (
    "SELECT p.id, p.name, p.organisation_id, b.name AS organisation_name, p.region_code, r.name AS region_name,"
    " p.department, COALESCE(d.name, '') AS department_name, p.lane, p.roles, p.assignment, p.active,"
    " (SELECT count(*) FROM work_items w WHERE w.post_id = p.id AND w.status IN"
    " ('open', 'claimed', 'waiting', 'incident')) AS open_work_items FROM posts p"
    " JOIN organisations b ON b.id = p.organisation_id JOIN regions r ON r.code = p.region_code"
    " LEFT JOIN departments d ON d.key = p.department WHERE p.{column} = :id ORDER BY p.active DESC, p.id"
)
_HOLDERS = (
    "SELECT h.post_id, o.id AS officer_id, o.name, o.sign_in_name, o.active, h.held_from, h.held_to"
    " FROM post_holdings h JOIN officers o ON o.id = h.officer_id WHERE h.post_id = ANY(:posts)"
    " AND (h.held_to IS NULL OR h.held_to >= :today) ORDER BY h.held_from, o.id"
)
_CUSTODY = (
    "SELECT s.custodian_id, o.name AS custodian_name, s.seal_name, s.held_from, s.held_to, s.document_no, s.made_at"
    " FROM seal_custody s JOIN officers o ON o.id = s.custodian_id WHERE s.organisation_id = :id"
    " ORDER BY s.held_from DESC LIMIT 50"
)


def organisation_file(office: Office, actor: Actor, organisation_id: int) -> OrganisationFile:
    """One body of the administrator's area; outside it, it does not exist."""
    area = admin_area(actor)
    with reading(office) as connection:
        body = connection.execute(statement(_BODY), {"id": organisation_id}).one_or_none()
        if body is None or not area.covers(body.region_code, body.department):
            raise NotFound("没有这个单位，或不在您的管理范围内。", en="no such organisation in your area")
        posts = _posts(connection, office, "organisation_id", organisation_id)
        custody = connection.execute(statement(_CUSTODY), {"id": organisation_id}).all()
    return OrganisationFile(**body._mapping, posts=posts, custody=tuple(Custody(**c._mapping) for c in custody))


def post_file(office: Office, actor: Actor, post_id: int) -> PostFile:
    """One post of the administrator's area; outside it, it does not exist."""
    area = admin_area(actor)
    with reading(office) as connection:
        found = _posts(connection, office, "id", post_id)
    if not found or not area.covers(found[0].region_code, found[0].department):
        raise NotFound("没有这个岗位，或不在您的管理范围内。", en="no such post in your area")
    return found[0]


def _posts(connection: Connection, office: Office, column: str, key: int) -> tuple[PostFile, ...]:
    rows = connection.execute(statement(_POSTS.format(column=column)), {"id": key}).all()
    values = {"posts": [row.id for row in rows], "today": local_date(office.clock.now())}
    holders: dict[int, list[Holder]] = {}
    for row in connection.execute(statement(_HOLDERS), values):
        named = {name: value for name, value in row._mapping.items() if name != "post_id"}
        holders.setdefault(row.post_id, []).append(Holder(**named))
    return tuple(_post(row, tuple(holders.get(row.id, ()))) for row in rows)


def _post(row: Row[Any], holders: tuple[Holder, ...]) -> PostFile:
    values = {**row._mapping, "lane": Lane(row.lane) if row.lane else None, "roles": tuple(map(Role, row.roles))}
    return PostFile(**values, holders=holders)
