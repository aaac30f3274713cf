"""The edited texts of counter documents (文书模板), with their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.reading import reading, statement
from engine.terms import NoticeKind, Role


@dataclass(frozen=True)
class TemplateVersion:
    """One edited text: a draft until another officer approves it."""

    version: int
    content: str
    reason: str
    made_by: str
    made_at: datetime
    approved_by: str
    in_force_from: date | None
    is_mine: bool


@dataclass(frozen=True)
class KindLine:
    """A kind of document and the edited version that is in force today; 0: the supplied text."""

    kind: NoticeKind
    in_force: int
    drafts: int


_VERSIONS = (
    "SELECT t.*, m.name AS maker, a.name AS approver FROM notice_templates t JOIN officers m ON m.id = t.made_by"
    " LEFT JOIN officers a ON a.id = t.approved_by WHERE t.kind = :kind ORDER BY t.version DESC"
)
_KINDS = (
    "SELECT kind, count(*) FILTER (WHERE approved_by IS NULL) AS drafts, (array_agg(version ORDER BY in_force_from DESC,"
    " version DESC) FILTER (WHERE approved_by IS NOT NULL AND in_force_from <= :today))[1] AS in_force"
    " FROM notice_templates GROUP BY kind"
)


def template_kinds(office: Office, actor: Actor) -> list[KindLine]:
    """Every kind of document with what is in force for it."""
    actor.post_with(Role.POLICY_OFFICER)
    with reading(office) as connection:
        today = local_date(office.clock.now())
        rows = {row.kind: row for row in connection.execute(statement(_KINDS), {"today": today})}
    return [
        KindLine(kind, (rows[kind].in_force or 0) if kind in rows else 0, rows[kind].drafts if kind in rows else 0)
        for kind in NoticeKind
    ]


def template_versions(office: Office, actor: Actor, kind: str) -> list[TemplateVersion]:
    """The edited texts of a kind, the newest first."""
    actor.post_with(Role.POLICY_OFFICER)
    if kind not in set(NoticeKind):
        raise NotFound("没有这种办理文书。", en="no such kind of notice")
    with reading(office) as connection:
        rows = connection.execute(statement(_VERSIONS), {"kind": kind}).all()
    return [_version(row, actor) for row in rows]


def _version(row: Any, actor: Actor) -> TemplateVersion:
    return TemplateVersion(
        version=row.version,
        content=bytes(row.content).decode(),
        reason=row.reason,
        made_by=row.maker,
        made_at=row.made_at,
        approved_by=row.approver or "",
        in_force_from=row.in_force_from,
        is_mine=row.made_by == actor.officer_id,
    )
