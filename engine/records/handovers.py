"""Handovers (离岗交接): posts that pass from one officer to another, and what is still open in the first one's hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from engine.records.prepared import Link
from engine.records.tables import handovers

# Everything unfinished in the officer's hand: claimed, named for a signature, delegated, or waiting for others.
_ITEMS = text(
    "SELECT w.id, w.status, w.part, w.post_id, p.name AS post_name, s.name AS step_name, c.number,"
    " i.title AS item_title, c.applicant_index FROM work_items w JOIN cases c ON c.id = w.case_id"
    " JOIN steps s ON s.case_id = w.case_id AND s.token = w.token JOIN items i ON i.id = c.item_id"
    " LEFT JOIN posts p ON p.id = w.post_id"
    " WHERE w.officer_id = :officer_id AND w.kind = 'human' AND w.status IN ('open', 'claimed', 'waiting')"
    " AND (cardinality(CAST(:post_ids AS bigint[])) = 0 OR w.post_id = ANY(:post_ids)) ORDER BY w.id"
)
_HELD = (
    "FROM post_holdings h JOIN posts p ON p.id = h.post_id JOIN organisations g ON g.id = p.organisation_id"
    " WHERE h.officer_id = :officer_id AND (h.held_to IS NULL OR h.held_to >= :day)"
    " AND (cardinality(CAST(:post_ids AS bigint[])) = 0 OR p.id = ANY(:post_ids))"
)
_POSTS = text(
    "SELECT DISTINCT p.id AS post_id, p.name AS post_name, p.region_code, p.department, p.roles,"
    f" g.name AS organisation_name {_HELD} ORDER BY p.id"
)
# The receiver holds each post from the day on, as long as the giver would have.
_PASS_ON = text(
    f"WITH given AS (SELECT h.post_id, GREATEST(h.held_from, :day) AS held_from, h.held_to {_HELD}),"
    " ended AS (UPDATE post_holdings h SET held_to = CAST(:day AS date) - 1 FROM given g"
    "   WHERE h.officer_id = :officer_id AND h.post_id = g.post_id AND (h.held_to IS NULL OR h.held_to >= :day))"
    " INSERT INTO post_holdings (officer_id, post_id, held_from, held_to)"
    " SELECT :to_id, g.post_id, g.held_from, g.held_to FROM given g"
    " WHERE NOT EXISTS (SELECT 1 FROM post_holdings t WHERE t.officer_id = :to_id AND t.post_id = g.post_id"
    "   AND t.held_from <= g.held_from AND (t.held_to IS NULL OR t.held_to >= g.held_to))"
    " ON CONFLICT (officer_id, post_id, held_from) DO UPDATE SET held_to = EXCLUDED.held_to"
)
_OFFICERS = text("SELECT id, name, active FROM officers WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_LEAVES = text(
    "SELECT l.id, l.officer_id, o.name AS officer_name, l.deputy_id, d.name AS deputy_name, l.from_on, l.to_on"
    " FROM leaves l JOIN officers o ON o.id = l.officer_id JOIN officers d ON d.id = l.deputy_id"
    " WHERE :officer_id IN (l.officer_id, l.deputy_id) AND l.to_on >= :day AND l.cancelled_at IS NULL ORDER BY l.id"
)
_CUSTODY = text(
    "SELECT c.id, c.seal_name, g.name AS organisation_name FROM seal_custody c"
    " JOIN organisations g ON g.id = c.organisation_id"
    " WHERE c.custodian_id = :officer_id AND (c.held_to IS NULL OR c.held_to >= :day) ORDER BY c.id"
)
_COUNT = text("UPDATE handovers SET work_items = work_items + 1 WHERE id = :id")
_FINISH = text("UPDATE handovers SET finished_at = :at WHERE id = :id AND finished_at IS NULL")


class HandoverRecords:
    """Rows of `handovers`, and of `post_holdings` as a handover changes them. `post_ids` empty means every post."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def lock_officers(self, officer_ids: Sequence[int]) -> dict[int, Row[Any]]:
        """Name and activity by id, locked until the commit so that two handovers of one officer follow each other."""
        rows = self._connection.execute(_OFFICERS, {"ids": list(officer_ids)})
        return {row.id: row for row in rows}

    def posts(self, officer_id: int, day: date, post_ids: Sequence[int] = ()) -> list[Row[Any]]:
        """The posts the officer holds on this day or later."""
        values = {"officer_id": officer_id, "day": day, "post_ids": list(post_ids)}
        return list(self._connection.execute(_POSTS, values))

    def items(self, officer_id: int, post_ids: Sequence[int] = ()) -> list[Row[Any]]:
        """Every unfinished work item in the officer's hand, oldest first."""
        return list(self._connection.execute(_ITEMS, {"officer_id": officer_id, "post_ids": list(post_ids)}))

    def leaves(self, officer_id: int, day: date) -> list[Row[Any]]:
        """Leaves from this day on, the officer's own and those they deputise for."""
        return list(self._connection.execute(_LEAVES, {"officer_id": officer_id, "day": day}))

    def custody(self, officer_id: int, day: date) -> list[Row[Any]]:
        """The seals (印章) the officer keeps on this day."""
        return list(self._connection.execute(_CUSTODY, {"officer_id": officer_id, "day": day}))

    def pass_on(self, from_id: int, to_id: int, day: date, post_ids: Sequence[int]) -> None:
        """The holdings end on the day before; the receiver holds the posts from the day on."""
        values = {"officer_id": from_id, "to_id": to_id, "day": day, "post_ids": list(post_ids)}
        self._connection.execute(_PASS_ON, values)

    def add(self, values: Mapping[str, Any]) -> int:
        statement = insert(handovers).values(**values).returning(handovers.c.id)
        handover_id: int = self._connection.execute(statement).scalar_one()
        return handover_id

    def handover(self, handover_id: int) -> Row[Any] | None:
        return self._connection.execute(select(handovers).where(handovers.c.id == handover_id)).one_or_none()

    def unfinished(self, day: date) -> list[Row[Any]]:
        """Handovers whose day has come and that still move work items."""
        statement = select(handovers).where(handovers.c.finished_at.is_(None), handovers.c.effective_on <= day)
        return list(self._connection.execute(statement.order_by(handovers.c.id)))

    def count_item(self, handover_id: int) -> None:
        """One more work item was moved; the row is locked after the case, as the last."""
        self._connection.execute(_COUNT, {"id": handover_id})

    def finish(self, handover_id: int, at: datetime) -> None:
        self._connection.execute(_FINISH, {"id": handover_id, "at": at})
