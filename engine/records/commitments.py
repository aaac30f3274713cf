"""What applicants promised (承诺) and how far limits were extended (延期)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from engine.records.prepared import Link
from engine.records.tables import commitments, extensions

_SETTLE = text(
    "UPDATE commitments SET status = :status, settled_by = :officer, settled_at = :at, note_cipher = :note"
    " WHERE case_id = :case_id AND status = 'open' AND (CAST(:documents AS text[]) IS NULL"
    "   OR document_id = ANY(:documents))"
    " RETURNING document_id"
)
_HAS_BROKEN = text(
    "SELECT EXISTS (SELECT 1 FROM commitments m JOIN cases c ON c.id = m.case_id"
    " WHERE c.applicant_index = :index AND m.status = 'broken')"
)


class CommitmentRecords:
    """Rows of `commitments` and `extensions`. Read and change them only after the case was locked."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def add(self, case_id: int, kind: str, documents: Sequence[str], made_at: datetime, due_at: datetime) -> None:
        common = {"case_id": case_id, "kind": kind, "made_at": made_at, "due_at": due_at, "status": "open"}
        rows = [{**common, "document_id": name} for name in documents]
        if rows:
            self._connection.execute(insert(commitments), rows)

    def of_case(self, case_id: int) -> list[Row[Any]]:
        """Every commitment of a case in the order they were made."""
        statement = select(commitments).where(commitments.c.case_id == case_id).order_by(commitments.c.id)
        return list(self._connection.execute(statement))

    def settle(
        self,
        case_id: int,
        documents: Sequence[str] | None,
        status: str,
        officer_id: int | None,
        at: datetime,
        note: bytes | None = None,
    ) -> list[str]:
        """The documents of those open commitments that are now kept, broken or dropped; None means all of the case."""
        named = None if documents is None else list(documents)
        values = {"case_id": case_id, "documents": named, "status": status, "officer": officer_id, "at": at}
        return sorted(self._connection.execute(_SETTLE, {**values, "note": note}).scalars())

    def drop(self, case_id: int, at: datetime) -> list[str]:
        """The documents of all commitments that were open."""
        return self.settle(case_id, None, "dropped", None, at)

    def has_broken(self, applicant_index: bytes) -> bool:
        """Whether the applicant broke a commitment in any case."""
        broken: bool = self._connection.execute(_HAS_BROKEN, {"index": applicant_index}).scalar_one()
        return broken

    def extend(self, values: Mapping[str, Any]) -> None:
        """Remember an extension with the dates that held before."""
        self._connection.execute(insert(extensions), values)
