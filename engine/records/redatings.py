"""Many open cases read and written at once, for dating them again after the working calendar changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Row, insert, select, text, update

from engine.records.prepared import Link
from engine.records.tables import redatings

# Locked in ascending order like every second case of a verb, so that a clerk's verb and a redating never wait in a ring.
_OPEN = (
    "SELECT c.* FROM cases c WHERE c.id > :after AND c.status NOT IN ('closed', 'archived') ORDER BY c.id LIMIT :most"
)
_BATCH = {True: text(f"{_OPEN} FOR UPDATE"), False: text(_OPEN)}
_PARTS = {
    "steps": text(
        "SELECT case_id, token, process_id, node_id, instance, opened_at, due_at FROM steps"
        " WHERE case_id = ANY(:ids) AND status = 'open' AND due_at IS NOT NULL"
    ),
    "suspensions": text(
        "SELECT id, case_id, procedure, title, started_at, due_at, ended_at FROM suspensions WHERE case_id = ANY(:ids)"
        " ORDER BY started_at"
    ),
    "timers": text(
        "SELECT case_id, token, process_id, node_id, opened_at, due_at FROM timers WHERE case_id = ANY(:ids) AND fired_at IS NULL"
        " AND cancelled_at IS NULL"
    ),
    "commitments": text(
        "SELECT id, case_id, document_id, made_at, due_at, kind FROM commitments WHERE case_id = ANY(:ids) AND status = 'open'"
    ),
    "orders": text(
        "SELECT id, case_id, issued_at, reply_working_days, reply_due_at AS due_at FROM supervision_orders"
        " WHERE case_id = ANY(:ids) AND status = 'issued'"
    ),
}
_CASES = text(
    "UPDATE cases c SET promised_due_at = COALESCE(n.promised_due_at, c.promised_due_at),"
    " statutory_due_at = COALESCE(n.statutory_due_at, c.statutory_due_at),"
    " acceptance_due_at = COALESCE(n.acceptance_due_at, c.acceptance_due_at),"
    " correction_due_at = COALESCE(n.correction_due_at, c.correction_due_at),"
    " delivery_due_at = COALESCE(n.delivery_due_at, c.delivery_due_at),"
    " deferred_due_at = COALESCE(n.deferred_due_at, c.deferred_due_at),"
    " due_is_provisional = n.due_is_provisional, calendar_id = :calendar, card_check_at = :now,"
    " event_seq = n.event_seq, event_hash = decode(n.event_hash, 'hex'), revision = c.revision + 1"
    " FROM jsonb_to_recordset(:rows) AS n(id bigint, promised_due_at timestamptz, statutory_due_at timestamptz,"
    " acceptance_due_at timestamptz, correction_due_at timestamptz, delivery_due_at timestamptz,"
    " deferred_due_at timestamptz, due_is_provisional bool, event_seq int, event_hash text) WHERE c.id = n.id"
)
_EVENTS = text(
    "INSERT INTO case_events (case_id, seq, kind, at, place, payload, prev_hash, hash, case_opened_on)"
    " SELECT e.case_id, e.seq, 'case_redated', :now, e.place, e.payload, decode(e.prev_hash, 'hex'), decode(e.hash, 'hex'),"
    " e.opened_on FROM jsonb_to_recordset(:rows) AS e(case_id bigint, seq int, place text, payload jsonb, prev_hash text,"
    " hash text, opened_on date) ORDER BY e.case_id"
)
# What else carries a due date: table -> how its rows are found.
_MOVED = {
    "steps": "UPDATE steps t SET due_at = n.due_at FROM {rows} WHERE t.case_id = n.case_id AND t.token = n.token",
    "items": "UPDATE work_items t SET due_at = n.due_at FROM {rows} WHERE t.case_id = n.case_id AND t.token = n.token"
    " AND t.status IN ('open', 'claimed', 'waiting', 'incident')",
    "timers": "UPDATE timers t SET due_at = n.due_at FROM {rows} WHERE t.case_id = n.case_id AND t.token = n.token",
    "suspensions": "UPDATE suspensions t SET due_at = n.due_at FROM {rows} WHERE t.id = n.id",
    "commitments": "UPDATE commitments t SET due_at = n.due_at FROM {rows} WHERE t.id = n.id",
    "orders": "UPDATE supervision_orders t SET reply_due_at = n.due_at FROM {rows} WHERE t.id = n.id",
}
_ROWS = "jsonb_to_recordset(:rows) AS n(case_id bigint, token text, id bigint, due_at timestamptz)"
_SORT = text(
    "UPDATE work_items w SET sort_at = COALESCE(LEAST(w.due_at, COALESCE(c.promised_due_at, c.acceptance_due_at)), w.sort_at) FROM cases c"
    " WHERE c.id = w.case_id AND w.case_id = ANY(:ids) AND w.status IN ('open', 'claimed', 'waiting', 'incident')"
)
_TOLD = text(
    "INSERT INTO outbox (case_id, receiver, kind, payload, created_at, due_at)"
    " SELECT t.case_id, 'applicant', 'case_redated', t.payload, :now, :now FROM jsonb_to_recordset(:rows)"
    " AS t(case_id bigint, payload jsonb)"
)
_LIST = text(
    "INSERT INTO redated_dates (redating_id, case_id, what, old_at, new_at)"
    " SELECT :redating, m.case_id, m.what, m.old_at, m.new_at FROM jsonb_to_recordset(:rows)"
    " AS m(case_id bigint, what text, old_at timestamptz, new_at timestamptz)"
)


class RedatingRecords:
    """Rows of `redatings` and `redated_dates`, and whatever of a case carries a due date."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def begin(self, calendar_id: int, reason: str, by: int | None, at: datetime) -> int:
        values = {"calendar_id": calendar_id, "reason": reason, "started_by": by, "started_at": at}
        result: int = self._connection.execute(
            insert(redatings).values(**values).returning(redatings.c.id)
        ).scalar_one()
        return result

    def lock(self, redating_id: int) -> Row[Any] | None:
        """The run, locked: two workers take turns."""
        statement = select(redatings).where(redatings.c.id == redating_id).with_for_update()
        return self._connection.execute(statement).one_or_none()

    def advance(self, redating_id: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(redatings).where(redatings.c.id == redating_id).values(**values))

    def batch(
        self, after: int, most: int, *, lock: bool = True
    ) -> tuple[list[Row[Any]], dict[str, dict[int, list[Row[Any]]]]]:
        """Open cases with an id above `after`, locked unless only looked at, and by name what hangs on each of them."""
        cases = list(self._connection.execute(_BATCH[lock], {"after": after, "most": most}))
        ids = [case.id for case in cases]
        parts: dict[str, dict[int, list[Row[Any]]]] = {name: {} for name in _PARTS}
        for name, statement in _PARTS.items() if ids else ():
            for row in self._connection.execute(statement, {"ids": ids}):
                parts[name].setdefault(row.case_id, []).append(row)
        return cases, parts

    def write(
        self,
        redating_id: int,
        calendar_id: int,
        now: datetime,
        *,
        cases: Sequence[Mapping[str, Any]],
        events: Sequence[Mapping[str, Any]],
        moved: Mapping[str, Sequence[Mapping[str, Any]]],
        told: Sequence[Mapping[str, Any]],
        listed: Sequence[Mapping[str, Any]],
    ) -> None:
        """cases, events  one each per case moved
        moved   name of a part -> its rows with the new `due_at`
        told    case_id and payload of each message to an applicant; listed  the dates, old and new
        """
        if not cases:
            return
        run = self._connection.execute
        run(_EVENTS, {"rows": Jsonb(list(events)), "now": now})
        run(_CASES, {"rows": Jsonb(list(cases)), "calendar": calendar_id, "now": now})
        for name, rows in moved.items():
            if rows:
                run(text(_MOVED[name].format(rows=_ROWS)), {"rows": Jsonb(list(rows))})
        run(_SORT, {"ids": [case["id"] for case in cases]})
        if told:
            run(_TOLD, {"rows": Jsonb(list(told)), "now": now})
        run(_LIST, {"redating": redating_id, "rows": Jsonb(list(listed))})
