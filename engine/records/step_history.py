"""Steps a case has behind it: who did them, what they opened, who held them. Read for going back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.records.prepared import Link, prepared

# A step is done by the holder of its main work item; what a machine did is not gone back to.
_DONE = prepared(
    text(
        "SELECT s.token, s.node_id, s.process_id, s.path, s.instance, s.name, s.stage, s.lane, s.opened_at, s.closed_at,"
        " w.id AS work_item_id, w.post_id, w.officer_id, p.name AS post_name, o.name AS officer_name"
        " FROM steps s JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token AND w.part = 'main'"
        "  AND w.kind = 'human'"
        " LEFT JOIN posts p ON p.id = w.post_id LEFT JOIN officers o ON o.id = w.officer_id"
        " WHERE s.case_id = :case_id AND s.status = 'done' AND s.decision IS DISTINCT FROM 'return'"
        " ORDER BY CAST(s.token AS integer)"
    )
)
_ONE_DONE = prepared(
    text(
        "SELECT s.token, s.node_id, s.process_id, s.path, s.instance, s.name AS step_name, s.stage, s.lane, s.procedure,"
        " s.before_return, s.decision AS step_decision, w.id AS work_item_id, w.part, w.status AS work_status,"
        " w.post_id, w.officer_id"
        " FROM steps s JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token AND w.part = 'main'"
        " WHERE s.case_id = :case_id AND s.token = :token AND s.status = 'done' AND w.kind = 'human'"
        " AND s.decision IS DISTINCT FROM 'return'"
    )
)
_CLOSED_BY = prepared(
    text(
        "SELECT kind, payload FROM case_events WHERE case_id = :case_id"
        " AND payload @> jsonb_build_object('closed', jsonb_build_array(CAST(:token AS text)))"
    )
)
_ITEMS = prepared(
    text("SELECT token, kind, part, status, version FROM work_items WHERE case_id = :case_id AND token = ANY(:tokens)")
)
_HOLDERS = prepared(
    text(
        "SELECT s.path, s.node_id, s.instance, s.before_return, w.post_id, p.region_code,"
        " (SELECT h.officer_id FROM post_holdings h JOIN officers o ON o.id = h.officer_id"
        "  WHERE h.post_id = w.post_id AND h.officer_id = w.officer_id AND o.active AND h.held_from <= :today"
        "  AND (h.held_to IS NULL OR h.held_to >= :today) LIMIT 1) AS officer_id"
        " FROM steps s JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token AND w.part = 'main'"
        " JOIN posts p ON p.id = w.post_id AND p.active"
        " WHERE s.case_id = :case_id AND s.token = ANY(:tokens)"
    )
)


class StepHistory:
    """Rows of `steps` and `work_items` of the past, and the events that closed them."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def done(self, case_id: int) -> list[Row[Any]]:
        """Every step people did, returns left out, in the order of their tokens, with who did it at which post."""
        return list(self._connection.execute(_DONE, {"case_id": case_id}))

    def one_done(self, case_id: int, token: str) -> Row[Any] | None:
        """A done step with its main work item; None while it is open, when it was cancelled, sent back or a machine's."""
        return self._connection.execute(_ONE_DONE, {"case_id": case_id, "token": token}).one_or_none()

    def event_closing(self, case_id: int, token: str) -> Row[Any] | None:
        """Kind and payload of the event in which this token was closed."""
        return self._connection.execute(_CLOSED_BY, {"case_id": case_id, "token": token}).one_or_none()

    def items_of(self, case_id: int, tokens: Sequence[str]) -> list[Row[Any]]:
        """Token, kind, part, status and version of every work item of these steps."""
        return list(self._connection.execute(_ITEMS, {"case_id": case_id, "tokens": list(tokens)}))

    def holders(self, case_id: int, tokens: Sequence[str], today: date) -> list[Row[Any]]:
        """Where these steps stood and with which post, as long as it is in use; `officer_id` if the officer still holds it."""
        return list(self._connection.execute(_HOLDERS, {"case_id": case_id, "tokens": list(tokens), "today": today}))
