"""Every table of the system, as SQLAlchemy Core tables.

Conventions: `_at` aware instant (timestamptz), `_on` local date, `_cipher` encrypted bytes (see `secrets`), `_index` keyed
blind index. Rows that are history (`case_events`, `feed_entries`, `feed_digests`, `audit_entries`) are append-only;
migration 0002 adds the triggers that refuse change.
"""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

REGION = CHAR(12)
INSTANT = DateTime(timezone=True)


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def case_ref() -> Column[int]:
    return Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False)


# --- organisation -----------------------------------------------------------------------------------------------

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
    UniqueConstraint("organisation_id", "name"),
    Index("ix_posts_routing", "lane", "region_code", "department"),
    comment="岗位: what routing finds; department null = every department (综合窗口)",
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
    Column("created_at", INSTANT, nullable=False),
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

# --- definitions ------------------------------------------------------------------------------------------------

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

# --- registry ---------------------------------------------------------------------------------------------------

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

# --- cases ------------------------------------------------------------------------------------------------------

cases = Table(
    "cases",
    metadata,
    identity(),
    Column("number", String(30), nullable=False, unique=True),
    Column("version_id", Integer, ForeignKey("definition_versions.id"), nullable=False),
    Column("item_id", Integer, ForeignKey("items.id"), nullable=False),
    Column("department", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("status", String(12), nullable=False),
    Column("result", String(20)),
    Column("channel", String(14), nullable=False),
    Column("accept_region", REGION, nullable=False),
    Column("home_region", REGION, nullable=False),
    Column("resident_id", BigInteger, ForeignKey("residents.id")),
    Column("applicant_name", String(100), nullable=False),
    Column("applicant_initials", String(60), nullable=False),
    Column("applicant_index", LargeBinary, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Column("correction_asked_at", INSTANT),
    Column("supplied_at", INSTANT),
    Column("accepted_at", INSTANT),
    Column("decided_at", INSTANT),
    Column("delivered_at", INSTANT),
    Column("closed_at", INSTANT),
    Column("promised_due_at", INSTANT),
    Column("statutory_due_at", INSTANT),
    Column("due_is_provisional", Boolean, nullable=False, server_default=text("false")),
    Column("acceptance_due_at", INSTANT),
    Column("correction_due_at", INSTANT),
    Column("calendar_id", Integer, ForeignKey("reference_texts.id"), nullable=False),
    Column("card", String(6), nullable=False, server_default="none"),
    Column("card_check_at", INSTANT),
    Column("event_seq", Integer, nullable=False),
    Column("event_hash", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Index("ix_cases_home_region", "home_region", "status"),
    Index("ix_cases_applicant_index", "applicant_index"),
    # The search box asks for the beginning of a name and the end of a number; in no locale but C does a plain index
    # serve LIKE 'x%'.
    Index(
        "ix_cases_applicant_initials",
        "applicant_initials",
        postgresql_ops={"applicant_initials": "varchar_pattern_ops"},
    ),
    Index(
        "ix_cases_applicant_name",
        literal_column("upper(applicant_name)").label("name"),
        postgresql_ops={"name": "text_pattern_ops"},
    ),
    Index(
        "ix_cases_number_ends",
        literal_column("reverse(number)").label("end"),
        postgresql_ops={"end": "text_pattern_ops"},
    ),
    Index("ix_cases_decided_at", "decided_at", postgresql_where=text("decided_at IS NOT NULL")),
    Index("ix_cases_card_check_at", "card_check_at", postgresql_where=text("card_check_at IS NOT NULL")),
    comment="办件",
)

case_states = Table(
    "case_states",
    metadata,
    Column("case_id", BigInteger, ForeignKey("cases.id"), primary_key=True),
    Column("state", LargeBinary),
    Column("facts", JSONB, nullable=False),
    comment="Control-flow state of the process (null once ended) and the facts its rules declare; never jsonb for state",
)

case_personal = Table(
    "case_personal",
    metadata,
    case_ref(),
    Column("part", String(80), nullable=False),
    Column("body_cipher", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "part"),
    comment="Encrypted personal values: applicant, form answers, answers of a step, query password, notes of an event",
)

case_documents = Table(
    "case_documents",
    metadata,
    case_ref(),
    Column("document_id", String(60), nullable=False),
    Column("title", String(200), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("status", String(10), nullable=False),
    Column("mode", String(12), nullable=False, server_default=""),
    Column("licence_id", BigInteger, ForeignKey("licences.id")),
    Column("received_at", INSTANT),
    PrimaryKeyConstraint("case_id", "document_id"),
    comment="status: received | reused | deferred | missing | not_needed",
)

steps = Table(
    "steps",
    metadata,
    case_ref(),
    Column("token", String(20), nullable=False),
    Column("node_id", String(60), nullable=False),
    Column("process_id", String(80), nullable=False),
    Column("path", String(300), nullable=False, server_default=""),
    Column("instance", SmallInteger),
    Column("name", String(100), nullable=False),
    Column("stage", String(16)),
    Column("lane", String(24), nullable=False),
    Column("department", String(40)),
    Column("region_code", REGION, nullable=False),
    Column("status", String(10), nullable=False),
    Column("decision", String(40)),
    Column("procedure", String(40), nullable=False, server_default=""),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("closed_at", INSTANT),
    PrimaryKeyConstraint("case_id", "token"),
    comment="环节: one open or past token of the process; what people hold are its work items",
)

work_items = Table(
    "work_items",
    metadata,
    identity(),
    case_ref(),
    Column("token", String(20), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("status", String(10), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("post_id", BigInteger, ForeignKey("posts.id")),
    Column("officer_id", BigInteger, ForeignKey("officers.id")),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("sort_at", INSTANT, nullable=False),
    Column("closed_at", INSTANT),
    Column("service", String(40), nullable=False, server_default=""),
    Column("lease_until", INSTANT),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("last_error", String(500), nullable=False, server_default=""),
    Index("ix_work_items_case_id", "case_id"),
    Index("ix_work_items_post_id", "post_id"),  # which cases were on a post: part of every data scope
    Index("ix_work_items_worklist", "post_id", "sort_at", "id", postgresql_where=text("status IN ('open', 'claimed')")),
    Index(
        "ix_work_items_machine",
        "lease_until",
        postgresql_where=text("kind = 'machine' AND status IN ('open', 'claimed', 'incident')"),
    ),
    comment="待办; sort_at = earliest of step and promised due, so that a worklist is one index scan",
)

timers = Table(
    "timers",
    metadata,
    case_ref(),
    Column("token", String(20), nullable=False),
    Column("node_id", String(60), nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("fired_at", INSTANT),
    Column("cancelled_at", INSTANT),
    PrimaryKeyConstraint("case_id", "token"),
    Index("ix_timers_due_at", "due_at", postgresql_where=text("fired_at IS NULL AND cancelled_at IS NULL")),
)

suspensions = Table(
    "suspensions",
    metadata,
    identity(),
    case_ref(),
    Column("procedure", String(40), nullable=False),
    Column("title", String(100), nullable=False),
    Column("token", String(20)),
    Column("reason", String(200), nullable=False, server_default=""),
    Column("approver_id", BigInteger, ForeignKey("officers.id")),
    Column("started_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("ended_at", INSTANT),
    Index("ix_suspensions_case_id", "case_id"),
    comment="特别程序 that stop the clock (rule R6)",
)

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

# --- certificates, notices, audit -------------------------------------------------------------------------------

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
