"""What operations on running cases leave behind: copies, urgings, supervision orders, commitments, extensions, deliveries."""

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
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.records.tables.base import INSTANT, case_ref, identity, metadata, officer_ref

case_copies = Table(
    "case_copies",
    metadata,
    identity(),
    case_ref(),
    officer_ref("officer_id", nullable=False),
    officer_ref("sent_by"),
    Column("sent_at", INSTANT, nullable=False),
    Column("note_cipher", LargeBinary),
    Column("read_at", INSTANT),
    UniqueConstraint("case_id", "officer_id"),
    Index("ix_case_copies_unread", "officer_id", postgresql_where=text("read_at IS NULL")),
    comment="抄送: officers who must know of a case but do not act on it",
)

urgings = Table(
    "urgings",
    metadata,
    identity(),
    case_ref(),
    officer_ref("urged_by", nullable=False),
    Column("urged_at", INSTANT, nullable=False),
    Column("for_applicant", Boolean, nullable=False, server_default=text("false")),
    Index("ix_urgings_case_id", "case_id"),
    comment="催办, each with its time; cases.urged_at is the last",
)

supervision_orders = Table(
    "supervision_orders",
    metadata,
    identity(),
    case_ref(),
    Column("number", String(60), nullable=False, unique=True),
    Column("post_id", BigInteger, ForeignKey("posts.id")),
    officer_ref("issued_by", nullable=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("asked_at", INSTANT, nullable=False),
    Column("reply_working_days", SmallInteger, nullable=False),
    Column("reply_due_at", INSTANT, nullable=False),
    Column("matter_cipher", LargeBinary, nullable=False),
    Column("status", String(10), nullable=False),
    officer_ref("answered_by"),
    Column("answered_at", INSTANT),
    Column("answer_cipher", LargeBinary),
    officer_ref("closed_by"),
    Column("closed_at", INSTANT),
    Index("ix_supervision_orders_case_id", "case_id"),
    Index("ix_supervision_orders_open", "reply_due_at", postgresql_where=text("status <> 'closed'")),
    comment="督办单: status issued | answered | closed; an answer that does not satisfy sends it back to issued;"
    " asked_at = issued, or sent back the last time: from when the reply date runs",
)

commitments = Table(
    "commitments",
    metadata,
    identity(),
    case_ref(),
    Column("kind", String(10), nullable=False),
    Column("document_id", String(60), nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("status", String(10), nullable=False),
    officer_ref("settled_by"),
    Column("settled_at", INSTANT),
    Column("note_cipher", LargeBinary),
    UniqueConstraint("case_id", "document_id"),
    Index("ix_commitments_open", "due_at", postgresql_where=text("status = 'open'")),
    comment="容缺 (deferred) and 告知承诺 (declared), each with its date and whether it was kept",
)

extensions = Table(
    "extensions",
    metadata,
    identity(),
    case_ref(),
    Column("amount", SmallInteger, nullable=False),
    Column("reason_cipher", LargeBinary, nullable=False),
    officer_ref("approver_id", nullable=False),
    officer_ref("asked_by", nullable=False),
    Column("extended_at", INSTANT, nullable=False),
    Column("old_promised_due_at", INSTANT, nullable=False),
    Column("old_statutory_due_at", INSTANT, nullable=False),
    UniqueConstraint("case_id"),
    comment="延期 (R7): once, before expiry, with the date that held before; amount in the limits' own unit",
)

notice_deliveries = Table(
    "notice_deliveries",
    metadata,
    Column("notice_id", BigInteger, ForeignKey("notices.id"), primary_key=True),
    case_ref(),
    Column("mode", String(12), nullable=False),
    Column("delivered_at", INSTANT, nullable=False),
    Column("facts_cipher", LargeBinary, nullable=False),
    officer_ref("recorded_by", nullable=False),
    Index("ix_notice_deliveries_case_id", "case_id"),
    comment="送达回证: how a counter document reached whom; the facts hold recipient, relation, witnesses, refusal",
)

document_handovers = Table(
    "document_handovers",
    metadata,
    identity(),
    case_ref(),
    Column("number", String(60), nullable=False, unique=True),
    Column("from_post_id", BigInteger, ForeignKey("posts.id")),
    Column("to_post_id", BigInteger, ForeignKey("posts.id")),
    officer_ref("handed_by", nullable=False),
    Column("handed_at", INSTANT, nullable=False),
    officer_ref("received_by"),
    Column("received_at", INSTANT),
    Column("documents", JSONB, nullable=False),
    Index("ix_document_handovers_case_id", "case_id"),
    comment="材料交接单: which papers went from which post to which, with both signatures",
)

notice_templates = Table(
    "notice_templates",
    metadata,
    identity(),
    Column("kind", String(30), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("reason", String(200), nullable=False),
    officer_ref("made_by", nullable=False),
    Column("made_at", INSTANT, nullable=False),
    officer_ref("approved_by"),
    Column("in_force_from", Date),
    UniqueConstraint("kind", "version"),
    comment="文书模板 edited by an officer; the newest in force wins over the supplied one",
)
