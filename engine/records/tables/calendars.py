"""Dating open cases again after the working calendar changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table

from engine.records.tables.base import INSTANT, case_ref, identity, metadata, officer_ref

redatings = Table(
    "redatings",
    metadata,
    identity(),
    Column("calendar_id", Integer, ForeignKey("reference_texts.id"), nullable=False, unique=True),
    Column("reason", String(500), nullable=False),
    officer_ref("started_by"),
    Column("started_at", INSTANT, nullable=False),
    Column("last_case_id", BigInteger, nullable=False, server_default="0"),
    Column("cases_seen", Integer, nullable=False, server_default="0"),
    Column("cases_moved", Integer, nullable=False, server_default="0"),
    Column("finished_at", INSTANT),
    comment="重新计算届满日 (R10): last_case_id is where a run that was interrupted goes on",
)

redated_dates = Table(
    "redated_dates",
    metadata,
    Column("redating_id", BigInteger, ForeignKey("redatings.id"), nullable=False),
    case_ref(),
    Column("what", String(40), nullable=False),
    Column("old_at", INSTANT, nullable=False),
    Column("new_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("redating_id", "case_id", "what"),
    comment="Which date of which case moved: promised, statutory, acceptance, correction, delivery, step:<token> …",
)
