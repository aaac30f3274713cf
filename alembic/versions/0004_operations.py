"""Operations on running cases, clocks, cards, organisation, notices, archives and bulk runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_PARTS = (
    *("case_states", "case_personal", "case_documents", "steps", "work_items", "timers", "suspensions", "notices"),
    *("notice_deliveries", "document_handovers", "certificates", "commitments", "extensions", "supervision_orders"),
    *("cards", "licence_uses"),
)
SEALS = (
    ("cases", "UPDATE OR DELETE", "refuse_archived_case"),
    *((table, "INSERT OR UPDATE OR DELETE", "refuse_archived_part") for table in _PARTS),
    ("case_events", "INSERT", "refuse_archived_part"),
    ("certificate_files", "INSERT OR UPDATE OR DELETE", "refuse_archived_file"),
    ("archives", "UPDATE OR DELETE", "refuse_other_archive"),
)


def upgrade() -> None:
    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_bulk_runs_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_runs")),
        comment="批量办理",
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_officer_id", sa.BigInteger(), nullable=False),
        sa.Column("to_officer_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("post_ids", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work_items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_officer_id"], ["officers.id"], name=op.f("fk_handovers_from_officer_id")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_handovers_made_by")),
        sa.ForeignKeyConstraint(["to_officer_id"], ["officers.id"], name=op.f("fk_handovers_to_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        comment="离岗交接: one act that hands over the posts (post_ids empty = all) and everything open of an officer, from a day on",
    )
    op.create_table(
        "notice_templates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["officers.id"], name=op.f("fk_notice_templates_approved_by")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_notice_templates_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_templates")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_notice_templates_kind_version")),
        comment="文书模板 edited by an officer; the newest in force wins over the supplied one",
    )
    op.create_table(
        "officer_relatives",
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("identity_index", sa.LargeBinary(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_officer_relatives_officer_id")),
        sa.PrimaryKeyConstraint("officer_id", "identity_index", name=op.f("pk_officer_relatives")),
        comment="回避: near relatives an officer declared, by blind index only",
    )
    op.create_index("ix_officer_relatives_identity_index", "officer_relatives", ["identity_index"], unique=False)
    op.create_table(
        "region_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_code", sa.CHAR(length=12), nullable=False),
        sa.Column("to_code", sa.CHAR(length=12), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=100), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_region_changes_made_by")),
        sa.ForeignKeyConstraint(["to_code"], ["regions.code"], name=op.f("fk_region_changes_to_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_changes")),
        sa.UniqueConstraint("from_code", "effective_on", name=op.f("uq_region_changes_from_code_effective_on")),
        comment="区划调整: which region took over from which, so that statistics and open cases find their way",
    )
    op.create_table(
        "access_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["officers.id"], name=op.f("fk_access_reviews_opened_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_access_reviews_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_reviews")),
        comment="权限复核: who held what when it was looked at, and what was kept or taken away",
    )
    op.create_table(
        "archive_transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_archive_transfers_made_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_archive_transfers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_transfers")),
        sa.UniqueConstraint("number", name=op.f("uq_archive_transfers_number")),
        comment="档案移交清单",
    )
    op.create_table(
        "bulk_lines",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.BigInteger(), nullable=True),
        sa.Column("case_number", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("told", sa.String(length=500), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_lines_run_id")),
        sa.PrimaryKeyConstraint("run_id", "line", name=op.f("pk_bulk_lines")),
        comment="status waiting | done | refused; told = what came of it, in Chinese",
    )
    op.create_table(
        "redatings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_case_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cases_seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cases_moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["reference_texts.id"], name=op.f("fk_redatings_calendar_id")),
        sa.ForeignKeyConstraint(["started_by"], ["officers.id"], name=op.f("fk_redatings_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redatings")),
        sa.UniqueConstraint("calendar_id", name=op.f("uq_redatings_calendar_id")),
        comment="重新计算届满日 (R10): last_case_id is where a run that was interrupted goes on",
    )
    op.create_table(
        "seal_custody",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("seal_name", sa.String(length=100), nullable=False),
        sa.Column("custodian_id", sa.BigInteger(), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_to", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=100), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["custodian_id"], ["officers.id"], name=op.f("fk_seal_custody_custodian_id")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_seal_custody_made_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_seal_custody_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_custody")),
        comment="印章保管: who keeps which seal from when to when (国办发〔2025〕33号)",
    )
    op.create_index("ix_seal_custody_organisation_id", "seal_custody", ["organisation_id", "held_from"], unique=False)
    op.create_table(
        "leaves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["officers.id"], name=op.f("fk_leaves_deputy_id")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_leaves_made_by")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_leaves_officer_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_leaves_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
        comment="请假代理: the deputy acts on the officer's posts (post_id null = all) on these days, both included",
    )
    op.create_index("ix_leaves_deputy_id", "leaves", ["deputy_id", "from_on"], unique=False)
    op.create_index("ix_leaves_officer_id", "leaves", ["officer_id", "from_on"], unique=False)
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("lane", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=16), server_default="", nullable=False),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["department"], ["departments.key"], name=op.f("fk_routing_rules_department")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_routing_rules_item_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_routing_rules_officer_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_routing_rules_post_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_routing_rules_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
        comment="分派规则: overrides the post that lane, region and department would find; officer_id = 指定承办人",
    )
    op.create_index("ix_routing_rules_lane", "routing_rules", ["lane", "region_code"], unique=False)
    op.create_table(
        "archives",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.BigInteger(), nullable=False),
        sa.Column("retention", sa.String(length=10), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("manifest_sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("page_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["archived_by"], ["officers.id"], name=op.f("fk_archives_archived_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_archives_case_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["archive_transfers.id"], name=op.f("fk_archives_transfer_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_archives")),
        sa.UniqueConstraint("number", name=op.f("uq_archives_number")),
        comment="归档: the file list with a digest of each part; retention permanent | 30_years | 10_years",
    )
    op.create_index(
        "ix_archives_untransferred",
        "archives",
        ["archived_at"],
        unique=False,
        postgresql_where=sa.text("transfer_id IS NULL"),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=20), server_default="", nullable=False),
        sa.Column("signal", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.CHAR(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explained_by", sa.BigInteger(), nullable=True),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("ruled_by", sa.BigInteger(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ruling_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("rectified_by", sa.BigInteger(), nullable=True),
        sa.Column("rectified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rectification_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cards_case_id")),
        sa.ForeignKeyConstraint(["explained_by"], ["officers.id"], name=op.f("fk_cards_explained_by")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_cards_item_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_cards_officer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cards_organisation_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_cards_post_id")),
        sa.ForeignKeyConstraint(["rectified_by"], ["officers.id"], name=op.f("fk_cards_rectified_by")),
        sa.ForeignKeyConstraint(["replaced_by"], ["cards.id"], name=op.f("fk_cards_replaced_by")),
        sa.ForeignKeyConstraint(["ruled_by"], ["officers.id"], name=op.f("fk_cards_ruled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("case_id", "rule", "token", "signal", name=op.f("uq_cards_case_id_rule_token_signal")),
        sa.UniqueConstraint("number", name=op.f("uq_cards_number")),
        comment="监察牌; department, officer, item and region as they were at issue",
    )
    op.create_index(
        "ix_cards_open",
        "cards",
        ["answer_due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('issued', 'notified')"),
    )
    op.create_index("ix_cards_region_code", "cards", ["region_code", "issued_at"], unique=False)
    op.create_table(
        "case_copies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_copies_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_case_copies_officer_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["officers.id"], name=op.f("fk_case_copies_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_copies")),
        sa.UniqueConstraint("case_id", "officer_id", name=op.f("uq_case_copies_case_id_officer_id")),
        comment="抄送: officers who must know of a case but do not act on it",
    )
    op.create_index(
        "ix_case_copies_unread",
        "case_copies",
        ["officer_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "commitments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("document_id", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_commitments_case_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["officers.id"], name=op.f("fk_commitments_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("case_id", "document_id", name=op.f("uq_commitments_case_id_document_id")),
        comment="容缺 (deferred) and 告知承诺 (declared), each with its date and whether it was kept",
    )
    op.create_index(
        "ix_commitments_open", "commitments", ["due_at"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "document_handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("from_post_id", sa.BigInteger(), nullable=True),
        sa.Column("to_post_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_by", sa.BigInteger(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_document_handovers_case_id")),
        sa.ForeignKeyConstraint(["from_post_id"], ["posts.id"], name=op.f("fk_document_handovers_from_post_id")),
        sa.ForeignKeyConstraint(["handed_by"], ["officers.id"], name=op.f("fk_document_handovers_handed_by")),
        sa.ForeignKeyConstraint(["received_by"], ["officers.id"], name=op.f("fk_document_handovers_received_by")),
        sa.ForeignKeyConstraint(["to_post_id"], ["posts.id"], name=op.f("fk_document_handovers_to_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_handovers")),
        sa.UniqueConstraint("number", name=op.f("uq_document_handovers_number")),
        comment="材料交接单: which papers went from which post to which, with both signatures",
    )
    op.create_index("ix_document_handovers_case_id", "document_handovers", ["case_id"], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.SmallInteger(), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_promised_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_statutory_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["officers.id"], name=op.f("fk_extensions_approver_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_extensions_asked_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_extensions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint("case_id", name=op.f("uq_extensions_case_id")),
        comment="延期 (R7): once, before expiry, with the date that held before; amount in the limits' own unit",
    )
    op.create_table(
        "redated_dates",
        sa.Column("redating_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("old_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_redated_dates_case_id")),
        sa.ForeignKeyConstraint(["redating_id"], ["redatings.id"], name=op.f("fk_redated_dates_redating_id")),
        sa.PrimaryKeyConstraint("redating_id", "case_id", "what", name=op.f("pk_redated_dates")),
        comment="Which date of which case moved: promised, statutory, acceptance, correction, delivery, step:<token> …",
    )
    op.create_table(
        "supervision_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_working_days", sa.SmallInteger(), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matter_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["officers.id"], name=op.f("fk_supervision_orders_answered_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervision_orders_case_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["officers.id"], name=op.f("fk_supervision_orders_closed_by")),
        sa.ForeignKeyConstraint(["issued_by"], ["officers.id"], name=op.f("fk_supervision_orders_issued_by")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_supervision_orders_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_orders_number")),
        comment="督办单: status issued | answered | closed; an answer that does not satisfy sends it back to issued;"
        " asked_at = issued, or sent back the last time: from when the reply date runs",
    )
    op.create_index("ix_supervision_orders_case_id", "supervision_orders", ["case_id"], unique=False)
    op.create_index(
        "ix_supervision_orders_open",
        "supervision_orders",
        ["reply_due_at"],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "urgings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("urged_by", sa.BigInteger(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_applicant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_urgings_case_id")),
        sa.ForeignKeyConstraint(["urged_by"], ["officers.id"], name=op.f("fk_urgings_urged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgings")),
        comment="催办, each with its time; cases.urged_at is the last",
    )
    op.create_index("ix_urgings_case_id", "urgings", ["case_id"], unique=False)
    op.create_table(
        "notice_deliveries",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_deliveries_case_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_deliveries_notice_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["officers.id"], name=op.f("fk_notice_deliveries_recorded_by")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_deliveries")),
        comment="送达回证: how a counter document reached whom; the facts hold recipient, relation, witnesses, refusal",
    )
    op.create_index("ix_notice_deliveries_case_id", "notice_deliveries", ["case_id"], unique=False)
    op.add_column("cases", sa.Column("delivery_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("deferred_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("deemed_accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("cases", sa.Column("extension", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_merged_into",
        "cases",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_cases_merged_into"), "cases", "cases", ["merged_into"], ["id"])
    op.create_table_comment(
        "cases",
        "办件; deferred_due_at = 容缺材料 to be handed in by; extension in the limits' own unit (R7)",
        existing_comment="办件",
    )
    op.add_column(
        "officers", sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("officers", sa.Column("identity_index", sa.LargeBinary(), nullable=True))
    op.create_table_comment(
        "officers",
        "工作人员; identity_index: blind index of the officer's own identity number: nobody handles their own case",
        existing_comment=None,
    )
    op.add_column("posts", sa.Column("assignment", sa.String(length=12), server_default="shared", nullable=False))
    op.create_table_comment(
        "posts",
        "岗位: what routing finds; no department = every department (综合窗口)",
        existing_comment="岗位: what routing finds; department null = every department (综合窗口)",
    )
    op.add_column("steps", sa.Column("sign_rule", sa.String(length=12), server_default="", nullable=False))
    op.add_column("steps", sa.Column("signers", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("steps", sa.Column("before_return", sa.LargeBinary(), nullable=True))
    op.create_table_comment(
        "steps",
        "环节: one open or past token; signers: people still to sign; before_return: state when it was sent back",
        existing_comment="环节: one open or past token of the process; what people hold are its work items",
    )
    op.drop_column("suspensions", "reason")
    op.add_column("timers", sa.Column("process_id", sa.String(length=80), server_default="", nullable=False))
    op.add_column("timers", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("work_items", sa.Column("part", sa.String(length=10), server_default="main", nullable=False))
    op.add_column("work_items", sa.Column("decision", sa.String(length=40), nullable=True))
    op.create_table_comment(
        "work_items",
        "待办; part: main, before, after, joint or delegate; sort_at = earliest due date",
        existing_comment="待办; sort_at = earliest of step and promised due, so that a worklist is one index scan",
    )

    # An archived case is sealed: neither its row nor anything that hangs on it changes, and nothing more happens to it.
    # STABLE: the statement that archives a case writes its event too and must not see its own mark.
    op.execute(
        """
        CREATE FUNCTION refuse_archived_case() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.archived_at IS NOT NULL THEN
                RAISE EXCEPTION 'case % is archived', OLD.number USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_archived_part() RETURNS trigger LANGUAGE plpgsql STABLE AS $$
        DECLARE
            of_case bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.case_id ELSE OLD.case_id END;
        BEGIN
            IF EXISTS (SELECT 1 FROM cases WHERE id = of_case AND archived_at IS NOT NULL) THEN
                RAISE EXCEPTION 'case % is archived: % is sealed', of_case, TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_archived_file() RETURNS trigger LANGUAGE plpgsql STABLE AS $$
        DECLARE
            of_certificate bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.certificate_id ELSE OLD.certificate_id END;
        BEGIN
            IF EXISTS (SELECT 1 FROM certificates f JOIN cases c ON c.id = f.case_id
                       WHERE f.id = of_certificate AND c.archived_at IS NOT NULL) THEN
                RAISE EXCEPTION 'the case of certificate % is archived', of_certificate
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_other_archive() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.transfer_id IS NOT NULL
               OR to_jsonb(NEW) - 'transfer_id' <> to_jsonb(OLD) - 'transfer_id' THEN
                RAISE EXCEPTION 'archive % is sealed', OLD.number USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, when, function in SEALS:
        op.execute(f"CREATE TRIGGER {table}_sealed BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for table, _, _ in SEALS:
        op.execute(f"DROP TRIGGER {table}_sealed ON {table}")
    for function in dict.fromkeys(function for _, _, function in SEALS):
        op.execute(f"DROP FUNCTION {function}()")
    op.create_table_comment(
        "work_items",
        "待办; sort_at = earliest of step and promised due, so that a worklist is one index scan",
        existing_comment="待办; part: main, before, after, joint or delegate; sort_at = earliest due date",
    )
    op.drop_column("work_items", "decision")
    op.drop_column("work_items", "part")
    op.drop_column("timers", "opened_at")
    op.drop_column("timers", "process_id")
    op.add_column(
        "suspensions",
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
    )
    op.create_table_comment(
        "steps",
        "环节: one open or past token of the process; what people hold are its work items",
        existing_comment="环节: one open or past token; signers: people still to sign; before_return: state when it was sent back",
    )
    op.drop_column("steps", "before_return")
    op.drop_column("steps", "signers")
    op.drop_column("steps", "sign_rule")
    op.create_table_comment(
        "posts",
        "岗位: what routing finds; department null = every department (综合窗口)",
        existing_comment="岗位: what routing finds; no department = every department (综合窗口)",
    )
    op.drop_column("posts", "assignment")
    op.drop_table_comment(
        "officers",
        existing_comment="工作人员; identity_index: blind index of the officer's own identity number: nobody handles their own case",
    )
    op.drop_column("officers", "identity_index")
    op.drop_column("officers", "must_change_password")
    op.create_table_comment(
        "cases",
        "办件",
        existing_comment="办件; deferred_due_at = 容缺材料 to be handed in by; extension in the limits' own unit (R7)",
    )
    op.drop_constraint(op.f("fk_cases_merged_into"), "cases", type_="foreignkey")
    op.drop_index("ix_cases_merged_into", table_name="cases", postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_column("cases", "archived_at")
    op.drop_column("cases", "merged_into")
    op.drop_column("cases", "urged_at")
    op.drop_column("cases", "extension")
    op.drop_column("cases", "deemed_accepted")
    op.drop_column("cases", "deferred_due_at")
    op.drop_column("cases", "delivery_due_at")
    op.drop_index("ix_notice_deliveries_case_id", table_name="notice_deliveries")
    op.drop_table("notice_deliveries")
    op.drop_index("ix_urgings_case_id", table_name="urgings")
    op.drop_table("urgings")
    op.drop_index(
        "ix_supervision_orders_open", table_name="supervision_orders", postgresql_where=sa.text("status <> 'closed'")
    )
    op.drop_index("ix_supervision_orders_case_id", table_name="supervision_orders")
    op.drop_table("supervision_orders")
    op.drop_table("redated_dates")
    op.drop_table("extensions")
    op.drop_index("ix_document_handovers_case_id", table_name="document_handovers")
    op.drop_table("document_handovers")
    op.drop_index("ix_commitments_open", table_name="commitments", postgresql_where=sa.text("status = 'open'"))
    op.drop_table("commitments")
    op.drop_index("ix_case_copies_unread", table_name="case_copies", postgresql_where=sa.text("read_at IS NULL"))
    op.drop_table("case_copies")
    op.drop_index("ix_cards_region_code", table_name="cards")
    op.drop_index("ix_cards_open", table_name="cards", postgresql_where=sa.text("status IN ('issued', 'notified')"))
    op.drop_table("cards")
    op.drop_index("ix_archives_untransferred", table_name="archives", postgresql_where=sa.text("transfer_id IS NULL"))
    op.drop_table("archives")
    op.drop_index("ix_routing_rules_lane", table_name="routing_rules")
    op.drop_table("routing_rules")
    op.drop_index("ix_leaves_officer_id", table_name="leaves")
    op.drop_index("ix_leaves_deputy_id", table_name="leaves")
    op.drop_table("leaves")
    op.drop_index("ix_seal_custody_organisation_id", table_name="seal_custody")
    op.drop_table("seal_custody")
    op.drop_table("redatings")
    op.drop_table("bulk_lines")
    op.drop_table("archive_transfers")
    op.drop_table("access_reviews")
    op.drop_table("region_changes")
    op.drop_index("ix_officer_relatives_identity_index", table_name="officer_relatives")
    op.drop_table("officer_relatives")
    op.drop_table("notice_templates")
    op.drop_table("handovers")
    op.drop_table("bulk_runs")
