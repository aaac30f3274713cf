"""Which clocks of a case run now, when they are due, and which card they call for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.definitions.model import LimitRule, Limits
from engine.policy.cards import COUNTER_THRESHOLDS, CardThresholds, card_for, next_change_at, worst_card
from engine.policy.clocks import ACCEPTANCE_LIMIT, DELIVERY_LIMIT, CaseClock, DueDate, read
from engine.policy.limits import Interval, Limit
from engine.policy.working_days import WorkingCalendar
from engine.terms import Card, CaseStatus, ClockKind


@dataclass(frozen=True)
class CaseTimes:
    """The instants and suspensions that drive a case's clocks."""

    status: CaseStatus
    received_at: datetime
    correction_asked_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    suspensions: tuple[Interval, ...] = ()
    extension: int = 0
    deliver_from: datetime | None = None


def limit_of(rule: LimitRule) -> Limit:
    return Limit(rule.amount, rule.unit)


def clocks_of(limits: Limits, times: CaseTimes) -> dict[ClockKind, CaseClock]:
    """The clocks that matter in this status: acceptance, correction, or promised and statutory."""
    if times.accepted_at is not None:
        main = {
            kind: CaseClock(
                kind, times.accepted_at, limit_of(rule), times.suspensions, times.extension, stopped_at=times.decided_at
            )
            for kind, rule in ((ClockKind.PROMISED, limits.promised), (ClockKind.STATUTORY, limits.statutory))
        }
        if times.deliver_from is not None:
            main[ClockKind.DELIVERY] = CaseClock(ClockKind.DELIVERY, times.deliver_from, DELIVERY_LIMIT)
        return main
    if times.status is CaseStatus.CORRECTION and times.correction_asked_at:
        return {
            ClockKind.CORRECTION: CaseClock(
                ClockKind.CORRECTION, times.correction_asked_at, limit_of(limits.correction)
            )
        }
    if times.status is CaseStatus.RECEIVED:
        return {ClockKind.ACCEPTANCE: CaseClock(ClockKind.ACCEPTANCE, times.received_at, ACCEPTANCE_LIMIT)}
    return {}


def due_dates(clocks: dict[ClockKind, CaseClock], calendar: WorkingCalendar, now: datetime) -> dict[ClockKind, DueDate]:
    """The due date of every clock, explained line by line."""
    return {kind: clock.due(calendar, now) for kind, clock in clocks.items()}


def card_now(
    clocks: Iterable[CaseClock],
    calendar: WorkingCalendar,
    now: datetime,
    thresholds: CardThresholds = COUNTER_THRESHOLDS,
) -> Card:
    """The gravest card the clocks call for at this instant."""
    return worst_card(card_for(read(clock, calendar, now), thresholds) for clock in clocks)


def next_card_check(
    clocks: Sequence[CaseClock],
    calendar: WorkingCalendar,
    now: datetime,
    thresholds: CardThresholds = COUNTER_THRESHOLDS,
) -> datetime | None:
    """When to look again: the first instant at which some clock's card would differ."""
    instants = [at for clock in clocks if (at := next_change_at(clock, calendar, now, thresholds)) is not None]
    return min(instants, default=None)
