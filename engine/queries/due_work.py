"""What is due by now: timers, cards to look at, machine items, outbox rows. The scheduler asks; commands act."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.office import Office
from engine.records.work import MOST_MACHINE_ATTEMPTS

_TIMERS = text(
    "SELECT case_id, token FROM timers WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= :now"
    " ORDER BY due_at LIMIT :most"
)
# Documents that were to follow (容缺) lapse by the later of two dates that a new calendar may move: see `review_clocks`.
_CARDS = text(
    "SELECT id FROM (SELECT id, card_check_at AS due_at FROM cases WHERE card_check_at <= :now"
    " UNION ALL SELECT c.id, c.deferred_due_at FROM commitments m JOIN cases c ON c.id = m.case_id"
    "  WHERE m.status = 'open' AND m.kind = 'deferred' AND m.due_at < :now AND c.deferred_due_at < :now) due"
    " GROUP BY id ORDER BY min(due_at) LIMIT :most"
)
_MACHINE = text(
    "SELECT EXISTS (SELECT 1 FROM work_items WHERE kind = 'machine' AND status IN ('open', 'claimed', 'incident')"
    " AND (lease_until IS NULL OR lease_until <= :now) AND attempts < :most_attempts)"
)
# Rows behind a dead letter wait for a person: nobody is woken for them.
_OUTBOX = text(
    "SELECT EXISTS (SELECT 1 FROM outbox o WHERE o.sent_at IS NULL AND o.dead_at IS NULL AND o.due_at <= :now"
    " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.case_id = o.case_id AND e.receiver = o.receiver"
    "                 AND e.id < o.id AND e.sent_at IS NULL))"
)


# Whoever loads a history while the city is open holds this lock: the sweeps must not act on half-told cases.
SWEEP_PAUSE_LOCK = 716453
_PAUSED = text("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND granted)")


def sweeps_are_paused(office: Office) -> bool:
    """Whether a bulk load asks the scheduler to leave due work alone for a while; it ends with the loader's session."""
    with office.database.connect() as connection:
        return history_is_loading(connection)


def history_is_loading(connection: Connection) -> bool:
    """Whether somebody holds the lock of a bulk load right now."""
    loading: bool = connection.execute(_PAUSED, {"lock": SWEEP_PAUSE_LOCK}).scalar_one()
    return loading


def due_timers(office: Office, most: int) -> list[tuple[int, str]]:
    """(case id, token) of timers whose time has come, oldest first."""
    with office.database.connect() as connection:
        rows = connection.execute(_TIMERS, {"now": office.clock.now(), "most": most})
        return [(row.case_id, row.token) for row in rows]


def cases_to_review(office: Office, most: int) -> list[int]:
    """Cases whose card may have changed, or with a date that passed: of acceptance, correction, documents to follow."""
    values = {"now": office.clock.now(), "most": most}
    with office.database.connect() as connection:
        return list(connection.execute(_CARDS, values).scalars())


def waiting_receivers(office: Office) -> list[str]:
    """Which of the worker's receivers (machine, outbox) have something to do."""
    now = office.clock.now()
    with office.database.connect() as connection:
        machine = connection.execute(_MACHINE, {"now": now, "most_attempts": MOST_MACHINE_ATTEMPTS}).scalar_one()
        outbox = connection.execute(_OUTBOX, {"now": now}).scalar_one()
    return [name for name, waits in (("machine", machine), ("outbox", outbox)) if waits]
