"""Cases and what hangs on them one to one: state, personal values, documents, suspensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Row, bindparam, insert, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.records.prepared import Link, prepared
from engine.records.tables import case_documents, case_personal, case_states, cases, licence_uses, suspensions

# State and facts are locked with the case, else a waiter would see them as they were before it waited (READ COMMITTED
# reads anew only the rows it locks).
_LOCK_BY_ID = prepared(
    select(cases, case_states.c.state, case_states.c.facts)
    .join(case_states, case_states.c.case_id == cases.c.id)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(of=(cases, case_states))
)
_LOCK_BY_NUMBER = prepared(
    select(cases, case_states.c.state, case_states.c.facts)
    .join(case_states, case_states.c.case_id == cases.c.id)
    .where(cases.c.number == bindparam("number"))
    .with_for_update(of=(cases, case_states))
)
_NEW_CASE = (
    *("number", "version_id", "item_id", "department", "kind", "status", "channel", "accept_region", "home_region"),
    *("resident_id", "applicant_name", "applicant_initials", "applicant_index", "received_at", "calendar_id"),
    *("event_seq", "event_hash"),
)
# One round trip for the row that carries the figures, the one that carries the state and the one that is encrypted.
_ADD = prepared(
    text(
        f"WITH added AS (INSERT INTO cases ({', '.join(_NEW_CASE)}) VALUES (:{', :'.join(_NEW_CASE)}) RETURNING id),"
        " state AS (INSERT INTO case_states (case_id, state, facts)"
        "  SELECT id, CAST(:state AS bytea), CAST(:facts AS jsonb) FROM added),"
        " personal AS (INSERT INTO case_personal (case_id, part, body_cipher)"
        "  SELECT id, 'application', CAST(:application AS bytea) FROM added)"
        " SELECT id FROM added"
    )
)
_PERSONAL = upsert(case_personal)
_PERSONAL = prepared(
    _PERSONAL.on_conflict_do_update(
        index_elements=["case_id", "part"], set_={"body_cipher": _PERSONAL.excluded.body_cipher}
    ),
    *("case_id", "part", "body_cipher"),
)
_READ_PERSONAL = prepared(
    select(case_personal.c.part, case_personal.c.body_cipher).where(case_personal.c.case_id == bindparam("case_id"))
)
_APPLICATION = (
    select(case_personal.c.body_cipher)
    .join(cases, cases.c.id == case_personal.c.case_id)
    .where(cases.c.number == bindparam("number"), case_personal.c.part == "application")
)
_DOCUMENT = "case_id, document_id, title, required, status, mode, licence_id, received_at"
_ADD_DOCUMENTS = prepared(
    text(
        f"INSERT INTO case_documents ({_DOCUMENT})"
        f" SELECT {_DOCUMENT} FROM jsonb_populate_recordset(CAST(NULL AS case_documents), :rows)"
    )
)
_DOCUMENTS = prepared(
    select(case_documents).where(case_documents.c.case_id == bindparam("case_id")).order_by(literal_column("ctid"))
)
_SUSPENSIONS = prepared(
    select(suspensions).where(suspensions.c.case_id == bindparam("case_id")).order_by(suspensions.c.started_at)
)
_END_SUSPENSIONS = text(
    "UPDATE suspensions SET ended_at = :at WHERE case_id = :case_id AND ended_at IS NULL"
    " AND (CAST(:tokens AS text[]) IS NULL OR token = ANY(:tokens)) AND (CAST(:id AS bigint) IS NULL OR id = :id)"
    " RETURNING id"
)

_IDS = prepared(text("SELECT id, number FROM cases WHERE number = ANY(:numbers)"))
_MATTERS = prepared(
    text(
        "SELECT (SELECT count(*) FROM commitments WHERE case_id = :case_id AND status = 'open' AND kind = 'deferred')"
        " AS deferred_open,"
        " (SELECT count(*) FROM commitments m JOIN case_documents d USING (case_id, document_id)"
        "   WHERE m.case_id = :case_id AND m.status = 'broken' AND d.status = 'deferred') AS deferred_late,"
        " (SELECT count(*) FROM commitments WHERE case_id = :case_id AND status = 'open' AND kind = 'declared')"
        " AS commitments_open,"
        " (SELECT count(*) FROM supervision_orders WHERE case_id = :case_id AND status = 'issued') AS orders_open,"
        " (SELECT count(*) FROM supervision_orders WHERE case_id = :case_id AND status = 'answered') AS orders_answered,"
        " (SELECT count(*) FROM cards WHERE case_id = :case_id"
        "   AND status NOT IN ('closed', 'revoked', 'replaced')) AS cards_open,"
        " EXISTS (SELECT 1 FROM certificates WHERE case_id = :case_id AND status = 'issued') AS issued"
    )
)


class CaseRecords:
    """Rows of `cases`, `case_states`, `case_personal`, `case_documents`, `suspensions`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def add(self, values: Mapping[str, Any], state: bytes, facts: Mapping[str, Any], application: bytes) -> int:
        """Id of the new case; `application` is encrypted."""
        written = {**values, "state": state, "facts": dict(facts), "application": application}
        case_id: int = self._connection.execute(_ADD, written).scalar_one()
        return case_id

    def lock(self, case_id: int) -> Row[Any] | None:
        """The case with its state, locked until the commit; every command on a case begins here."""
        return self._connection.execute(_LOCK_BY_ID, {"case_id": case_id}).one_or_none()

    def lock_number(self, number: str) -> Row[Any] | None:
        return self._connection.execute(_LOCK_BY_NUMBER, {"number": number}).one_or_none()

    def ids_of(self, numbers: Sequence[str]) -> dict[str, int]:
        """Ids of cases by their numbers, nothing locked; unknown numbers are left out."""
        return {row.number: row.id for row in self._connection.execute(_IDS, {"numbers": list(numbers)})}

    def put_personal(self, case_id: int, parts: Mapping[str, bytes]) -> None:
        rows = [{"case_id": case_id, "part": part, "body_cipher": body} for part, body in parts.items()]
        if rows:
            self._connection.execute(_PERSONAL, rows[0] if len(rows) == 1 else rows)

    def personal(self, case_id: int) -> dict[str, bytes]:
        rows = self._connection.execute(_READ_PERSONAL, {"case_id": case_id})
        return {row.part: row.body_cipher for row in rows}

    def application_of_number(self, number: str) -> bytes | None:
        """The encrypted application of a case number; None when there is no such case."""
        body: bytes | None = self._connection.execute(_APPLICATION, {"number": number}).scalar_one_or_none()
        return body

    def add_documents(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(_ADD_DOCUMENTS, {"rows": Jsonb(rows)})

    def matters(self, case_id: int) -> dict[str, Any]:
        """What hangs on the case beside its steps: open gaps, commitments, orders, cards, and whether a certificate is."""
        found: dict[str, Any] = self._connection.execute(_MATTERS, {"case_id": case_id}).one()._asdict()
        return found

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

    def defer_documents(self, case_id: int, documents: Sequence[str]) -> None:
        """Missing documents that may follow (容缺)."""
        statement = update(case_documents).where(case_documents.c.case_id == case_id)
        self._connection.execute(
            statement.where(case_documents.c.document_id.in_(list(documents))).values(status="deferred")
        )

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
