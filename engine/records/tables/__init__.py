"""Every table of the system, as SQLAlchemy Core tables, in modules by subject.

Conventions: `_at` aware instant (timestamptz), `_on` local date, `_cipher` encrypted bytes (see `secrets`), `_index` keyed
blind index. Rows that are history (`case_events`, `feed_entries`, `feed_digests`, `audit_entries`) are append-only;
migration 0002 adds the triggers that refuse change.
"""

from engine.records.tables.archives import archive_transfers, archives
from engine.records.tables.base import metadata
from engine.records.tables.bulk import bulk_lines, bulk_runs
from engine.records.tables.calendars import redated_dates, redatings
from engine.records.tables.cards import cards
from engine.records.tables.cases import (
    case_documents,
    case_personal,
    case_states,
    cases,
    steps,
    suspensions,
    timers,
    work_items,
)
from engine.records.tables.definitions import definition_versions, items, reference_texts
from engine.records.tables.events import (
    case_events,
    counters,
    feed_digests,
    feed_entries,
    idempotency,
    outbox,
    outbox_deliveries,
    sequencer,
)
from engine.records.tables.operations import (
    case_copies,
    commitments,
    document_handovers,
    extensions,
    notice_deliveries,
    notice_templates,
    supervision_orders,
    urgings,
)
from engine.records.tables.organisation import (
    access_reviews,
    departments,
    handovers,
    leaves,
    officer_relatives,
    officers,
    organisations,
    post_holdings,
    posts,
    region_changes,
    regions,
    routing_rules,
    seal_custody,
    sessions,
    sign_in_attempts,
)
from engine.records.tables.papers import audit_entries, certificate_files, certificates, notices
from engine.records.tables.registry import households, licence_uses, licences, residents

__all__ = [
    "access_reviews",
    "archive_transfers",
    "archives",
    "audit_entries",
    "bulk_lines",
    "bulk_runs",
    "cards",
    "case_copies",
    "case_documents",
    "case_events",
    "case_personal",
    "case_states",
    "cases",
    "certificate_files",
    "certificates",
    "commitments",
    "counters",
    "definition_versions",
    "departments",
    "document_handovers",
    "extensions",
    "feed_digests",
    "feed_entries",
    "handovers",
    "households",
    "idempotency",
    "items",
    "leaves",
    "licence_uses",
    "licences",
    "metadata",
    "notice_deliveries",
    "notice_templates",
    "notices",
    "officer_relatives",
    "officers",
    "organisations",
    "outbox",
    "outbox_deliveries",
    "post_holdings",
    "posts",
    "redated_dates",
    "redatings",
    "reference_texts",
    "region_changes",
    "regions",
    "residents",
    "routing_rules",
    "seal_custody",
    "sequencer",
    "sessions",
    "sign_in_attempts",
    "steps",
    "supervision_orders",
    "suspensions",
    "timers",
    "urgings",
    "work_items",
]
