"""The clocks of a case (计时), each with its reading and the ledger that explains its due date line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from engine.definitions.model import Limits
from engine.policy.cards import card_for
from engine.policy.case_clocks import CaseTimes, clocks_of
from engine.policy.clocks import CaseClock, LedgerLine, basis_of, read
from engine.policy.limits import Interval
from engine.policy.working_days import WorkingCalendar
from engine.terms import Card, CaseStatus, ClockKind


@dataclass(frozen=True)
class ClockView:
    """One clock as it stands (计时读数); working days left are negative once overdue."""

    kind: ClockKind
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


def clock_views(
    limits: Limits, case: Row[Any], suspensions: list[Row[Any]], calendar: WorkingCalendar, now: datetime
) -> tuple[ClockView, ...]:
    """The clocks that matter in the case's status, rebuilt from its instants and suspensions."""
    times = CaseTimes(
        status=CaseStatus(case.status),
        received_at=case.supplied_at or case.received_at,
        correction_asked_at=case.correction_asked_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        suspensions=tuple(Interval(row.started_at, row.ended_at, row.title) for row in suspensions),
    )
    return tuple(_view(clock, calendar, now) for clock in clocks_of(limits, times).values())


def _view(clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> ClockView:
    reading = read(clock, calendar, now)
    return ClockView(
        kind=clock.kind,
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
        basis=basis_of(clock.kind),
        calendar_version=reading.due.calendar_version,
        ledger=reading.due.ledger,
    )
