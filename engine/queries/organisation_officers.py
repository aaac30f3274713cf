"""Officers (工作人员) of an administrator's area: found by name, initials or sign-in name; and one officer's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import AdminArea, admin_area
from engine.policy.names import pinyin_initials
from engine.queries.organisation_area import inside
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.terms import Role


@dataclass(frozen=True)
class OfficerLine:
    """One officer in a list; `posts` names what is held today, by body."""

    id: int
    name: str
    sign_in_name: str
    active: bool
    must_change_password: bool
    posts: tuple[str, ...]


@dataclass(frozen=True)
class Holding:
    """One post an officer held, holds or will hold."""

    post_id: int
    post_name: str
    organisation_id: int
    organisation_name: str
    roles: tuple[Role, ...]
    held_from: date
    held_to: date | None
    is_over: bool


@dataclass(frozen=True)
class Leave:
    """Days on which a deputy acts; `post_name` "" for all posts."""

    id: int
    officer_id: int
    officer_name: str
    deputy_name: str
    post_name: str
    from_on: date
    to_on: date
    reason: str
    is_cancelled: bool
    is_over: bool


@dataclass(frozen=True)
class OfficerFile:
    """One officer. `is_manageable`: no post reaches beyond the administrator's area."""

    id: int
    name: str
    sign_in_name: str
    active: bool
    is_demo: bool
    must_change_password: bool
    has_identity: bool
    created_at: datetime
    last_sign_in_at: datetime | None
    holdings: tuple[Holding, ...]
    leaves: tuple[Leave, ...]
    cases_in_hand: tuple[str, ...]
    is_manageable: bool

    @property
    def posts_held(self) -> tuple[Holding, ...]:
        return tuple(h for h in self.holdings if not h.is_over)


_LIST = (
    "SELECT o.id, o.name, o.sign_in_name, o.active, o.must_change_password, ARRAY(SELECT b.short_name || ' · ' || p.name"
    " FROM post_holdings h JOIN posts p ON p.id = h.post_id JOIN organisations b ON b.id = p.organisation_id"
    " WHERE h.officer_id = o.id AND p.active AND h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today)"
    " ORDER BY p.id) AS posts FROM officers o WHERE {visible}{narrowed} ORDER BY o.id {direction} LIMIT :most"
)
# Without any post an officer is only known to those who administer the whole city.
_VISIBLE = (
    "(EXISTS (SELECT 1 FROM post_holdings ah JOIN posts ap ON ap.id = ah.post_id WHERE ah.officer_id = o.id AND {area})"
    " OR (:whole AND NOT EXISTS (SELECT 1 FROM post_holdings nh WHERE nh.officer_id = o.id)))"
)
_NAMES = "SELECT o.id, o.name FROM officers o WHERE {visible}"
_OFFICER = (
    "SELECT o.id, o.name, o.sign_in_name, o.active, o.is_demo, o.must_change_password,"
    " o.identity_index IS NOT NULL AS has_identity, o.created_at, (SELECT max(a.at) FROM audit_entries a"
    " WHERE a.object_kind = 'officer' AND a.object_id = CAST(o.id AS text) AND a.action = 'sign_in') AS last_sign_in_at"
    " FROM officers o WHERE o.id = :id"
)
_HOLDINGS = (
    "SELECT p.id AS post_id, p.name AS post_name, b.id AS organisation_id, b.name AS organisation_name, p.roles,"
    " h.held_from, h.held_to, p.region_code, p.department FROM post_holdings h JOIN posts p ON p.id = h.post_id"
    " JOIN organisations b ON b.id = p.organisation_id WHERE h.officer_id = :id"
    " ORDER BY h.held_to DESC NULLS FIRST, h.held_from DESC, p.id LIMIT 200"
)
_LEAVES = (
    "SELECT l.id, l.officer_id, o.name AS officer_name, d.name AS deputy_name, COALESCE(p.name, '') AS post_name,"
    " l.from_on, l.to_on, l.reason, l.cancelled_at IS NOT NULL AS is_cancelled, l.to_on < :today AS is_over"
    " FROM leaves l JOIN officers o ON o.id = l.officer_id JOIN officers d ON d.id = l.deputy_id"
    " LEFT JOIN posts p ON p.id = l.post_id WHERE l.officer_id = :id OR l.deputy_id = :id"
    " ORDER BY l.from_on DESC, l.id DESC LIMIT 50"
)
_IN_HAND = (
    "SELECT DISTINCT c.number FROM work_items w JOIN cases c ON c.id = w.case_id WHERE w.officer_id = :id"
    " AND w.status IN ('claimed', 'waiting') ORDER BY c.number LIMIT 200"
)


