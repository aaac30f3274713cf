"""How others are told of a case: copies, urgings, supervision orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.records.prepared import Link
from engine.records.tables import case_copies, supervision_orders, urgings

_READ = text(
    "UPDATE case_copies p SET read_at = :at FROM cases c WHERE c.id = p.case_id AND c.number = :number"
    " AND p.officer_id = :officer_id AND p.read_at IS NULL"
)


class TellingRecords:
    """Rows of `case_copies`, `urgings`, `supervision_orders`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def copy(self, case_id: int, officers: Iterable[int], by: int | None, at: datetime, note: bytes | None) -> None:
        """A copy for each officer; one who had the case before finds it unread again."""
        rows = [
            {"case_id": case_id, "officer_id": o, "sent_by": by, "sent_at": at, "note_cipher": note} for o in officers
        ]
        statement = upsert(case_copies).values(rows)
        anew = {name: statement.excluded[name] for name in ("sent_by", "sent_at", "note_cipher")}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["case_id", "officer_id"], set_={**anew, "read_at": None})
        )

    def copy_read(self, number: str, officer_id: int, at: datetime) -> bool:
        """Whether there was an unread copy of this case for the officer."""
        values = {"number": number, "officer_id": officer_id, "at": at}
        return bool(self._connection.execute(_READ, values).rowcount)

    def urge(self, case_id: int, officer_id: int, at: datetime, for_applicant: bool) -> None:
        values = {"case_id": case_id, "urged_by": officer_id, "urged_at": at, "for_applicant": for_applicant}
        self._connection.execute(insert(urgings).values(**values))

    def order(self, values: Mapping[str, Any]) -> int:
        """Id of a new supervision order."""
        statement = insert(supervision_orders).values(**values).returning(supervision_orders.c.id)
        order_id: int = self._connection.execute(statement).scalar_one()
        return order_id

    def order_of(self, case_id: int, order_id: int) -> Row[Any] | None:
        """The order, if it is about this case. Read it after the case was locked."""
        of_case = (supervision_orders.c.case_id == case_id) & (supervision_orders.c.id == order_id)
        return self._connection.execute(select(supervision_orders).where(of_case)).one_or_none()

    def change_order(self, order_id: int, values: Mapping[str, Any]) -> None:
        statement = update(supervision_orders).where(supervision_orders.c.id == order_id)
        self._connection.execute(statement.values(**values))
