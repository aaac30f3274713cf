"""Cases and what hangs on them one to one: state, personal values, documents, suspensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.records.prepared import Link, prepared
from engine.records.tables import case_documents, case_personal, case_states, cases, licence_uses, suspensions

# State and facts are locked with the case, else a waiter would see them as they were before it waited (READ COMMITTED
# reads anew only the rows it locks).
_LOCK_BY_ID = (
    select(cases, case_states.c.state, case_states.c.facts)
    .join(case_states, case_states.c.case_id == cases.c.id)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(of=(cases, case_states))
)
_LOCK_BY_NUMBER = (
    select(cases, case_states.c.state, case_states.c.facts)
    .join(case_states, case_states.c.case_id == cases.c.id)
    .where(cases.c.number == bindparam("number"))
    .with_for_update(of=(cases, case_states))
)
# One round trip for the row that carries the figures and the one that carries the state.
_INSERT_STATE = insert(case_states)
_SAVE_STATE = update(case_states).where(case_states.c.case_id == bindparam("key"))
_PERSONAL = upsert(case_personal)
_PERSONAL = _PERSONAL.on_conflict_do_update(
    index_elements=["case_id", "part"], set_={"body_cipher": _PERSONAL.excluded.body_cipher}
)
_READ_PERSONAL = select(case_personal.c.part, case_personal.c.body_cipher).where(
    case_personal.c.case_id == bindparam("case_id")
)
_APPLICATION = (
    select(case_personal.c.body_cipher)
    .join(cases, cases.c.id == case_personal.c.case_id)
    .where(cases.c.number == bindparam("number"), case_personal.c.part == "application")
)
_DOCUMENTS = (
    select(case_documents).where(case_documents.c.case_id == bindparam("case_id")).order_by(literal_column("ctid"))
)
_SUSPENSIONS = (
    select(suspensions).where(suspensions.c.case_id == bindparam("case_id")).order_by(suspensions.c.started_at)
)
_END_SUSPENSIONS = text(
    "UPDATE suspensions SET ended_at = :at WHERE case_id = :case_id AND ended_at IS NULL"
    " AND (CAST(:tokens AS text[]) IS NULL OR token = ANY(:tokens)) AND (CAST(:id AS bigint) IS NULL OR id = :id)"
    " RETURNING id"
)


class CaseRecords:
    """Rows of `cases`, `case_states`, `case_personal`, `case_documents`, `suspensions`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def add(self, values: Mapping[str, Any], state: bytes | None, facts: Mapping[str, Any]) -> int:
        """Id of the new case."""
        case_id: int = self._connection.execute(insert(cases).returning(cases.c.id), values).scalar_one()
        self._connection.execute(_INSERT_STATE, {"case_id": case_id, "state": state, "facts": facts})
        return case_id

    def lock(self, case_id: int) -> Row[Any] | None:
        """The case with its state, locked until the commit; every command on a case begins here."""
        return self._connection.execute(_LOCK_BY_ID, {"case_id": case_id}).one_or_none()

    def lock_number(self, number: str) -> Row[Any] | None:
        return self._connection.execute(_LOCK_BY_NUMBER, {"number": number}).one_or_none()

    def save(self, case_id: int, changes: Mapping[str, Any]) -> None:
        self._connection.execute(update(cases).where(cases.c.id == bindparam("key")), {"key": case_id, **changes})

    def save_state(self, case_id: int, state: bytes | None) -> None:
        """state  None once the process has ended"""
        self._connection.execute(_SAVE_STATE.values(state=bindparam("new_state")), {"key": case_id, "new_state": state})

    def save_facts(self, case_id: int, facts: Mapping[str, Any]) -> None:
        self._connection.execute(_SAVE_STATE.values(facts=bindparam("new_facts")), {"key": case_id, "new_facts": facts})

    def put_personal(self, case_id: int, parts: Mapping[str, bytes]) -> None:
        rows = [{"case_id": case_id, "part": part, "body_cipher": body} for part, body in parts.items()]
        if rows:
            self._connection.execute(_PERSONAL, rows)

    def personal(self, case_id: int) -> dict[str, bytes]:
        rows = self._connection.execute(_READ_PERSONAL, {"case_id": case_id})
        return {row.part: row.body_cipher for row in rows}

    def application_of_number(self, number: str) -> bytes | None:
        """The encrypted application of a case number; None when there is no such case."""
        body: bytes | None = self._connection.execute(_APPLICATION, {"number": number}).scalar_one_or_none()
        return body

    def add_documents(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(case_documents), rows)

    def documents(self, case_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_DOCUMENTS, {"case_id": case_id}))

    def receive_documents(self, case_id: int, received: Mapping[str, str], at: datetime) -> None:
        """received  document id -> mode (paper, upload, licence, share, commitment)"""
        statement = (
            update(case_documents)
            .where(case_documents.c.case_id == case_id, case_documents.c.document_id == bindparam("document"))
            .values(status="received", mode=bindparam("how"), received_at=at)
        )
        if received:
            self._connection.execute(statement, [{"document": d, "how": m} for d, m in received.items()])

    def use_licences(self, case_id: int, uses: Iterable[tuple[int, str]], at: datetime, officer_id: int | None) -> None:
        """Remember which electronic licence replaced which document: it feeds the reuse indicators."""
        rows = [
            {
                "case_id": case_id,
                "licence_id": licence,
                "document_id": document,
                "used_at": at,
                "officer_id": officer_id,
            }
            for licence, document in uses
        ]
        if rows:
            self._connection.execute(insert(licence_uses), rows)

    def suspend(self, values: Mapping[str, Any]) -> int:
        result: int = self._connection.execute(insert(suspensions).returning(suspensions.c.id), values).scalar_one()
        return result

    def suspensions(self, case_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_SUSPENSIONS, {"case_id": case_id}))

    def end_suspensions(
        self, case_id: int, at: datetime, *, tokens: list[str] | None = None, suspension_id: int | None = None
    ) -> list[int]:
        """Ids of the special procedures ended: those of these steps or timers, the one named, or all that are open."""
        parameters = {"case_id": case_id, "at": at, "tokens": tokens, "id": suspension_id}
        return sorted(self._connection.execute(_END_SUSPENSIONS, parameters).scalars())
