"""Published definitions and dated reference texts."""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from engine.records.tables.base import INSTANT, metadata

items = Table(
    "items",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("code", String(20), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("department", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("title_en", String(300), nullable=False, server_default=""),
    Column("initials", String(200), nullable=False, server_default=""),
    Column("theme", String(8), nullable=False, server_default=""),
)

definition_versions = Table(
    "definition_versions",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("item_id", Integer, ForeignKey("items.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("content_hash", CHAR(64), nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("reason", String(500), nullable=False, server_default=""),
    Column("created_at", INSTANT, nullable=False),
    Column("created_by", BigInteger, ForeignKey("officers.id")),
    Column("published_at", INSTANT),
    Column("approved_by", BigInteger, ForeignKey("officers.id")),
    UniqueConstraint("item_id", "version"),
    comment="Frozen texts of one definition and of every shared part it uses; published versions never overlap in time",
)

reference_texts = Table(
    "reference_texts",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("content_hash", CHAR(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("loaded_at", INSTANT, nullable=False),
    Column("loaded_by", BigInteger, ForeignKey("officers.id")),
    UniqueConstraint("name", "content_hash"),
    comment="Dated values that cut across items (calendar, parameters): the newest row of a name is in force",
)
