"""My work items that wait for others (等他人办理): delegated, before other signatures, or decided and to be signed after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.masking import mask_name
from engine.queries.reading import reading, statement
from engine.terms import Part

MOST = 200


@dataclass(frozen=True)
class WaitingItem:
    """One work item of mine. `awaited` names who still has to act, and `parts` as what they were asked."""

    id: int
    case_number: str
    item_title: str
    applicant_name: str
    step_name: str
    awaited: str
    parts: tuple[Part, ...]
    opened_at: datetime
    due_at: datetime | None


_WAITING = (
    "SELECT w.id, c.number, i.title, c.applicant_name, s.name AS step_name, w.opened_at, w.due_at,"
    " string_agg(COALESCE(o.name, p.name), '、' ORDER BY a.id) AS awaited, array_agg(DISTINCT a.part) AS parts"
    " FROM work_items w JOIN cases c ON c.id = w.case_id JOIN items i ON i.id = c.item_id"
    " JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " LEFT JOIN work_items a ON a.case_id = w.case_id AND a.token = w.token AND a.part <> 'main'"
    "   AND a.status IN ('open', 'claimed', 'waiting')"
    " LEFT JOIN officers o ON o.id = a.officer_id LEFT JOIN posts p ON p.id = a.post_id"
    " WHERE w.post_id = ANY(:posts) AND w.officer_id = :me AND w.status = 'waiting' AND w.part = 'main'"
    " GROUP BY w.id, c.id, i.id, s.case_id, s.token ORDER BY w.due_at NULLS LAST, w.id LIMIT :most"
)


def waiting_items(office: Office, actor: Actor) -> tuple[WaitingItem, ...]:
    """At most two hundred, the nearest due date first; the applicant's name stays masked until the file is opened."""
    values = {"posts": list(actor.post_ids), "me": actor.officer_id, "most": MOST}
    with reading(office) as connection:
        rows = connection.execute(statement(_WAITING), values).all()
    return tuple(
        WaitingItem(
            id=row.id,
            case_number=row.number,
            item_title=row.title,
            applicant_name=mask_name(row.applicant_name),
            step_name=row.step_name,
            awaited=row.awaited or "",
            parts=tuple(Part(part) for part in row.parts if part),
            opened_at=row.opened_at,
            due_at=row.due_at,
        )
        for row in rows
    )
