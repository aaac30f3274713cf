"""Cases to archive and archived ones (归档), and whether an archived case is still what was sealed (验档)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.errors import NotFound, NotPermitted
from engine.office import Office
from engine.policy.actors import CASE_WORKERS, Actor
from engine.policy.archive_manifest import Difference, differences, manifest_digest, manifest_of
from engine.queries.paging import Cursor, Page, bounded, page_of
from engine.queries.paper_files import file_view
from engine.queries.reading import reading, statement
from engine.queries.scope import case_in_charge, readable
from engine.records.archives import ArchiveRecords
from engine.records.events import GENESIS, event_hash
from engine.terms import CaseResult, Retention


@dataclass(frozen=True)
class UnarchivedLine:
    """A closed case that waits for its archiving."""

    number: str
    item_title: str
    applicant_name: str
    result: CaseResult | None
    closed_at: datetime


@dataclass(frozen=True)
class ArchiveLine:
    """An archived case; `transfer_number` empty: still with us."""

    number: str
    case_number: str
    item_title: str
    applicant_name: str
    archived_at: datetime
    retention: Retention
    retain_until: date | None
    transfer_id: int | None
    transfer_number: str


@dataclass(frozen=True)
class ArchiveCheck:
    """An archived case held against its sealed list; none of the `differences` in a sound one."""

    number: str
    case_number: str
    archived_at: datetime
    retention: Retention
    retain_until: date | None
    page_count: int
    transfer_id: int | None
    manifest_sha256: str
    files: tuple[dict[str, str], ...]
    differences: tuple[Difference, ...]

    @property
    def is_sound(self) -> bool:
        return not self.differences


_UNARCHIVED = (
    "SELECT c.id, c.number, c.applicant_name, c.result, c.closed_at, i.title AS item_title FROM cases c"
    " JOIN items i ON i.id = c.item_id WHERE c.status = 'closed' AND {scope}{after}"
    " ORDER BY c.closed_at {direction}, c.id {direction} LIMIT :most"
)
_ARCHIVED = (
    "SELECT a.case_id, a.number, a.archived_at, a.retention, a.retain_until, a.transfer_id, c.number AS case_number,"
    " c.applicant_name, i.title AS item_title, t.number AS transfer_number FROM archives a"
    " JOIN cases c ON c.id = a.case_id JOIN items i ON i.id = c.item_id"
    " LEFT JOIN archive_transfers t ON t.id = a.transfer_id WHERE {scope}{named}{after}"
    " ORDER BY a.archived_at {direction}, a.case_id {direction} LIMIT :most"
)


def unarchived_cases(
    office: Office, actor: Actor, cursor: str | None = None, limit: int | None = None
) -> Page[UnarchivedLine]:
    """Closed cases in the actor's scope that are not archived, the oldest first."""
    condition, values = _scope(actor)
    start, size = Cursor.decode(cursor, datetime.fromisoformat, int), bounded(limit)
    backwards = start is not None and start.backwards
    after = f" AND (c.closed_at, c.id) {'<' if backwards else '>'} (:at, :id)" if start else ""
    sql = _UNARCHIVED.format(scope=condition, after=after, direction="DESC" if backwards else "ASC")
    with reading(office) as connection:
        rows = connection.execute(statement(sql), {**values, **_key(start), "most": size + 1}).all()
    return page_of(rows, size, start, lambda r: (r.closed_at.isoformat(), r.id), _unarchived)


def archived_cases(
    office: Office, actor: Actor, number: str = "", cursor: str | None = None, limit: int | None = None
) -> Page[ArchiveLine]:
    """Archived cases in the actor's scope, the newest first; `number` of the archive or of the case, or its end."""
    condition, values = _scope(actor)
    start, size = Cursor.decode(cursor, datetime.fromisoformat, int), bounded(limit)
    backwards = start is not None and start.backwards
    after = f" AND (a.archived_at, a.case_id) {'>' if backwards else '<'} (:at, :id)" if start else ""
    named = " AND (a.number = :number OR right(c.number, length(:number)) = :number)" if number else ""
    sql = _ARCHIVED.format(scope=condition, named=named, after=after, direction="ASC" if backwards else "DESC")
    with reading(office) as connection:
        found = {**values, **_key(start), "most": size + 1, **({"number": number} if number else {})}
        rows = connection.execute(statement(sql), found).all()
    return page_of(rows, size, start, lambda r: (r.archived_at.isoformat(), r.case_id), _archived)


def verify_archive(office: Office, actor: Actor, case_number: str) -> ArchiveCheck:
    """The sealed list against the case as the database holds it now: every file that differs, by name."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number, CASE_WORKERS)
        records = ArchiveRecords(connection)
        row = records.archive(case.id)
        if row is None:
            raise NotFound("该件还没有归档。", en="not archived")
        events = records.events(case.id)
        found = manifest_of(records.files(case.id), len(events), _last_hash(events), row.manifest["fields"])
    different = differences(row.manifest["files"], found["files"])
    if manifest_digest(row.manifest) != row.manifest_sha256:
        different.append(Difference("归档文件目录", row.manifest_sha256, manifest_digest(row.manifest)))
    sealed = [e for e in [_archiving(office, case.id)] if e is not None]
    if [e["manifest"] for e in sealed] != [row.manifest_sha256]:
        different.append(Difference("归档记录", "、".join(e["manifest"] for e in sealed), row.manifest_sha256))
    return ArchiveCheck(
        number=row.number,
        case_number=case.number,
        archived_at=row.archived_at,
        retention=Retention(row.retention),
        retain_until=row.retain_until,
        page_count=row.page_count,
        transfer_id=row.transfer_id,
        manifest_sha256=row.manifest_sha256,
        files=tuple(file_view(line) for line in row.manifest["files"]),
        differences=tuple(different),
    )


_ARCHIVING = "SELECT payload FROM case_events WHERE case_id = :case_id AND kind = 'case_archived'"


def _archiving(office: Office, case_id: int) -> dict[str, Any] | None:
    with reading(office) as connection:
        found: dict[str, Any] | None = connection.execute(statement(_ARCHIVING), {"case_id": case_id}).scalar()
    return found


def _last_hash(events: Any) -> bytes:
    """The end of the chain as the events themselves give it, not as they claim."""
    previous = GENESIS
    for event in events:
        previous = event_hash(previous, event._asdict())
    return previous


def _scope(actor: Actor) -> tuple[str, dict[str, Any]]:
    if not actor.is_system and not actor.roles & CASE_WORKERS:
        raise NotPermitted("您的岗位没有这项权限。", en="case workers only")
    return readable(actor)


def _key(start: Cursor | None) -> dict[str, Any]:
    return {"at": start.key[0], "id": start.key[1]} if start else {}


def _unarchived(row: Any) -> UnarchivedLine:
    result = CaseResult(row.result) if row.result else None
    return UnarchivedLine(row.number, row.item_title, row.applicant_name, result, row.closed_at)


def _archived(row: Any) -> ArchiveLine:
    return ArchiveLine(
        number=row.number,
        case_number=row.case_number,
        item_title=row.item_title,
        applicant_name=row.applicant_name,
        archived_at=row.archived_at,
        retention=Retention(row.retention),
        retain_until=row.retain_until,
        transfer_id=row.transfer_id,
        transfer_number=row.transfer_number or "",
    )
