"""Regions, organisations, posts and who holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, text

from engine.records.prepared import Link, prepared
from engine.records.tables import organisations, regions

_HELD_TODAY = "h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today)"
_LEAVE_TODAY = "l.from_on <= :today AND l.to_on >= :today AND l.cancelled_at IS NULL"
_LEAVE_OF_HOLDER = "l.officer_id = h.officer_id AND (l.post_id IS NULL OR l.post_id = h.post_id)"
# The posts and officers a step may go to: those of the lane, and those that rules in force name. One round trip.
_ROUTES = prepared(
    text(
        "SELECT p.id, p.region_code, p.department, p.roles, p.assignment, NULL::bigint AS rule_id,"
        " NULL::text AS rule_region, NULL::int AS rule_item, NULL::text AS rule_department, '' AS rule_stage,"
        " NULL::bigint AS rule_officer FROM posts p"
        " WHERE p.active AND p.lane = :lane AND p.region_code = ANY(:regions)"
        " AND (p.department IS NULL OR p.department = :department)"
        " UNION ALL SELECT p.id, p.region_code, p.department, p.roles, p.assignment, r.id, r.region_code, r.item_id,"
        " r.department, r.stage, r.officer_id FROM routing_rules r JOIN posts p ON p.id = r.post_id AND p.active"
        " WHERE r.lane = :drawn_lane AND r.region_code = ANY(:chain)"
        " AND (r.item_id IS NULL OR r.item_id = :item_id) AND (r.department IS NULL OR r.department = :department)"
        " AND r.stage IN ('', :stage) AND r.valid_from <= :today AND (r.valid_to IS NULL OR r.valid_to >= :today)"
    )
)
# An officer on leave is not there; the deputy takes the place, unless on leave too. Nobody gets their own or a
# relative's case, nor the decision on a case they handled where the two are kept apart.
_PRESENT = text(
    "WITH places AS (SELECT h.officer_id AS place, COALESCE(l.deputy_id, h.officer_id) AS officer_id"
    f" FROM post_holdings h LEFT JOIN leaves l ON {_LEAVE_OF_HOLDER} AND {_LEAVE_TODAY}"
    f" WHERE h.post_id = :post_id AND {_HELD_TODAY})"
    " SELECT o.id, array_agg(DISTINCT q.place) AS places, (SELECT count(*) FROM work_items w"
    "   WHERE w.post_id = :post_id AND w.status = 'claimed' AND w.officer_id = o.id) AS load"
    " FROM places q JOIN officers o ON o.id = q.officer_id WHERE o.active AND o.id <> ALL(:apart)"
    f" AND NOT EXISTS (SELECT 1 FROM leaves l WHERE l.officer_id = o.id AND {_LEAVE_TODAY}"
    "   AND (l.post_id IS NULL OR l.post_id = :post_id))"
    " AND o.identity_index IS DISTINCT FROM :applicant AND NOT EXISTS (SELECT 1 FROM officer_relatives r"
    "   WHERE r.officer_id = o.id AND r.identity_index = :applicant)"
    " AND NOT (:separate AND EXISTS (SELECT 1 FROM work_items w JOIN steps s USING (case_id, token)"
    "   WHERE w.case_id = :case_id AND w.officer_id = o.id AND w.status = 'done' AND s.stage <> 'decide'))"
    " GROUP BY o.id ORDER BY o.id"
)
# The posts of one officer of a day: own ones, and those of officers on leave whose deputy this is (`absent_id`).
HELD_POSTS = (
    "(SELECT h.post_id, NULL::bigint AS absent_id FROM post_holdings h"
    f" WHERE h.officer_id = {{officer}} AND {_HELD_TODAY} UNION ALL SELECT h.post_id, l.officer_id FROM leaves l"
    f" JOIN post_holdings h ON {_LEAVE_OF_HOLDER} AND {_HELD_TODAY} WHERE l.deputy_id = {{officer}} AND {_LEAVE_TODAY})"
)
POST_COLUMNS = (
    "p.id AS post_id, p.name AS post_name, p.region_code, p.department, p.lane, p.roles, p.organisation_id,"
    " g.name AS organisation_name, held.absent_id, a.name AS absent_name"
)
# Blind indexes whose cases an officer leaves to others: their own and those of declared relatives.
AVOIDED = (
    "ARRAY(SELECT o.identity_index WHERE o.identity_index IS NOT NULL UNION"
    " SELECT r.identity_index FROM officer_relatives r WHERE r.officer_id = o.id) AS avoids"
)
_HELD_BY = prepared(
    text(
        f"SELECT {POST_COLUMNS} FROM {HELD_POSTS.format(officer=':officer_id')} AS held"
        " JOIN posts p ON p.id = held.post_id AND p.active JOIN organisations g ON g.id = p.organisation_id"
        " LEFT JOIN officers a ON a.id = held.absent_id ORDER BY p.id, held.absent_id NULLS FIRST"
    )
)
_AVOIDED_BY = text(f"SELECT {AVOIDED} FROM officers o WHERE o.id = :officer_id")
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
    """Rows of `regions`, `organisations`, `posts`, `post_holdings`, `routing_rules` and `leaves`, read for routing."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def routes(
        self,
        *,
        lane: str,
        regions: Sequence[str],
        drawn_lane: str,
        chain: Sequence[str],
        department: str,
        item_id: int,
        stage: str,
        today: date,
    ) -> list[Row[Any]]:
        """Every active post of the lane in these regions for the department or for all, and every rule that fits.

        A row with `rule_id` is a rule with its post. `chain` are the regions rules may be made for.
        """
        values = {
            "lane": lane,
            "regions": list(regions),
            "drawn_lane": drawn_lane,
            "chain": list(chain),
            "department": department,
            "item_id": item_id,
            "stage": stage,
            "today": today,
        }
        return list(self._connection.execute(_ROUTES, values))

    def present_on(
        self,
        post_id: int,
        *,
        today: date,
        case_id: int,
        applicant: bytes,
        separate: bool,
        apart: Sequence[int] = (),
    ) -> list[Row[Any]]:
        """Officers who may be given a work item of this post today: id, whose places they take, claimed items they hold.

        separate  leave out who handled another step of the case; `apart` names more to leave out
        """
        values = {"post_id": post_id, "today": today, "case_id": case_id, "applicant": applicant}
        return list(self._connection.execute(_PRESENT, {**values, "separate": separate, "apart": list(apart)}))

    def avoided_by(self, officer_id: int) -> frozenset[bytes]:
        """Blind indexes of the officer's own and near relatives' identity numbers (回避)."""
        found = self._connection.execute(_AVOIDED_BY, {"officer_id": officer_id}).scalar_one()
        return frozenset(bytes(index) for index in found)

    def posts_held_by(self, officer_id: int, today: date) -> list[Row[Any]]:
        """Rows of `POST_COLUMNS`: the posts held, and those held for officers on leave (`absent_id`)."""
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
