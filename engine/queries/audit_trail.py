"""Who looked at or changed what (审计记录), newest first; for auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.reading import reading, statement
from engine.terms import Role


@dataclass(frozen=True)
class AuditFilter:
    """What narrows the trail: the object, its kind (case, officer, certificate …), the action, or who did it."""

    object_kind: str = ""
    object_id: str = ""
    action: str = ""
    officer_id: int | None = None


@dataclass(frozen=True)
class AuditLine:
    """One entry; `detail` holds no personal values."""

    id: int
    at: datetime
    officer_id: int | None
    officer_name: str
    action: str
    object_kind: str
    object_id: str
    source: str
    detail: dict[str, Any]


_SELECT = (
    "SELECT a.id, a.at, a.officer_id, COALESCE(o.name, '系统') AS officer_name, a.action, a.object_kind, a.object_id,"
    " a.source, a.detail FROM audit_entries a LEFT JOIN officers o ON o.id = a.officer_id WHERE TRUE"
)


def audit_trail(
    office: Office, actor: Actor, wanted: AuditFilter, cursor: str | None = None, limit: int | None = None
) -> Page[AuditLine]:
    """One page of entries. NotPermitted without an auditor's post: not even supervisors see who looked at whom."""
    actor.post_with(Role.AUDITOR)
    size, start = bounded(limit, 50), Cursor.decode(cursor, int)
    given = {name: value for name in AuditFilter.__dataclass_fields__ if (value := getattr(wanted, name))}
    narrowed = "".join(f" AND a.{name} = :{name}" for name in given)
    if start:
        narrowed += f" AND a.id {'>' if start.backwards else '<'} :from_id"
        given["from_id"] = start.key[0]
    sql = f"{_SELECT}{narrowed} ORDER BY a.id {'ASC' if start and start.backwards else 'DESC'} LIMIT :most"
    with reading(office) as connection:
        rows = connection.execute(statement(sql), {**given, "most": size + 1}).all()
    return page_of(rows, size, start, lambda r: (r.id,), lambda r: AuditLine(**r._mapping))
