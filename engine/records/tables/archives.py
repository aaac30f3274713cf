"""Archived cases (归档) and hand-over lists."""

from __future__ import annotations

from sqlalchemy import CHAR, BigInteger, Column, Date, ForeignKey, Index, Integer, SmallInteger, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, identity, metadata, officer_ref

archives = Table(
    "archives",
    metadata,
    Column("case_id", BigInteger, ForeignKey("cases.id"), primary_key=True),
    Column("number", String(60), nullable=False, unique=True),
    Column("archived_at", INSTANT, nullable=False),
    officer_ref("archived_by", nullable=False),
    Column("retention", String(10), nullable=False),
    Column("retain_until", Date),
    Column("manifest", JSONB, nullable=False),
    Column("manifest_sha256", CHAR(64), nullable=False),
    Column("page_count", SmallInteger, nullable=False, server_default="0"),
    Column("transfer_id", BigInteger, ForeignKey("archive_transfers.id")),
    Index("ix_archives_untransferred", "archived_at", postgresql_where=text("transfer_id IS NULL")),
    comment="归档: the file list with a digest of each part; retention permanent | 30_years | 10_years",
)

archive_transfers = Table(
    "archive_transfers",
    metadata,
    identity(),
    Column("number", String(60), nullable=False, unique=True),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("receiver", String(200), nullable=False),
    officer_ref("made_by", nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("cases", Integer, nullable=False),
    comment="档案移交清单",
)
