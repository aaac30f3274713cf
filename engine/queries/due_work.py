"""What is due by now: timers, cards to look at, machine items, outbox rows. The scheduler asks; commands act."""

from __future__ import annotations

from sqlalchemy import text

from engine.office import Office

_TIMERS = text(
    "SELECT case_id, token FROM timers WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= :now"
    " ORDER BY due_at LIMIT :most"
)
_CARDS = text("SELECT id FROM cases WHERE card_check_at <= :now ORDER BY card_check_at LIMIT :most")
_CORRECTIONS = text(
    "SELECT id FROM cases WHERE status = 'correction' AND correction_due_at < :now ORDER BY id LIMIT :most"
)
_MACHINE = text(
    "SELECT EXISTS (SELECT 1 FROM work_items WHERE kind = 'machine' AND status IN ('open', 'claimed', 'incident')"
    " AND (lease_until IS NULL OR lease_until <= :now))"
)
_OUTBOX = text("SELECT EXISTS (SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND due_at <= :now)")


def due_timers(office: Office, most: int) -> list[tuple[int, str]]:
    """(case id, token) of timers whose time has come, oldest first."""
    with office.database.connect() as connection:
        rows = connection.execute(_TIMERS, {"now": office.clock.now(), "most": most})
        return [(row.case_id, row.token) for row in rows]


def cases_to_review(office: Office, most: int) -> list[int]:
    """Cases whose card may have changed, and applications whose correction date has passed."""
    values = {"now": office.clock.now(), "most": most}
    with office.database.connect() as connection:
        found = [row.id for query in (_CARDS, _CORRECTIONS) for row in connection.execute(query, values)]
    return list(dict.fromkeys(found))


def waiting_receivers(office: Office) -> list[str]:
    """Which of the worker's receivers (machine, outbox) have something to do."""
    values = {"now": office.clock.now()}
    with office.database.connect() as connection:
        asked = (("machine", _MACHINE), ("outbox", _OUTBOX))
        return [name for name, query in asked if connection.execute(query, values).scalar_one()]