def officers_list(
    office: Office, actor: Actor, q: str = "", cursor: str | None = None, limit: int | None = None
) -> Page[OfficerLine]:
    """One page of officers with a post in the area, by id. `q`: part of a name, its initials, or the sign-in name."""
    area, size, start = admin_area(actor), bounded(limit, 50), Cursor.decode(cursor, int)
    visible, values = _visible(area)
    values |= {"today": local_date(office.clock.now()), "most": size + 1}
    narrowed = ""
    with reading(office) as connection:
        if q:
            narrowed, found = _search(connection, q, visible, values)
            values |= found
        if start:
            narrowed += f" AND o.id {'<' if start.backwards else '>'} :from_id"
            values["from_id"] = start.key[0]
        direction = "DESC" if start and start.backwards else "ASC"
        sql = _LIST.format(visible=visible, narrowed=narrowed, direction=direction)
        rows = connection.execute(statement(sql), values).all()
    return page_of(
        rows, size, start, lambda r: (r.id,), lambda r: OfficerLine(**{**r._mapping, "posts": tuple(r.posts)})
    )


def _visible(area: AdminArea) -> tuple[str, dict[str, Any]]:
    condition, values = inside(area, "ap")
    return _VISIBLE.format(area=condition), {**values, "whole": area.is_city_wide}


def _search(connection: Connection, q: str, visible: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Letters may be initials: names have no column of them, and an area has few enough officers to ask each."""
    by_initials: list[int] = []
    if q.isascii() and q.isalpha():
        known = connection.execute(statement(_NAMES.format(visible=visible)), values)
        by_initials = [row.id for row in known if pinyin_initials(row.name).startswith(q.lower())]
    condition = " AND (o.name LIKE :part OR o.sign_in_name LIKE :begin OR o.id = ANY(:initials))"
    plain = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return condition, {"part": f"%{plain}%", "begin": f"{plain.lower()}%", "initials": by_initials}


def officer_file(office: Office, actor: Actor, officer_id: int) -> OfficerFile:
    """One officer of the area, with everything held and to come; outside it, the officer does not exist."""
    area = admin_area(actor)
    today = local_date(office.clock.now())
    with reading(office) as connection:
        row = connection.execute(statement(_OFFICER), {"id": officer_id}).one_or_none()
        held = connection.execute(statement(_HOLDINGS), {"id": officer_id}).all()
        within = [area.covers(h.region_code, h.department) for h in held]
        if row is None or not (any(within) or (area.is_city_wide and not held)):
            raise NotFound("没有这个人员，或不在您的管理范围内。", en="no such officer in your area")
        values = {"id": officer_id, "today": today}
        leaves = tuple(Leave(**line._mapping) for line in connection.execute(statement(_LEAVES), values))
        in_hand = tuple(line.number for line in connection.execute(statement(_IN_HAND), {"id": officer_id}))
    present = [inside_ for h, inside_ in zip(held, within, strict=True) if not _is_over(h.held_to, today)]
    return OfficerFile(
        **row._mapping,
        holdings=tuple(_holding(dict(h._mapping), today) for h in held),
        leaves=leaves,
        cases_in_hand=in_hand,
        is_manageable=all(present) if present else not held or within[0],
    )


def _holding(values: dict[str, Any], today: date) -> Holding:
    named = {name: values[name] for name in values if name not in ("region_code", "department", "roles")}
    roles = tuple(map(Role, values["roles"]))
    return Holding(**named, roles=roles, is_over=_is_over(values["held_to"], today))


def _is_over(held_to: date | None, today: date) -> bool:
    return held_to is not None and held_to < today
