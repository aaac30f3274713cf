"""Regions, organisations, posts and who holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, text

from engine.records.prepared import Link, prepared
from engine.records.tables import organisations, regions

_POSTS_FOR_LANE = prepared(
    text(
        "SELECT p.id, p.name, p.region_code, p.department, p.roles, p.organisation_id FROM posts p"
        " WHERE p.active AND p.lane = :lane AND p.region_code = ANY(:regions)"
        " AND (p.department IS NULL OR p.department = ANY(:departments))"
    )
)
_HELD_BY = prepared(
    text(
        "SELECT p.id, p.name, p.region_code, p.department, p.lane, p.roles, p.organisation_id, o.name AS organisation_name"
        " FROM post_holdings h JOIN posts p ON p.id = h.post_id JOIN organisations o ON o.id = p.organisation_id"
        " WHERE h.officer_id = :officer_id AND p.active AND h.held_from <= :today"
        " AND (h.held_to IS NULL OR h.held_to >= :today) ORDER BY p.id"
    )
)
_BODY_FOR = prepared(
    text(
        "SELECT * FROM organisations WHERE region_code = ANY(:regions) AND (department IS NULL OR department = :department)"
        " ORDER BY array_position(:regions, region_code), (department IS NULL) LIMIT 1"
    )
)
_APPROVERS = text(
    "SELECT DISTINCT ON (o.id) o.id AS officer_id, o.name, p.name AS post_name FROM posts p"
    " JOIN post_holdings h ON h.post_id = p.id JOIN officers o ON o.id = h.officer_id"
    " WHERE p.active AND o.active AND 'approver' = ANY(p.roles) AND p.region_code = ANY(:regions)"
    " AND (p.department IS NULL OR p.department = :department) AND h.held_from <= :today"
    " AND (h.held_to IS NULL OR h.held_to >= :today) ORDER BY o.id, p.id LIMIT 50"
)
_ORGANISATION = prepared(select(organisations).where(organisations.c.id == bindparam("key")))


class OrganisationRecords:
    """Rows of `regions`, `organisations`, `posts`, `post_holdings`, read for routing."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def posts_for(self, lane: str, region_codes: Sequence[str], departments: Sequence[str]) -> list[Row[Any]]:
        """Every active post of the lane in these regions, for these departments or for all."""
        values = {"lane": lane, "regions": list(region_codes), "departments": list(departments)}
        return list(self._connection.execute(_POSTS_FOR_LANE, values))

    def posts_held_by(self, officer_id: int, today: date) -> list[Row[Any]]:
        return list(self._connection.execute(_HELD_BY, {"officer_id": officer_id, "today": today}))

    def approvers(self, region_codes: Sequence[str], department: str, today: date) -> list[Row[Any]]:
        """Officers who hold an approver's post over one of these regions today, for this department or for all."""
        values = {"regions": list(region_codes), "department": department, "today": today}
        return list(self._connection.execute(_APPROVERS, values))

    def organisation(self, organisation_id: int) -> Row[Any] | None:
        return self._connection.execute(_ORGANISATION, {"key": organisation_id}).one_or_none()

    def body_for(self, region_codes: Sequence[str], department: str | None) -> Row[Any] | None:
        """The organisation of the first of these regions that has one: the department's own, else the general one."""
        # A cast keeps array_position and ANY on the same element type as the char(12) column.
        values = {"regions": list(region_codes), "department": department}
        return self._connection.execute(_BODY_FOR, values).first()

    def region(self, code: str) -> Row[Any] | None:
        statement = select(regions).where(regions.c.code == bindparam("code"))
        return self._connection.execute(statement, {"code": code}).one_or_none()
