"""Regions, bodies, posts, officers and their sessions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.records.tables.base import INSTANT, REGION, identity, metadata, officer_ref

regions = Table(
    "regions",
    metadata,
    Column("code", REGION, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("level", String(12), nullable=False),
    Column("parent_code", REGION, ForeignKey("regions.code")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    comment="行政区划: an explicit tree with validity dates; level and parent are stored, never inferred",
)

departments = Table(
    "departments",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("code", String(4), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("name_en", String(100), nullable=False, server_default=""),
)

organisations = Table(
    "organisations",
    metadata,
    identity(),
    Column("name", String(200), nullable=False, unique=True),
    Column("short_name", String(40), nullable=False),
    Column("uscc", String(18), nullable=False, unique=True),
    Column("region_code", REGION, ForeignKey("regions.code"), nullable=False),
    Column("department", String(40), ForeignKey("departments.key")),
    Column("seal_name", String(100), nullable=False, server_default=""),
    Column("address", String(200), nullable=False, server_default=""),
    Column("phone", String(40), nullable=False, server_default=""),
    Column("complaint_phone", String(40), nullable=False, server_default=""),
    comment="实施主体: bodies that accept, decide and seal; their region and department",
)

posts = Table(
    "posts",
    metadata,
    identity(),
    Column("name", String(100), nullable=False),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("region_code", REGION, ForeignKey("regions.code"), nullable=False),
    Column("department", String(40), ForeignKey("departments.key")),
    Column("lane", String(24), nullable=False),
    Column("roles", ARRAY(String(20)), nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("assignment", String(12), nullable=False, server_default="shared"),
    UniqueConstraint("organisation_id", "name"),
    Index("ix_posts_routing", "lane", "region_code", "department"),
    comment="岗位: what routing finds; no department = every department (综合窗口)",
)

officers = Table(
    "officers",
    metadata,
    identity(),
    Column("sign_in_name", String(60), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("identity_index", LargeBinary),
    Column("created_at", INSTANT, nullable=False),
    comment="工作人员; identity_index: blind index of the officer's own identity number: nobody handles their own case",
)

post_holdings = Table(
    "post_holdings",
    metadata,
    Column("officer_id", BigInteger, ForeignKey("officers.id"), nullable=False),
    Column("post_id", BigInteger, ForeignKey("posts.id"), nullable=False),
    Column("held_from", Date, nullable=False),
    Column("held_to", Date),
    PrimaryKeyConstraint("officer_id", "post_id", "held_from"),
    Index("ix_post_holdings_post_id", "post_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("officer_id", BigInteger, ForeignKey("officers.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("seen_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("source", String(64), nullable=False, server_default=""),
    Index("ix_sessions_officer_id", "officer_id"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", INSTANT),
    Column("updated_at", INSTANT, nullable=False),
    comment="Throttling that survives Redis: one row per sign-in name, address or query subject",
)

routing_rules = Table(
    "routing_rules",
    metadata,
    identity(),
    Column("item_id", Integer, ForeignKey("items.id")),
    Column("department", String(40), ForeignKey("departments.key")),
    Column("lane", String(24), nullable=False),
    Column("stage", String(16), nullable=False, server_default=""),
    Column("region_code", REGION, ForeignKey("regions.code"), nullable=False),
    Column("post_id", BigInteger, ForeignKey("posts.id"), nullable=False),
    officer_ref("officer_id"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Index("ix_routing_rules_lane", "lane", "region_code"),
    comment="分派规则: overrides the post that lane, region and department would find; officer_id = 指定承办人",
)

leaves = Table(
    "leaves",
    metadata,
    identity(),
    officer_ref("officer_id", nullable=False),
    officer_ref("deputy_id", nullable=False),
    Column("post_id", BigInteger, ForeignKey("posts.id")),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("reason", String(200), nullable=False, server_default=""),
    officer_ref("made_by", nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("cancelled_at", INSTANT),
    Index("ix_leaves_deputy_id", "deputy_id", "from_on"),
    Index("ix_leaves_officer_id", "officer_id", "from_on"),
    comment="请假代理: the deputy acts on the officer's posts (post_id null = all) on these days, both included",
)

officer_relatives = Table(
    "officer_relatives",
    metadata,
    officer_ref("officer_id", nullable=False),
    Column("identity_index", LargeBinary, nullable=False),
    Column("relation", String(20), nullable=False),
    Column("declared_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("officer_id", "identity_index"),
    Index("ix_officer_relatives_identity_index", "identity_index"),
    comment="回避: near relatives an officer declared, by blind index only",
)

handovers = Table(
    "handovers",
    metadata,
    identity(),
    officer_ref("from_officer_id", nullable=False),
    officer_ref("to_officer_id", nullable=False),
    Column("reason", String(200), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("post_ids", JSONB, nullable=False, server_default=text("'[]'")),
    officer_ref("made_by", nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("work_items", Integer, nullable=False, server_default="0"),
    Column("finished_at", INSTANT),
    comment="离岗交接: one act that hands over the posts (post_ids empty = all) and everything open of an officer, from a day on",
)

region_changes = Table(
    "region_changes",
    metadata,
    identity(),
    Column("from_code", REGION, nullable=False),
    Column("to_code", REGION, ForeignKey("regions.code"), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("document_no", String(100), nullable=False, server_default=""),
    officer_ref("made_by"),
    Column("made_at", INSTANT, nullable=False),
    UniqueConstraint("from_code", "effective_on"),
    comment="区划调整: which region took over from which, so that statistics and open cases find their way",
)

seal_custody = Table(
    "seal_custody",
    metadata,
    identity(),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("seal_name", String(100), nullable=False),
    officer_ref("custodian_id", nullable=False),
    Column("held_from", Date, nullable=False),
    Column("held_to", Date),
    Column("document_no", String(100), nullable=False, server_default=""),
    officer_ref("made_by"),
    Column("made_at", INSTANT, nullable=False),
    Index("ix_seal_custody_organisation_id", "organisation_id", "held_from"),
    comment="印章保管: who keeps which seal from when to when (国办发〔2025〕33号)",
)

access_reviews = Table(
    "access_reviews",
    metadata,
    identity(),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id")),
    Column("opened_at", INSTANT, nullable=False),
    officer_ref("opened_by", nullable=False),
    Column("closed_at", INSTANT),
    Column("findings", JSONB, nullable=False),
    comment="权限复核: who held what when it was looked at, and what was kept or taken away",
)
