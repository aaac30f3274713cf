"""Bulk runs (批量办理): one case per transaction, a result per case."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, identity, metadata, officer_ref

bulk_runs = Table(
    "bulk_runs",
    metadata,
    identity(),
    officer_ref("officer_id", nullable=False),
    Column("action", String(30), nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("finished_at", INSTANT),
    Column("total", Integer, nullable=False),
    comment="批量办理",
)

bulk_lines = Table(
    "bulk_lines",
    metadata,
    Column("run_id", BigInteger, ForeignKey("bulk_runs.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("work_item_id", BigInteger),
    Column("case_number", String(30), nullable=False),
    Column("status", String(10), nullable=False),
    Column("told", String(500), nullable=False, server_default=""),
    Column("done_at", INSTANT),
    PrimaryKeyConstraint("run_id", "line"),
    comment="status waiting | done | refused; told = what came of it, in Chinese",
)
