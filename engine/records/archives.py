"""Archived cases (归档): what a case consists of, its sealed file list, and hand-over lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from engine.records.prepared import Link
from engine.records.tables import archive_transfers, archives

# Columns of the case row that archiving itself changes, or that only mirror the events.
_CASE = "to_jsonb(c) - ARRAY['status', 'archived_at', 'revision', 'event_seq', 'event_hash']"
_MATTERS = {
    "commitment": "commitments",
    "extension": "extensions",
    "supervision_order": "supervision_orders",
    "card": "cards",
    "handover": "document_handovers",
}
# Part of the archive, in the order of the list -> its rows as JSON, one file each, with title and number.
_FILES: tuple[tuple[str, str], ...] = (
    ("case", f"SELECT c.number AS number, '' AS title, {_CASE} AS body FROM cases c WHERE c.id = :case_id"),
    (
        "application",
        "SELECT '' AS number, '' AS title, to_jsonb(p) AS body FROM case_personal p"
        " WHERE p.case_id = :case_id AND p.part = 'application'",
    ),
    (
        "document",
        "SELECT d.document_id AS number, d.title AS title, to_jsonb(d) AS body FROM case_documents d"
        " WHERE d.case_id = :case_id ORDER BY d.document_id",
    ),
    (
        "step",
        "SELECT s.token AS number, s.name AS title, to_jsonb(s) AS body FROM steps s WHERE s.case_id = :case_id"
        " ORDER BY s.opened_at, s.token",
    ),
    (
        "work_item",
        "SELECT w.id::text AS number, '' AS title, to_jsonb(w) AS body FROM work_items w WHERE w.case_id = :case_id"
        " ORDER BY w.id",
    ),
    (
        "opinion",
        "SELECT p.part AS number, '' AS title, to_jsonb(p) AS body FROM case_personal p"
        " WHERE p.case_id = :case_id AND p.part <> 'application' ORDER BY p.part",
    ),
    (
        "suspension",
        "SELECT s.id::text AS number, s.title AS title, to_jsonb(s) AS body FROM suspensions s"
        " WHERE s.case_id = :case_id ORDER BY s.id",
    ),
    *(
        (
            kind,
            f"SELECT x.id::text AS number, '' AS title, to_jsonb(x) AS body FROM {table} x WHERE x.case_id = :case_id"
            " ORDER BY x.id",
        )
        for kind, table in _MATTERS.items()
    ),
    (
        "notice",
        "SELECT n.number AS number, n.kind AS title, to_jsonb(n) AS body FROM notices n"
        " WHERE n.case_id = :case_id ORDER BY n.id",
    ),
    (
        "service_return",
        "SELECT n.number AS number, n.kind AS title, to_jsonb(d) AS body FROM notice_deliveries d"
        " JOIN notices n ON n.id = d.notice_id WHERE d.case_id = :case_id ORDER BY d.notice_id",
    ),
    (
        "certificate",
        "SELECT r.number AS number, r.title AS title, to_jsonb(r) || jsonb_build_object('file',"
        " encode(sha256(f.content), 'hex')) AS body FROM certificates r LEFT JOIN certificate_files f"
        " ON f.certificate_id = r.id WHERE r.case_id = :case_id ORDER BY r.id",
    ),
)
_FILE_STATEMENTS = tuple((kind, text(sql)) for kind, sql in _FILES)
_EVENTS = text("SELECT * FROM case_events WHERE case_id = :case_id AND kind <> 'case_archived' ORDER BY seq")
_IN_TRANSIT = text("SELECT EXISTS (SELECT 1 FROM document_handovers WHERE case_id = :case_id AND received_at IS NULL)")
_LOCK = text(
    "SELECT a.case_id, a.number, a.retention, a.transfer_id, c.number AS case_number, c.home_region, c.department"
    " FROM archives a JOIN cases c ON c.id = a.case_id WHERE c.number = ANY(:numbers) ORDER BY a.case_id"
    " FOR UPDATE OF a"
)


class ArchiveRecords:
    """Rows of `archives`, `archive_transfers`, and everything of a case as its file list takes it."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def files(self, case_id: int) -> list[tuple[str, Row[Any]]]:
        """Kind and row (number, title, body) of every file of the case, in the order of the list."""
        values = {"case_id": case_id}
        return [(kind, row) for kind, sql in _FILE_STATEMENTS for row in self._connection.execute(sql, values)]

    def events(self, case_id: int) -> list[Row[Any]]:
        """The case's events but for its archiving, in order."""
        return list(self._connection.execute(_EVENTS, {"case_id": case_id}))

    def has_papers_in_transit(self, case_id: int) -> bool:
        """Whether papers were handed over that nobody has confirmed to have received."""
        found: bool = self._connection.execute(_IN_TRANSIT, {"case_id": case_id}).scalar_one()
        return found

    def add(self, values: Mapping[str, Any]) -> None:
        self._connection.execute(insert(archives), values)

    def archive(self, case_id: int) -> Row[Any] | None:
        statement = select(archives).where(archives.c.case_id == bindparam("key"))
        return self._connection.execute(statement, {"key": case_id}).one_or_none()

    def lock_numbers(self, case_numbers: Sequence[str]) -> list[Row[Any]]:
        """The archives of these cases, locked until the commit."""
        return list(self._connection.execute(_LOCK, {"numbers": list(case_numbers)}))

    def add_transfer(self, values: Mapping[str, Any], case_ids: Sequence[int]) -> int:
        """Id of the hand-over list; these archives belong to it from now on."""
        statement = insert(archive_transfers).returning(archive_transfers.c.id)
        transfer_id: int = self._connection.execute(statement, values).scalar_one()
        belongs = update(archives).where(archives.c.case_id.in_(list(case_ids))).values(transfer_id=transfer_id)
        self._connection.execute(belongs)
        return transfer_id
