"""Cards of e-supervision (监察牌) and what the rules read of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from engine.records.prepared import Link, prepared
from engine.records.tables import cards

_OF_CASE = prepared(select(cards).where(cards.c.case_id == bindparam("case_id")).order_by(cards.c.id))
_CASE_OF = text("SELECT case_id FROM cards WHERE id = :card_id")
_STEPS = prepared(
    text(
        "SELECT s.token, s.node_id, s.process_id, s.name, s.stage, s.department, s.status, s.procedure, s.instance, s.opened_at,"
        " s.due_at, s.closed_at, w.id AS work_item_id, w.kind AS work_kind, w.part, w.status AS work_status, w.post_id,"
        " w.officer_id, p.organisation_id, p.name AS post_name, o.name AS officer_name"
        " FROM steps s JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token"
        " LEFT JOIN posts p ON p.id = w.post_id LEFT JOIN officers o ON o.id = w.officer_id"
        " WHERE s.case_id = :case_id ORDER BY s.opened_at, w.id"
    )
)
_EVENTS = prepared(
    text("SELECT seq, kind, payload FROM case_events WHERE case_id = :case_id AND kind = ANY(:kinds) ORDER BY seq")
)
_ORDERS = prepared(text("SELECT * FROM supervision_orders WHERE case_id = :case_id ORDER BY id"))
_EXTENDED_LATE = prepared(
    text(
        "SELECT EXISTS (SELECT 1 FROM extensions WHERE case_id = :case_id"
        " AND extended_at >= old_promised_due_at + interval '1 second')"
    )
)
_LOOK_AGAIN = text("UPDATE cases SET card_check_at = :at WHERE closed_at IS NULL")
# The supervising body: the nearest one with a supervisor's post over the case's region.
_SUPERVISING = text(
    "SELECT o.* FROM posts p JOIN organisations o ON o.id = p.organisation_id WHERE p.active"
    " AND 'supervisor' = ANY(p.roles) AND p.region_code = ANY(:regions)"
    " AND (p.department IS NULL OR p.department = :department)"
    " ORDER BY array_position(:regions, p.region_code), (p.department IS NULL), p.id LIMIT 1"
)


class CardRecords:
    """Rows of `cards`, always changed under the lock of their case."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def of_case(self, case_id: int) -> list[Row[Any]]:
        """Every card of a case, the oldest first."""
        return list(self._connection.execute(_OF_CASE, {"case_id": case_id}))

    def case_of(self, card_id: int) -> int | None:
        """The case to lock before the card is read."""
        case_id: int | None = self._connection.execute(_CASE_OF, {"card_id": card_id}).scalar_one_or_none()
        return case_id

    def add(self, values: Mapping[str, Any]) -> int:
        result: int = self._connection.execute(insert(cards).returning(cards.c.id), dict(values)).scalar_one()
        return result

    def change(self, card_id: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(cards).where(cards.c.id == bindparam("key")), {"key": card_id, **values})

    def steps(self, case_id: int) -> list[Row[Any]]:
        """Every step with its work items and who holds them."""
        return list(self._connection.execute(_STEPS, {"case_id": case_id}))

    def events(self, case_id: int, kinds: Sequence[str]) -> list[Row[Any]]:
        return list(self._connection.execute(_EVENTS, {"case_id": case_id, "kinds": list(kinds)}))

    def orders(self, case_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_ORDERS, {"case_id": case_id}))

    def was_extended_late(self, case_id: int) -> bool:
        late: bool = self._connection.execute(_EXTENDED_LATE, {"case_id": case_id}).scalar_one()
        return late

    def look_at_every_open_case(self, at: datetime) -> None:
        """The thresholds changed: what the sweep had planned no longer holds."""
        self._connection.execute(_LOOK_AGAIN, {"at": at})

    def supervising_body(self, region_codes: Sequence[str], department: str) -> Row[Any] | None:
        """The body that supervises cases of these regions (nearest first) and this department."""
        values = {"regions": list(region_codes), "department": department}
        return self._connection.execute(_SUPERVISING, values).first()
