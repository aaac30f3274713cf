"""What the applicant of a case promised (承诺), and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.definitions.model import ItemDefinition
from engine.records.commitments import CommitmentRecords
from engine.terms import CommitmentKind, CommitmentStatus


@dataclass(frozen=True)
class CommitmentView:
    """One document to follow (容缺) or declared instead of proved (告知承诺); `due_at` the day it was promised for."""

    document: str
    title: str
    kind: CommitmentKind
    made_at: datetime
    due_at: datetime
    status: CommitmentStatus
    settled_at: datetime | None


def commitment_views(connection: Connection, case_id: int, definition: ItemDefinition) -> tuple[CommitmentView, ...]:
    """The commitments of a case in the order they were made; the caller has checked the scope."""
    titles = {rule.id: rule.title for rule in definition.documents}
    return tuple(
        CommitmentView(
            document=row.document_id,
            title=titles.get(row.document_id, row.document_id),
            kind=CommitmentKind(row.kind),
            made_at=row.made_at,
            due_at=row.due_at,
            status=CommitmentStatus(row.status),
            settled_at=row.settled_at,
        )
        for row in CommitmentRecords(connection).of_case(case_id)
    )
