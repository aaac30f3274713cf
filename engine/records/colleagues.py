"""Who else may take part in a case: posts over its place, and the officers who hold them today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.records.prepared import Link

# An officer on leave is absent only where nobody stands in: the deputy is not active or away as well.
_COLLEAGUES = text(
    "WITH away AS (SELECT officer_id, post_id, deputy_id FROM leaves"
    "   WHERE cancelled_at IS NULL AND :today BETWEEN from_on AND to_on),"
    " held AS (SELECT h.post_id, o.id AS officer_id, o.name, o.identity_index FROM post_holdings h"
    "   JOIN officers o ON o.id = h.officer_id WHERE o.active AND h.held_from <= :today"
    "   AND (h.held_to IS NULL OR h.held_to >= :today))"
    " SELECT p.id AS post_id, p.name AS post_name, p.lane, p.region_code, b.name AS organisation_name,"
    " held.officer_id, held.name AS officer_name,"
    " EXISTS (SELECT 1 FROM away a JOIN officers d ON d.id = a.deputy_id"
    "   WHERE a.officer_id = held.officer_id AND (a.post_id IS NULL OR a.post_id = p.id)"
    "   AND (NOT d.active OR EXISTS (SELECT 1 FROM away b WHERE b.officer_id = d.id))) AS absent,"
    " COALESCE(held.identity_index = :applicant, FALSE) OR EXISTS (SELECT 1 FROM officer_relatives r"
    "   WHERE r.officer_id = held.officer_id AND r.identity_index = :applicant) AS conflict,"
    " (SELECT count(*) FROM work_items w WHERE w.post_id = p.id AND w.status IN ('open', 'claimed')"
    "   AND (w.officer_id IS NULL OR w.officer_id = held.officer_id)) AS load"
    " FROM posts p JOIN organisations b ON b.id = p.organisation_id LEFT JOIN held ON held.post_id = p.id"
    " WHERE p.active AND p.region_code = ANY(:regions) AND p.roles && CAST(:roles AS varchar[])"
    " AND (p.department IS NULL OR p.department = ANY(:departments))"
    " ORDER BY array_position(:regions, CAST(p.region_code AS text)), p.id, held.officer_id"
)
_BODY_OF_POST = text("SELECT b.* FROM posts p JOIN organisations b ON b.id = p.organisation_id WHERE p.id = :post_id")
_READERS = text(
    "SELECT DISTINCT o.id, o.name, o.identity_index = :applicant OR EXISTS (SELECT 1 FROM officer_relatives r"
    "   WHERE r.officer_id = o.id AND r.identity_index = :applicant) AS conflict"
    " FROM officers o JOIN post_holdings h ON h.officer_id = o.id JOIN posts p ON p.id = h.post_id"
    " WHERE o.id = ANY(:officers) AND o.active AND p.active AND p.roles && CAST(:roles AS varchar[])"
    " AND h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today)"
)


class ColleagueRecords:
    """Rows of `posts` with the active officers who hold them, for one case."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def over(
        self,
        regions: Sequence[str],
        departments: Sequence[str],
        roles: Sequence[str],
        applicant: bytes,
        today: date,
    ) -> list[Row[Any]]:
        """A row per post and holder, nearest region first; a post nobody holds has one row without an officer.

        load      open work items that wait for this officer on this post
        conflict  the applicant is the officer or a declared relative (回避)
        """
        values = {"regions": list(regions), "departments": list(departments), "roles": list(roles)}
        return list(self._connection.execute(_COLLEAGUES, {**values, "applicant": applicant, "today": today}))

    def readers(self, officers: Sequence[int], roles: Sequence[str], applicant: bytes, today: date) -> list[Row[Any]]:
        """Those of the officers who are active and hold a post with one of the roles today."""
        values = {"officers": list(officers), "roles": list(roles), "applicant": applicant, "today": today}
        return list(self._connection.execute(_READERS, values))

    def body_of_post(self, post_id: int) -> Row[Any] | None:
        """The organisation a post belongs to."""
        return self._connection.execute(_BODY_OF_POST, {"post_id": post_id}).one_or_none()
