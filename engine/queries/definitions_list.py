"""The definitions of the house (事项定义): every item with its versions, for policy officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.definitions.bundle import bundle_from_upload
from engine.definitions.model import ItemDefinition
from engine.errors import NotFound
from engine.office import Office
from engine.queries.reading import reading, statement
from engine.records.definitions import DefinitionRecords
from engine.terms import DefinitionKind


@dataclass(frozen=True)
class VersionLine:
    """One version. `state` is in_force, planned, past or draft."""

    version_id: int
    version: int
    state: str
    content_hash: str
    valid_from: date
    valid_to: date | None
    reason: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    approved_by: str


@dataclass(frozen=True)
class DefinitionLine:
    """One item with its versions, newest first."""

    key: str
    code: str
    title: str
    kind: DefinitionKind
    department: str
    versions: tuple[VersionLine, ...]

    @property
    def in_force(self) -> VersionLine | None:
        return next((v for v in self.versions if v.state == "in_force"), None)

    @property
    def draft(self) -> VersionLine | None:
        return next((v for v in self.versions if v.state == "draft"), None)


@dataclass(frozen=True)
class DefinitionFile:
    """One version read: the model, and its texts by path."""

    line: DefinitionLine
    version: VersionLine
    definition: ItemDefinition
    texts: dict[str, str]
    bundle_zip: bytes


_SQL = (
    "SELECT i.key, i.code, i.title, i.kind, i.department, v.id AS version_id, v.version, v.status, v.content_hash,"
    " v.valid_from, v.valid_to, v.reason, v.created_at, v.published_at, a.name AS created_by, b.name AS approved_by"
    " FROM items i JOIN definition_versions v ON v.item_id = i.id LEFT JOIN officers a ON a.id = v.created_by"
    " LEFT JOIN officers b ON b.id = v.approved_by"
    " WHERE (:key = '' OR i.key = :key) AND (:department = '' OR i.department = :department)"
    " ORDER BY i.code, v.version DESC"
)


def definitions_list(office: Office, department: str = "") -> tuple[DefinitionLine, ...]:
    """Every item and its versions, by catalogue code; item definitions are not personal, so the scope does not narrow them."""
    return _lines(office, "", department)


def definition_file(office: Office, key: str, version: int | None = None) -> DefinitionFile:
    """One version of an item with its texts; without a number the one in force, else the newest."""
    lines = _lines(office, key, "")
    if not lines:
        raise NotFound(f"没有事项“{key[:80]}”。", en="no such item")
    line = lines[0]
    wanted = line.in_force or line.versions[0]
    if version is not None:
        wanted = next((v for v in line.versions if v.version == version), None) or _no_version(key, version)
    with reading(office) as connection:
        records = DefinitionRecords(connection)
        shelved = office.definitions.by_id(records, wanted.version_id)
        row = records.bundle(wanted.version_id)
        bundle_zip = bytes(row.bundle) if row else b""
    texts = {name: text.decode("utf-8") for name, text in bundle_from_upload(bundle_zip).texts.items()}
    return DefinitionFile(line, wanted, shelved.definition, texts, bundle_zip)


def _no_version(key: str, version: int) -> VersionLine:
    raise NotFound(f"事项“{key}”没有第{version}版。", en="no such version")


def _lines(office: Office, key: str, department: str) -> tuple[DefinitionLine, ...]:
    today = local_date(office.clock.now())
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), {"key": key, "department": department}).all()
    by_key: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    return tuple(_line(group, today) for group in by_key.values())


def _line(rows: Sequence[Row[Any]], today: date) -> DefinitionLine:
    first = rows[0]
    versions = tuple(_version(row, today) for row in rows)
    return DefinitionLine(first.key, first.code, first.title, DefinitionKind(first.kind), first.department, versions)


def _version(row: Row[Any], today: date) -> VersionLine:
    return VersionLine(
        version_id=row.version_id,
        version=row.version,
        state=_state(row, today),
        content_hash=row.content_hash,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        reason=row.reason,
        created_at=row.created_at,
        created_by=row.created_by or "系统",
        published_at=row.published_at,
        approved_by=row.approved_by or "",
    )


def _state(row: Row[Any], today: date) -> str:
    if row.status != "published":
        return "draft"
    if row.valid_from > today:
        return "planned"
    return "past" if row.valid_to and row.valid_to < today else "in_force"
