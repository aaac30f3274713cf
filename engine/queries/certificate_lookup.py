"""Is this certificate genuine and in force (证明查验)? Number and check code, both printed on it, are enough to ask."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.masking import mask_name, mask_value
from engine.queries.reading import reading, statement
from engine.queries.scope import readable
from engine.records.definitions import DefinitionRecords


@dataclass(frozen=True)
class CertificateFacts:
    """What the register says. `state` is valid, expired, revoked or voided; `facts` are (label, masked value)."""

    number: str
    title: str
    state: str
    holder: str
    issuer: str
    issued_at: datetime
    valid_until: date | None
    sha256: str
    facts: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class CertificateFile:
    """The issued PDF, byte for byte."""

    number: str
    title: str
    content: bytes
    sha256: str


_SELECT = (
    "SELECT f.*, o.name AS issuer, c.version_id, c.number AS case_number FROM certificates f"
    " JOIN organisations o ON o.id = f.organisation_id JOIN cases c ON c.id = f.case_id"
    " WHERE (f.number = :number OR f.identifier = :number) AND f.status <> 'reserved'"
)
_CONTENT = "SELECT content FROM certificate_files WHERE certificate_id = :id"
_UNKNOWN = "没有查到这份证明，请核对编号和校验码。"


def certificate_lookup(office: Office, number: str, check_code: str) -> CertificateFacts:
    """The register's entry, personal values masked. Public; NotFound without saying which of the two is wrong."""
    with reading(office) as connection:
        row = _with_code(connection, number, check_code)
        shelved = office.definitions.by_id(DefinitionRecords(connection), row.version_id)
        expressions = shelved.definition.outcome.facts
        kept = office.sealer.decrypt_json(row.facts_cipher)
        labels = {name: shelved.labels.get(e.text, {}).get("label", name) for name, e in expressions.items()}
        return CertificateFacts(
            number=row.number,
            title=row.title,
            state=_state(row, local_date(office.clock.now())),
            holder=mask_name(row.holder_name),
            issuer=row.issuer,
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            sha256=row.sha256 or "",
            facts=tuple(
                (labels[name], mask_name(str(value)) if value == row.holder_name else mask_value(value))
                for name, value in kept.items()
                if name in labels and value is not None
            ),
        )


def certificate_file(
    office: Office, number: str, *, check_code: str = "", actor: Actor | None = None
) -> CertificateFile:
    """The file for the holder of the check code, or for an officer with the case in scope."""
    with reading(office) as connection:
        row = _in_scope(connection, number, actor) if actor else _with_code(connection, number, check_code)
        content = connection.execute(statement(_CONTENT), {"id": row.id}).scalar_one_or_none()
    if content is None:
        raise NotFound("这份证明的文件不在系统中，请联系出具单位。", en="the file is not kept here")
    return CertificateFile(row.number, row.title, bytes(content), row.sha256 or "")


def _with_code(connection: Connection, number: str, check_code: str) -> Row[Any]:
    row = connection.execute(statement(_SELECT), {"number": number}).one_or_none()
    given = "".join(check_code.split()).upper()
    if row is None or not hmac.compare_digest(row.check_code.upper().encode(), given.encode()):
        raise NotFound(_UNKNOWN, en="no certificate with this number and check code")
    return row


def _in_scope(connection: Connection, number: str, actor: Actor) -> Row[Any]:
    condition, values = readable(actor)
    row = connection.execute(statement(f"{_SELECT} AND {condition}"), {"number": number, **values}).one_or_none()
    if row is None:
        raise NotFound("没有这份证明，或不在您的辖区和部门范围内。", en="no such certificate in your scope")
    return row


def _state(row: Row[Any], today: date) -> str:
    if row.status in ("voided", "revoked"):
        return str(row.status)
    return "expired" if row.valid_until and row.valid_until < today else "valid"
