"""Certificates, counter documents and the audit trail."""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, case_ref, identity, metadata

certificates = Table(
    "certificates",
    metadata,
    identity(),
    case_ref(),
    Column("number", String(60), nullable=False, unique=True),
    Column("series", String(60), nullable=False),
    Column("serial", Integer, nullable=False),
    Column("type_key", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("identifier", String(100), nullable=False, unique=True),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("work_item_id", BigInteger, ForeignKey("work_items.id"), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("holder_name", String(100), nullable=False),
    Column("facts_cipher", LargeBinary, nullable=False),
    Column("check_code", String(16), nullable=False),
    Column("reserved_at", INSTANT, nullable=False),
    Column("issued_at", INSTANT),
    Column("valid_until", Date),
    Column("sha256", CHAR(64)),
    Column("signer_serial", String(60)),
    Column("void_reason", String(200), nullable=False, server_default=""),
    UniqueConstraint("series", "serial"),
    Index("ix_certificates_case_id", "case_id"),
    comment="status: reserved | issued | voided | revoked; a number is reserved, then used or voided with a reason",
)

certificate_files = Table(
    "certificate_files",
    metadata,
    Column("certificate_id", BigInteger, ForeignKey("certificates.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    identity(),
    case_ref(),
    Column("kind", String(30), nullable=False),
    Column("number", String(60), nullable=False, unique=True),
    Column("issued_at", INSTANT, nullable=False),
    Column("facts_cipher", LargeBinary, nullable=False),
    Index("ix_notices_case_id", "case_id"),
    comment="Counter documents (受理通知书 …): numbered once, rendered on demand from their frozen facts",
)

audit_entries = Table(
    "audit_entries",
    metadata,
    identity(),
    Column("at", INSTANT, nullable=False),
    Column("officer_id", BigInteger),
    Column("action", String(40), nullable=False),
    Column("object_kind", String(20), nullable=False),
    Column("object_id", String(80), nullable=False),
    Column("source", String(64), nullable=False, server_default=""),
    Column("detail", JSONB, nullable=False),
    Index("ix_audit_entries_object", "object_kind", "object_id"),
    comment="Every view and change of a person's record; append-only, kept at least six months (网络安全法)",
)
