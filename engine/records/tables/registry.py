"""Residents, households and the licences they hold."""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, REGION, case_ref, identity, metadata

households = Table(
    "households",
    metadata,
    identity(),
    Column("region_code", REGION, ForeignKey("regions.code"), nullable=False),
    Column("attributes", JSONB, nullable=False),
)

residents = Table(
    "residents",
    metadata,
    identity(),
    Column("name", String(100), nullable=False),
    Column("initials", String(60), nullable=False),
    Column("identity_index", LargeBinary, nullable=False, unique=True),
    Column("identity_cipher", LargeBinary, nullable=False),
    Column("personal_cipher", LargeBinary, nullable=False),
    Column("birth_on", Date, nullable=False),
    Column("sex", SmallInteger, nullable=False),
    Column("household_id", BigInteger, ForeignKey("households.id")),
    Column("relation", String(4), nullable=False, server_default="01"),
    Column("hukou_region", REGION, nullable=False),
    Column("reside_region", REGION, nullable=False),
    Column("alive", Boolean, nullable=False, server_default=text("true")),
    Column("attributes", JSONB, nullable=False),
    Index("ix_residents_household_id", "household_id"),
    Index("ix_residents_initials", "reside_region", "initials"),
    comment="居民; personal_cipher holds phone, address, account as encrypted JSON; attributes hold fact groups (disability, job …)",
)

licences = Table(
    "licences",
    metadata,
    identity(),
    Column("resident_id", BigInteger, ForeignKey("residents.id"), nullable=False),
    Column("type", String(8), nullable=False),
    Column("number_cipher", LargeBinary, nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date),
    Column("status", String(10), nullable=False),
    Column("trust_grade", CHAR(1), nullable=False),
    Index("ix_licences_resident_id", "resident_id", "type"),
    comment="电子证照 with trust grade A–D (国办函〔2016〕108号); A and B replace a document",
)

licence_uses = Table(
    "licence_uses",
    metadata,
    identity(),
    case_ref(),
    Column("licence_id", BigInteger, ForeignKey("licences.id"), nullable=False),
    Column("document_id", String(60), nullable=False),
    Column("used_at", INSTANT, nullable=False),
    Column("officer_id", BigInteger, ForeignKey("officers.id")),
    Index("ix_licence_uses_case_id", "case_id"),
)
