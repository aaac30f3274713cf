"""The clocks of a case (计时), each with its reading and the ledger that explains its due date line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from engine.definitions.model import ItemDefinition
from engine.definitions.steps import limit_of_step, node_of
from engine.policy.cards import card_for
from engine.policy.case_clocks import clocks_of, limit_of, times_of
from engine.policy.clocks import CaseClock, LedgerLine, basis_of, read
from engine.policy.limits import Interval, Limit
from engine.policy.working_days import WorkingCalendar
from engine.queries.reading import statement
from engine.terms import Card, ClockKind

_ORDERS = (
    "SELECT number, asked_at, reply_working_days, answered_at AS ended_at FROM supervision_orders"
    " WHERE case_id = :case_id AND status <> 'closed' ORDER BY id"
)
# What gives a limit that no law gives: the item's own rules, or the paper that sets the date.
_OWN_BASIS = {
    ClockKind.STEP: "事项办理规程",
    ClockKind.DEFERRED: "容缺受理承诺书",
    ClockKind.REPLY: "督办单",
}


@dataclass(frozen=True)
class ClockView:
    """One clock as it stands (计时读数); working days left are negative once overdue.

    name  of the step, the special procedure or the supervision order; empty for a clock of the whole case
    """

    kind: ClockKind
    name: str
    limit: str
    started_at: datetime
    due_on: date
    due_at: datetime
    limit_working_days: int
    used_working_days: int
    remaining_working_days: int
    is_suspended: bool
    is_stopped: bool
    is_overdue: bool
    is_provisional: bool
    card: Card
    basis: str
    calendar_version: str
    ledger: tuple[LedgerLine, ...]

    def to_dict(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "ledger"}
        return {**named, "label": self.kind.label, "ledger": [line.to_dict() for line in self.ledger]}


def supervision_orders(connection: Connection, case_id: int) -> Sequence[Row[Any]]:
    """The supervision orders (督办) of a case that are not settled; the caller has checked the scope."""
    return connection.execute(statement(_ORDERS), {"case_id": case_id}).all()


def clock_views(
    definition: ItemDefinition,
    case: Row[Any],
    suspensions: Sequence[Row[Any]],
    steps: Sequence[Row[Any]],
    orders: Sequence[Row[Any]],
    calendar: WorkingCalendar,
    now: datetime,
) -> tuple[ClockView, ...]:
    """Every clock of the case: those of its status first, then open steps, special procedures, supervision orders."""
    stood = (Interval(row.started_at, row.ended_at, row.title) for row in suspensions)
    whole = clocks_of(definition.limits, times_of(partial(getattr, case), stood, definition)).values()
    named = [
        *_step_clocks(definition, steps),
        *_procedure_clocks(definition, suspensions),
        *((row.number, _order_clock(row)) for row in orders),
    ]
    return tuple(_view(name, clock, calendar, now) for name, clock in [*(("", c) for c in whole), *named])


def _step_clocks(definition: ItemDefinition, steps: Sequence[Row[Any]]) -> Iterator[tuple[str, CaseClock]]:
    open_steps = {row.token: row for row in steps if row.status == "open"}  # one of many signers has a row for each
    for row in open_steps.values():
        rule = limit_of_step(definition, node_of(definition, row.process_id, row.node_id), row.instance)
        if rule is not None:
            yield row.name, CaseClock(ClockKind.STEP, row.opened_at, limit_of(rule))


def _procedure_clocks(definition: ItemDefinition, suspensions: Sequence[Row[Any]]) -> Iterator[tuple[str, CaseClock]]:
    for row in suspensions:
        if rule := definition.limits.procedure(row.procedure):
            limit = limit_of(rule.limit)
            yield row.title, CaseClock(ClockKind.PROCEDURE, row.started_at, limit, stopped_at=row.ended_at)


def _order_clock(row: Row[Any]) -> CaseClock:
    return CaseClock(ClockKind.REPLY, row.asked_at, Limit(row.reply_working_days), stopped_at=row.ended_at)


def _view(name: str, clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> ClockView:
    reading = read(clock, calendar, now)
    return ClockView(
        kind=clock.kind,
        name=name,
        limit=clock.limit.label,
        started_at=clock.started_at,
        due_on=reading.due.due_on,
        due_at=reading.due.due_at,
        limit_working_days=reading.limit_working_days,
        used_working_days=reading.used_working_days,
        remaining_working_days=reading.remaining_working_days,
        is_suspended=reading.is_suspended,
        is_stopped=reading.is_stopped,
        is_overdue=reading.is_overdue,
        is_provisional=reading.due.is_provisional,
        card=card_for(reading),
        basis=basis_of(clock.kind) or _OWN_BASIS[clock.kind],
        calendar_version=reading.due.calendar_version,
        ledger=reading.due.ledger,
    )
