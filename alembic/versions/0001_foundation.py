"""Every table of the foundation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=64), server_default="", nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        comment="Every view and change of a person's record; append-only, kept at least six months (网络安全法)",
    )
    op.create_index("ix_audit_entries_object", "audit_entries", ["object_kind", "object_id"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        comment="Counters are rows, not sequences; locked last",
    )
    op.create_table(
        "departments",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_departments")),
        sa.UniqueConstraint("code", name=op.f("uq_departments_code")),
    )
    op.create_table(
        "feed_digests",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_feed_no", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_feed_digests")),
        comment="Daily chain over feed_no: a silent edit or a deleted case shows",
    )
    op.create_table(
        "feed_entries",
        sa.Column("feed_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed_no", name=op.f("pk_feed_entries")),
        sa.UniqueConstraint("event_id", name=op.f("uq_feed_entries_event_id")),
        comment="feed_no: gapless, given after commit by one sequencer; cursors read this only",
    )
    op.create_table(
        "idempotency",
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("officer_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), server_default="", nullable=False),
        sa.Column("initials", sa.String(length=200), server_default="", nullable=False),
        sa.Column("theme", sa.String(length=8), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("code", name=op.f("uq_items_code")),
        sa.UniqueConstraint("key", name=op.f("uq_items_key")),
    )
    op.create_table(
        "officers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sign_in_name", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_officers_sign_in_name")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.CHAR(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.CHAR(length=12), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
        comment="行政区划: an explicit tree with validity dates; level and parent are stored, never inferred",
    )
    op.create_table(
        "sequencer",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_feed_no", sa.BigInteger(), nullable=False),
        sa.Column("settled_id", sa.BigInteger(), nullable=False),
        sa.Column("pending_id", sa.BigInteger(), nullable=False),
        sa.Column("pending_xmax", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_sequencer")),
        comment="Where sequencing stands; every event id up to settled_id is in the feed or was rolled back",
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_attempts")),
        comment="Throttling that survives Redis: one row per sign-in name, address or query subject",
    )
    op.create_table(
        "definition_versions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("content_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["officers.id"], name=op.f("fk_definition_versions_approved_by")),
        sa.ForeignKeyConstraint(["created_by"], ["officers.id"], name=op.f("fk_definition_versions_created_by")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_definition_versions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_versions")),
        sa.UniqueConstraint("item_id", "version", name=op.f("uq_definition_versions_item_id_version")),
        comment="Frozen texts of one definition and of every shared part it uses; published versions never overlap in time",
    )
    op.create_table(
        "households",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_households_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("seal_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("address", sa.String(length=200), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("complaint_phone", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["department"], ["departments.key"], name=op.f("fk_organisations_department")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_organisations_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
        comment="实施主体: bodies that accept, decide and seal; their region and department",
    )
    op.create_table(
        "reference_texts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["loaded_by"], ["officers.id"], name=op.f("fk_reference_texts_loaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_texts")),
        sa.UniqueConstraint("name", "content_hash", name=op.f("uq_reference_texts_name_content_hash")),
        comment="Dated values that cut across items (calendar, parameters): the newest row of a name is in force",
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_sessions_officer_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_officer_id", "sessions", ["officer_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("lane", sa.String(length=24), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["departments.key"], name=op.f("fk_posts_department")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_posts_organisation_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_posts_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_posts_organisation_id_name")),
        comment="岗位: what routing finds; department null = every department (综合窗口)",
    )
    op.create_index("ix_posts_routing", "posts", ["lane", "region_code", "department"], unique=False)
    op.create_table(
        "residents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("initials", sa.String(length=60), nullable=False),
        sa.Column("identity_index", sa.LargeBinary(), nullable=False),
        sa.Column("identity_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("personal_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.SmallInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=True),
        sa.Column("relation", sa.String(length=4), server_default="01", nullable=False),
        sa.Column("hukou_region", sa.CHAR(length=12), nullable=False),
        sa.Column("reside_region", sa.CHAR(length=12), nullable=False),
        sa.Column("alive", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_residents_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        sa.UniqueConstraint("identity_index", name=op.f("uq_residents_identity_index")),
        comment="居民; personal_cipher holds phone, address, account as encrypted JSON; attributes hold fact groups (disability, job …)",
    )
    op.create_index("ix_residents_household_id", "residents", ["household_id"], unique=False)
    op.create_index("ix_residents_initials", "residents", ["reside_region", "initials"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("channel", sa.String(length=14), nullable=False),
        sa.Column("accept_region", sa.CHAR(length=12), nullable=False),
        sa.Column("home_region", sa.CHAR(length=12), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("applicant_name", sa.String(length=100), nullable=False),
        sa.Column("applicant_initials", sa.String(length=60), nullable=False),
        sa.Column("applicant_index", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correction_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supplied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statutory_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_is_provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("acceptance_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(length=6), server_default="none", nullable=False),
        sa.Column("card_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["reference_texts.id"], name=op.f("fk_cases_calendar_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_cases_item_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_cases_resident_id")),
        sa.ForeignKeyConstraint(["version_id"], ["definition_versions.id"], name=op.f("fk_cases_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
        comment="办件",
    )
    op.create_index("ix_cases_applicant_index", "cases", ["applicant_index"], unique=False)
    op.create_index("ix_cases_applicant_initials", "cases", ["applicant_initials", "home_region"], unique=False)
    op.create_index(
        "ix_cases_card_check_at",
        "cases",
        ["card_check_at"],
        unique=False,
        postgresql_where=sa.text("card_check_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_decided_at", "cases", ["decided_at"], unique=False, postgresql_where=sa.text("decided_at IS NOT NULL")
    )
    op.create_index("ix_cases_home_region", "cases", ["home_region", "status"], unique=False)
    op.create_table(
        "licences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("trust_grade", sa.CHAR(length=1), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_licences_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
        comment="电子证照 with trust grade A–D (国办函〔2016〕108号); A and B replace a document",
    )
    op.create_index("ix_licences_resident_id", "licences", ["resident_id", "type"], unique=False)
    op.create_table(
        "post_holdings",
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_post_holdings_officer_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_holdings_post_id")),
        sa.PrimaryKeyConstraint("officer_id", "post_id", "held_from", name=op.f("pk_post_holdings")),
    )
    op.create_index("ix_post_holdings_post_id", "post_holdings", ["post_id"], unique=False)
    op.create_table(
        "case_documents",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=12), server_default="", nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_documents_case_id")),
        sa.ForeignKeyConstraint(["licence_id"], ["licences.id"], name=op.f("fk_case_documents_licence_id")),
        sa.PrimaryKeyConstraint("case_id", "document_id", name=op.f("pk_case_documents")),
        comment="status: received | reused | deferred | missing | not_needed",
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.CHAR(length=12), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_events_case_id_seq")),
        comment="What happened; append-only; each row hashes the previous one of its case",
    )
    op.create_table(
        "case_personal",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("body_cipher", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_personal_case_id")),
        sa.PrimaryKeyConstraint("case_id", "part", name=op.f("pk_case_personal")),
        comment="Encrypted personal values: applicant, form answers, answers of a step, query password, notes of an event",
    )
    op.create_table(
        "case_states",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_states_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_states")),
        comment="Control-flow state of the process (null once ended) and the facts its rules declare; never jsonb for state",
    )
    op.create_table(
        "licence_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(length=60), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_licence_uses_case_id")),
        sa.ForeignKeyConstraint(["licence_id"], ["licences.id"], name=op.f("fk_licence_uses_licence_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_licence_uses_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_uses")),
    )
    op.create_index("ix_licence_uses_case_id", "licence_uses", ["case_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts_cipher", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("number", name=op.f("uq_notices_number")),
        comment="Counter documents (受理通知书 …): numbered once, rendered on demand from their frozen facts",
    )
    op.create_index("ix_notices_case_id", "notices", ["case_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="The database remembers, Redis wakes; a row waits for every earlier unsent row of the same case and receiver",
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"], unique=False)
    op.create_index(
        "ix_outbox_due_at",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "steps",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("node_id", sa.String(length=60), nullable=False),
        sa.Column("process_id", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=300), server_default="", nullable=False),
        sa.Column("instance", sa.SmallInteger(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("lane", sa.String(length=24), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("procedure", sa.String(length=40), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_steps_case_id")),
        sa.PrimaryKeyConstraint("case_id", "token", name=op.f("pk_steps")),
        comment="环节: one open or past token of the process; what people hold are its work items",
    )
    op.create_table(
        "suspensions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("token", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approver_id"], ["officers.id"], name=op.f("fk_suspensions_approver_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suspensions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
        comment="特别程序 that stop the clock (rule R6)",
    )
    op.create_index("ix_suspensions_case_id", "suspensions", ["case_id"], unique=False)
    op.create_table(
        "timers",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("node_id", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_timers_case_id")),
        sa.PrimaryKeyConstraint("case_id", "token", name=op.f("pk_timers")),
    )
    op.create_index(
        "ix_timers_due_at",
        "timers",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "work_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service", sa.String(length=40), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_work_items_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_work_items_officer_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_work_items_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
        comment="待办; sort_at = earliest of step and promised due, so that a worklist is one index scan",
    )
    op.create_index("ix_work_items_case_id", "work_items", ["case_id"], unique=False)
    op.create_index(
        "ix_work_items_machine",
        "work_items",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("kind = 'machine' AND status IN ('open', 'claimed', 'incident')"),
    )
    op.create_index(
        "ix_work_items_worklist",
        "work_items",
        ["post_id", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'claimed')"),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("series", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("type_key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("identifier", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("work_item_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("holder_name", sa.String(length=100), nullable=False),
        sa.Column("facts_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("check_code", sa.String(length=16), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sha256", sa.CHAR(length=64), nullable=True),
        sa.Column("signer_serial", sa.String(length=60), nullable=True),
        sa.Column("void_reason", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_certificates_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_certificates_organisation_id")
        ),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_items.id"], name=op.f("fk_certificates_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("identifier", name=op.f("uq_certificates_identifier")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
        sa.UniqueConstraint("series", "serial", name=op.f("uq_certificates_series_serial")),
        sa.UniqueConstraint("work_item_id", name=op.f("uq_certificates_work_item_id")),
        comment="status: reserved | issued | voided | revoked; a number is reserved, then used or voided with a reason",
    )
    op.create_index("ix_certificates_case_id", "certificates", ["case_id"], unique=False)
    op.create_table(
        "outbox_deliveries",
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_deliveries_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox_deliveries")),
        comment="站内消息: what was told to whom; the primary key makes delivery idempotent",
    )
    op.create_index("ix_outbox_deliveries_case_id", "outbox_deliveries", ["case_id"], unique=False)
    op.create_table(
        "certificate_files",
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_files_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_files")),
    )


def downgrade() -> None:
    op.drop_table("certificate_files")
    op.drop_index("ix_outbox_deliveries_case_id", table_name="outbox_deliveries")
    op.drop_table("outbox_deliveries")
    op.drop_index("ix_certificates_case_id", table_name="certificates")
    op.drop_table("certificates")
    op.drop_index(
        "ix_work_items_worklist", table_name="work_items", postgresql_where=sa.text("status IN ('open', 'claimed')")
    )
    op.drop_index(
        "ix_work_items_machine",
        table_name="work_items",
        postgresql_where=sa.text("kind = 'machine' AND status IN ('open', 'claimed', 'incident')"),
    )
    op.drop_index("ix_work_items_case_id", table_name="work_items")
    op.drop_table("work_items")
    op.drop_index(
        "ix_timers_due_at", table_name="timers", postgresql_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL")
    )
    op.drop_table("timers")
    op.drop_index("ix_suspensions_case_id", table_name="suspensions")
    op.drop_table("suspensions")
    op.drop_table("steps")
    op.drop_index(
        "ix_outbox_due_at", table_name="outbox", postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL")
    )
    op.drop_index("ix_outbox_case_id", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_notices_case_id", table_name="notices")
    op.drop_table("notices")
    op.drop_index("ix_licence_uses_case_id", table_name="licence_uses")
    op.drop_table("licence_uses")
    op.drop_table("case_states")
    op.drop_table("case_personal")
    op.drop_table("case_events")
    op.drop_table("case_documents")
    op.drop_index("ix_post_holdings_post_id", table_name="post_holdings")
    op.drop_table("post_holdings")
    op.drop_index("ix_licences_resident_id", table_name="licences")
    op.drop_table("licences")
    op.drop_index("ix_cases_home_region", table_name="cases")
    op.drop_index("ix_cases_decided_at", table_name="cases", postgresql_where=sa.text("decided_at IS NOT NULL"))
    op.drop_index("ix_cases_card_check_at", table_name="cases", postgresql_where=sa.text("card_check_at IS NOT NULL"))
    op.drop_index("ix_cases_applicant_initials", table_name="cases")
    op.drop_index("ix_cases_applicant_index", table_name="cases")
    op.drop_table("cases")
    op.drop_index("ix_residents_initials", table_name="residents")
    op.drop_index("ix_residents_household_id", table_name="residents")
    op.drop_table("residents")
    op.drop_index("ix_posts_routing", table_name="posts")
    op.drop_table("posts")
    op.drop_index("ix_sessions_officer_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("reference_texts")
    op.drop_table("organisations")
    op.drop_table("households")
    op.drop_table("definition_versions")
    op.drop_table("sign_in_attempts")
    op.drop_table("sequencer")
    op.drop_table("regions")
    op.drop_table("officers")
    op.drop_table("items")
    op.drop_table("idempotency")
    op.drop_table("feed_entries")
    op.drop_table("feed_digests")
    op.drop_table("departments")
    op.drop_table("counters")
    op.drop_index("ix_audit_entries_object", table_name="audit_entries")
    op.drop_table("audit_entries")
