"""Reviews of who holds what (权限复核), inside an administrator's area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import AdminArea, admin_area
from engine.queries.reading import reading, statement
from engine.terms import Role


@dataclass(frozen=True)
class ReviewLine:
    """One holding as it was when the review was opened; `verdict` is "", keep or remove."""

    key: str
    officer_id: int
    officer_name: str
    post_id: int
    post_name: str
    organisation_name: str
    roles: tuple[Role, ...]
    held_from: str
    last_sign_in_at: datetime | None
    verdict: str


@dataclass(frozen=True)
class AccessReview:
    """One review; `organisation_name` "" where it was of the whole area."""

    id: int
    organisation_name: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    lines: tuple[ReviewLine, ...]

    @property
    def removed(self) -> int:
        return sum(line.verdict == "remove" for line in self.lines)


_REVIEWS = (
    "SELECT r.id, COALESCE(b.name, '') AS organisation_name, r.opened_at, o.name AS opened_by, r.closed_at, r.findings"
    " FROM access_reviews r JOIN officers o ON o.id = r.opened_by LEFT JOIN organisations b ON b.id = r.organisation_id"
    " WHERE (CAST(:id AS bigint) IS NULL OR r.id = :id) ORDER BY r.opened_at DESC, r.id DESC LIMIT 50"
)
_OFFICERS = "SELECT id, name FROM officers WHERE id = ANY(:ids)"
_POSTS = (
    "SELECT p.id, p.name, b.name AS organisation_name FROM posts p JOIN organisations b ON b.id = p.organisation_id"
    " WHERE p.id = ANY(:ids)"
)


def access_reviews(office: Office, actor: Actor) -> tuple[AccessReview, ...]:
    """The latest reviews of the area, newest first."""
    return _reviews(office, admin_area(actor), None)


def access_review(office: Office, actor: Actor, review_id: int) -> AccessReview:
    """One review of the area, with its lines."""
    found = _reviews(office, admin_area(actor), review_id)
    if not found:
        raise NotFound("没有这次复核，或不在您的管理范围内。", en="no such review in your area")
    return found[0]


def _reviews(office: Office, area: AdminArea, review_id: int | None) -> tuple[AccessReview, ...]:
    with reading(office) as connection:
        rows = connection.execute(statement(_REVIEWS), {"id": review_id}).all()
        own = [row for row in rows if all(area.covers(x["region_code"], x["department"]) for x in _lines(row))]
        lines = [line for row in own for line in _lines(row)]
        officers = _by_id(connection, _OFFICERS, [line["officer_id"] for line in lines])
        posts = _by_id(connection, _POSTS, [line["post_id"] for line in lines])
    return tuple(
        AccessReview(
            id=row.id,
            organisation_name=row.organisation_name,
            opened_at=row.opened_at,
            opened_by=row.opened_by,
            closed_at=row.closed_at,
            lines=tuple(_line(line, officers[line["officer_id"]], posts[line["post_id"]]) for line in _lines(row)),
        )
        for row in own
    )


def _lines(row: Row[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = row.findings["lines"]
    return found


def _by_id(connection: Connection, sql: str, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in connection.execute(statement(sql), {"ids": sorted(set(ids))})}


def _line(line: dict[str, Any], officer: Row[Any], post: Row[Any]) -> ReviewLine:
    seen = line["last_sign_in_at"]
    return ReviewLine(
        key=f"{line['officer_id']}-{line['post_id']}",
        officer_id=officer.id,
        officer_name=officer.name,
        post_id=post.id,
        post_name=post.name,
        organisation_name=post.organisation_name,
        roles=tuple(map(Role, line["roles"])),
        held_from=line["held_from"],
        last_sign_in_at=datetime.fromisoformat(seen) if seen else None,
        verdict=line["verdict"],
    )
