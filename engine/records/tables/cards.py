"""Cards of e-supervision (预警、黄牌、红牌) through their life."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, REGION, case_ref, identity, metadata, officer_ref

cards = Table(
    "cards",
    metadata,
    identity(),
    case_ref(),
    Column("number", String(60), nullable=False, unique=True),
    Column("rule", String(8), nullable=False),
    Column("token", String(20), nullable=False, server_default=""),
    Column("signal", String(8), nullable=False),
    Column("status", String(10), nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id")),
    Column("department", String(40), nullable=False),
    Column("region_code", REGION, nullable=False),
    Column("item_id", Integer, ForeignKey("items.id"), nullable=False),
    Column("post_id", BigInteger, ForeignKey("posts.id")),
    officer_ref("officer_id"),
    Column("issued_at", INSTANT, nullable=False),
    Column("notified_at", INSTANT),
    Column("answer_due_at", INSTANT),
    officer_ref("explained_by"),
    Column("explained_at", INSTANT),
    Column("explanation_cipher", LargeBinary),
    officer_ref("ruled_by"),
    Column("ruled_at", INSTANT),
    Column("ruling_cipher", LargeBinary),
    officer_ref("rectified_by"),
    Column("rectified_at", INSTANT),
    Column("rectification_cipher", LargeBinary),
    Column("closed_at", INSTANT),
    Column("replaced_by", BigInteger, ForeignKey("cards.id")),
    UniqueConstraint("case_id", "rule", "token", "signal"),
    Index("ix_cards_region_code", "region_code", "issued_at"),
    Index("ix_cards_open", "answer_due_at", postgresql_where=text("status IN ('issued', 'notified')")),
    comment="监察牌; department, officer, item and region as they were at issue",
)
