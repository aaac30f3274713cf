"""What happened and what must be told: the event log, the feed, the outbox, counters and remembered answers."""

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
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, REGION, case_ref, identity, metadata

case_events = Table(
    "case_events",
    metadata,
    identity(),
    case_ref(),
    Column("seq", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("officer_id", BigInteger),
    Column("post_id", BigInteger),
    Column("place", REGION, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("case_opened_on", Date, nullable=False),
    UniqueConstraint("case_id", "seq"),
    comment="What happened; append-only; each row hashes the previous one of its case",
)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed_no", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, unique=True),
    comment="feed_no: gapless, given after commit by one sequencer; cursors read this only",
)

sequencer = Table(
    "sequencer",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("last_feed_no", BigInteger, nullable=False),
    Column("settled_id", BigInteger, nullable=False),
    Column("pending_id", BigInteger, nullable=False),
    Column("pending_xmax", BigInteger, nullable=False),
    comment="Where sequencing stands; every event id up to settled_id is in the feed or was rolled back",
)

feed_digests = Table(
    "feed_digests",
    metadata,
    Column("day", Date, primary_key=True),
    Column("last_feed_no", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    comment="Daily chain over feed_no: a silent edit or a deleted case shows",
)

outbox = Table(
    "outbox",
    metadata,
    identity(),
    case_ref(),
    Column("receiver", String(30), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("sent_at", INSTANT),
    Column("dead_at", INSTANT),
    Column("last_error", String(500), nullable=False, server_default=""),
    Index("ix_outbox_due_at", "due_at", postgresql_where=text("sent_at IS NULL AND dead_at IS NULL")),
    Index("ix_outbox_case_id", "case_id"),
    comment="The database remembers, Redis wakes; a row waits for every earlier unsent row of the same case and receiver",
)

outbox_deliveries = Table(
    "outbox_deliveries",
    metadata,
    Column("outbox_id", BigInteger, ForeignKey("outbox.id"), primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("receiver", String(30), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("delivered_at", INSTANT, nullable=False),
    Index("ix_outbox_deliveries_case_id", "case_id"),
    comment="站内消息: what was told to whom; the primary key makes delivery idempotent",
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="Counters are rows, not sequences; locked last",
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("officer_id", BigInteger, nullable=False),
    Column("key", String(100), nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("answer_cipher", LargeBinary),
    Column("created_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("officer_id", "key"),
)
