"""Cases copied to me (抄送我的): unread first, with the note of the sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.masking import mask_name
from engine.queries.reading import reading, statement
from engine.terms import CaseStatus

MOST = 100


@dataclass(frozen=True)
class CopyLine:
    """One copy. `note` is what the sender wrote; the applicant's name stays masked until the file is opened."""

    case_number: str
    case_status: CaseStatus
    item_title: str
    applicant_name: str
    sent_by: str
    sent_at: datetime
    note: str
    read_at: datetime | None


_COPIES = (
    "SELECT c.number, c.status, c.applicant_name, i.title, o.name AS sender, p.sent_at, p.note_cipher, p.read_at"
    " FROM case_copies p JOIN cases c ON c.id = p.case_id JOIN items i ON i.id = c.item_id"
    " LEFT JOIN officers o ON o.id = p.sent_by WHERE p.officer_id = :me"
    " ORDER BY p.read_at IS NOT NULL, p.sent_at DESC, p.id DESC LIMIT :most"
)


def my_copies(office: Office, actor: Actor) -> tuple[CopyLine, ...]:
    """The newest hundred copies for the actor."""
    with reading(office) as connection:
        rows = connection.execute(statement(_COPIES), {"me": actor.officer_id, "most": MOST}).all()
    notes = [office.sealer.decrypt_json(row.note_cipher)["note"] if row.note_cipher else "" for row in rows]
    return tuple(
        CopyLine(
            case_number=row.number,
            case_status=CaseStatus(row.status),
            item_title=row.title,
            applicant_name=mask_name(row.applicant_name),
            sent_by=row.sender or "系统",
            sent_at=row.sent_at,
            note=note,
            read_at=row.read_at,
        )
        for row, note in zip(rows, notes, strict=True)
    )
