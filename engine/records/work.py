"""Steps, work items and timers of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from engine.records.prepared import Link, prepared
from engine.records.tables import case_states, cases, steps, timers, work_items

MOST_MACHINE_ATTEMPTS = 12  # after so many a machine work item waits for a person
_ITEM_COLUMNS = (
    work_items.c.id.label("work_item_id"),
    work_items.c.token,
    work_items.c.kind.label("work_kind"),
    work_items.c.part,
    work_items.c.decision.label("work_decision"),
    work_items.c.status.label("work_status"),
    work_items.c.version.label("work_version"),
    work_items.c.post_id,
    work_items.c.officer_id,
    work_items.c.service,
    work_items.c.attempts,
    work_items.c.lease_until,
    work_items.c.due_at.label("work_due_at"),
    work_items.c.sort_at.label("work_sort_at"),
    steps.c.node_id,
    steps.c.process_id,
    steps.c.path,
    steps.c.instance,
    steps.c.name.label("step_name"),
    steps.c.stage,
    steps.c.lane,
    steps.c.procedure,
    steps.c.sign_rule,
    steps.c.signers,
    steps.c.before_return,
    steps.c.region_code.label("step_region"),
    steps.c.department.label("step_department"),
    steps.c.opened_at.label("step_opened_at"),
)
# Whatever a command decides by is locked with the case: READ COMMITTED reads anew only the rows it locks, and a loser
# of the race for a work item must see what the winner made of it.
_LOCK_ITEM = prepared(
    select(cases, case_states.c.state, case_states.c.facts, *_ITEM_COLUMNS)
    .join(case_states, case_states.c.case_id == cases.c.id)
    .join(work_items, work_items.c.case_id == cases.c.id)
    .join(steps, (steps.c.case_id == work_items.c.case_id) & (steps.c.token == work_items.c.token))
    .where(work_items.c.id == bindparam("work_item_id"))
    .with_for_update(of=(cases, case_states, work_items, steps))
)
_CLOSED_STEPS = (
    "UPDATE steps SET status = CASE WHEN token = :done THEN 'done' ELSE 'cancelled' END,"
    " decision = CASE WHEN token = :done THEN :decision ELSE decision END, closed_at = :at"
    " WHERE case_id = :case_id AND token = ANY(:tokens) AND status = 'open'"
)
_CLOSED_ITEMS = (
    "UPDATE work_items SET status = CASE WHEN id = :done_item THEN 'done' ELSE 'cancelled' END,"
    " officer_id = CASE WHEN id = :done_item THEN :officer ELSE officer_id END,"
    " version = version + 1, closed_at = :at, lease_until = NULL"
    " WHERE case_id = :case_id AND token = ANY(:tokens) AND status IN ('open', 'claimed', 'waiting', 'incident')"
)
_NEW_STEP = (
    *("case_id", "token", "node_id", "process_id", "path", "instance", "name", "stage", "lane", "department"),
    *("region_code", "procedure", "opened_at", "due_at", "before_return"),
)
_NEW_ITEM = ("case_id", "token", "kind", "status", "post_id", "officer_id", "opened_at", "due_at", "sort_at", "service")
# What a step and its work item have in common (case, token, dates) is given once; a step always begins open.
_OPENED_STEP = f"INSERT INTO steps ({', '.join(_NEW_STEP)}, status) VALUES (:{', :'.join(_NEW_STEP)}, 'open')"
_OPENED_ITEM = f"INSERT INTO work_items ({', '.join(_NEW_ITEM)}) VALUES (:{', :'.join(_NEW_ITEM)}) RETURNING id"
_CLOSE = prepared(text(f"WITH closed AS ({_CLOSED_STEPS}) {_CLOSED_ITEMS}"))
_OPEN = prepared(text(f"WITH opened AS ({_OPENED_STEP}) {_OPENED_ITEM}"))
_FOLLOW = prepared(
    text(f"WITH closed AS ({_CLOSED_STEPS}), freed AS ({_CLOSED_ITEMS}), opened AS ({_OPENED_STEP}) {_OPENED_ITEM}")
)
_CANCEL_TIMERS = text(
    "UPDATE timers SET cancelled_at = :at"
    " WHERE case_id = :case_id AND token = ANY(:tokens) AND fired_at IS NULL AND cancelled_at IS NULL"
)
_DUE_TIMERS = text(
    "SELECT case_id, token FROM timers WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= :now"
    " ORDER BY due_at LIMIT :most"
)
_LEASE = text(
    "UPDATE work_items SET status = 'claimed', lease_until = :until, attempts = attempts + 1, version = version + 1"
    " WHERE id = (SELECT id FROM work_items WHERE kind = 'machine' AND status IN ('open', 'claimed', 'incident')"
    "   AND (lease_until IS NULL OR lease_until <= :now) AND attempts < :most_attempts"
    "   ORDER BY lease_until NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING id, case_id, service, attempts"
)

_POSTPONE = text(
    "UPDATE work_items SET lease_until = :until, last_error = :error, status = :status"
    " WHERE id = :id AND attempts = :attempts AND status = 'claimed'"
)
_MACHINE_ITEM = text(
    "SELECT w.attempts, w.status, w.service, w.lease_until, c.home_region, c.department FROM work_items w"
    " JOIN cases c ON c.id = w.case_id WHERE w.id = :id AND w.kind = 'machine' FOR UPDATE OF w"
)
_TRY_AGAIN = text(
    "UPDATE work_items SET status = 'open', attempts = 0, lease_until = NULL, version = version + 1 WHERE id = :id"
)
_SORT_AGAIN = text(
    "UPDATE work_items SET sort_at = LEAST(due_at, :promised)"
    " WHERE case_id = :case_id AND status IN ('open', 'claimed', 'waiting', 'incident')"
)
_HOLDING = text(
    "SELECT post_id FROM work_items WHERE case_id = :case_id AND post_id IS NOT NULL"
    " AND status IN ('open', 'claimed', 'waiting') AND kind = 'human' GROUP BY post_id ORDER BY min(id)"
)
_POST_NAMES = text(
    "SELECT b.name || p.name FROM posts p JOIN organisations b ON b.id = p.organisation_id WHERE p.id = ANY(:ids)"
    " ORDER BY array_position(CAST(:ids AS bigint[]), p.id)"
)
_HANDLED = prepared(
    text(
        "SELECT EXISTS (SELECT 1 FROM work_items w JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
        " WHERE w.case_id = :case_id AND w.officer_id = :officer_id AND w.status = 'done' AND s.stage <> 'decide')"
    )
)


class WorkRecords:
    """Rows of `steps`, `work_items` and `timers`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def lock_case_of(self, work_item_id: int) -> Row[Any] | None:
        """The case, its state, the step and the work item, with the case row locked."""
        return self._connection.execute(_LOCK_ITEM, {"work_item_id": work_item_id}).one_or_none()

    def move(
        self, closing: Mapping[str, Any] | None, opened: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> list[int]:
        """Close steps and what people and machines still held of them, open others; the ids of the new work items.

        closing  case_id, tokens, at, done (the token that was completed; the others are cancelled), decision,
                 done_item, officer
        opened   a step with its work item each. One round trip where one step follows another, as it nearly always is.
        """
        if closing and len(opened) == 1:
            ((step, item),) = opened
            return [self._connection.execute(_FOLLOW, {**closing, **step, **item}).scalar_one()]
        if closing:
            self._connection.execute(_CLOSE, closing)
        return [self._connection.execute(_OPEN, {**step, **item}).scalar_one() for step, item in opened]

    def change_item(self, work_item_id: int, values: Mapping[str, Any]) -> None:
        """Other values for a work item; whoever saw it before sees a stale version."""
        statement = update(work_items).where(work_items.c.id == work_item_id)
        self._connection.execute(statement.values(version=work_items.c.version + 1, **values))

    def add_item(self, values: Mapping[str, Any]) -> int:
        """Id of one more work item on an open step (加签、会签、委派)."""
        result: int = self._connection.execute(
            insert(work_items).values(**values).returning(work_items.c.id)
        ).scalar_one()
        return result

    def change_step(self, case_id: int, token: str, values: Mapping[str, Any]) -> None:
        statement = update(steps).where(steps.c.case_id == case_id, steps.c.token == token)
        self._connection.execute(statement.values(**values))

    def items_of_step(self, case_id: int, token: str) -> list[Row[Any]]:
        """Every work item of one step in the order they were added. Read it after the case was locked."""
        statement = select(work_items).where(work_items.c.case_id == case_id, work_items.c.token == token)
        return list(self._connection.execute(statement.order_by(work_items.c.id)))

    def steps_of(self, case_id: int) -> list[Row[Any]]:
        """Every open and past step of a case in the order they were opened."""
        statement = select(steps).where(steps.c.case_id == case_id).order_by(steps.c.opened_at, steps.c.token)
        return list(self._connection.execute(statement))

    def has_handled(self, case_id: int, officer_id: int) -> bool:
        """Whether the officer did a step of this case other than its decision."""
        handled: bool = self._connection.execute(_HANDLED, {"case_id": case_id, "officer_id": officer_id}).scalar_one()
        return handled

    def holding_posts(self, case_id: int) -> list[int]:
        """Posts on whose desks the case lies: those of the unfinished work items of people, the oldest first."""
        return list(self._connection.execute(_HOLDING, {"case_id": case_id}).scalars())

    def post_names(self, post_ids: Sequence[int]) -> list[str]:
        """The bodies and names of these posts."""
        return list(self._connection.execute(_POST_NAMES, {"ids": list(post_ids)}).scalars())

    def add_timers(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(timers), list(rows))

    def cancel_timers(self, case_id: int, tokens: list[str], at: datetime) -> None:
        self._connection.execute(_CANCEL_TIMERS, {"case_id": case_id, "tokens": tokens, "at": at})

    def timer(self, case_id: int, token: str) -> Row[Any] | None:
        statement = select(timers).where(timers.c.case_id == case_id, timers.c.token == token)
        return self._connection.execute(statement).one_or_none()

    def fire_timer(self, case_id: int, token: str, at: datetime) -> None:
        statement = update(timers).where(timers.c.case_id == case_id, timers.c.token == token).values(fired_at=at)
        self._connection.execute(statement)

    def due_timers(self, now: datetime, most: int) -> list[tuple[int, str]]:
        rows = self._connection.execute(_DUE_TIMERS, {"now": now, "most": most})
        return [(row.case_id, row.token) for row in rows]

    def lease_machine_item(self, now: datetime, until: datetime, most_attempts: int) -> Row[Any] | None:
        """One work item of the machine lane, leased so that no second worker takes it until `until`."""
        values = {"now": now, "until": until, "most_attempts": most_attempts}
        return self._connection.execute(_LEASE, values).one_or_none()

    def postpone(self, work_item_id: int, attempts: int, until: datetime, error: str, status: str) -> bool:
        """A machine attempt failed: try again after `until`; the error stays visible.

        False when the item was finished or leased again meanwhile: then this attempt no longer counts.
        """
        values = {"id": work_item_id, "attempts": attempts, "until": until, "error": error[:500], "status": status}
        return self._connection.execute(_POSTPONE, values).rowcount == 1

    def machine_item(self, work_item_id: int) -> Row[Any] | None:
        """Attempts, status and service of a machine's work item, locked, with the case's region and department."""
        return self._connection.execute(_MACHINE_ITEM, {"id": work_item_id}).one_or_none()

    def try_again(self, work_item_id: int) -> None:
        """A machine's work item as if it had never been tried; its last error stays visible."""
        self._connection.execute(_TRY_AGAIN, {"id": work_item_id})

    def sort_again(self, case_id: int, promised_due_at: datetime | None) -> None:
        """The open work items in the worklist's order once the promised due date has moved."""
        self._connection.execute(_SORT_AGAIN, {"case_id": case_id, "promised": promised_due_at})
