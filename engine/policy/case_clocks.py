"""Which clocks of a case run now, when they are due, and which card they call for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions.model import ItemDefinition, LimitRule, Limits
from engine.policy.cards import COUNTER_THRESHOLDS, CardThresholds, card_for, next_change_at, worst_card
from engine.policy.clocks import ACCEPTANCE_LIMIT, DELIVERY_LIMIT, CaseClock, DueDate, read
from engine.policy.limits import Interval, Limit
from engine.policy.working_days import WorkingCalendar
from engine.terms import Card, CaseStatus, ClockKind, CommitmentKind

CHECK_LIMIT = Limit(10)
"""核查期限: ten working days to verify what an applicant declared."""


@dataclass(frozen=True)
class CaseTimes:
    """The instants and suspensions that drive a case's clocks.

    received_at    when the application came, or the last correction of it
    deliver_from   the decision, where something has to be delivered; `delivered_at` what ended that clock
    deferred_from  the acceptance, while documents are still to follow (容缺)
    """

    status: CaseStatus
    received_at: datetime
    correction_asked_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    suspensions: tuple[Interval, ...] = ()
    extension: int = 0
    deliver_from: datetime | None = None
    delivered_at: datetime | None = None
    deferred_from: datetime | None = None
    closed_at: datetime | None = None


def times_of(column: Callable[[str], Any], suspensions: Iterable[Interval], definition: ItemDefinition) -> CaseTimes:
    """The times of a case whose columns `column(name)` reads: of a row, of a change under way, of a case told again."""
    status = CaseStatus(column("status"))
    awaits = definition.delivers and (status is CaseStatus.DECIDED or column("delivery_due_at") is not None)
    return CaseTimes(
        status=status,
        received_at=column("supplied_at") or column("received_at"),
        correction_asked_at=column("correction_asked_at"),
        accepted_at=column("accepted_at"),
        decided_at=column("decided_at"),
        suspensions=tuple(suspensions),
        extension=column("extension") or 0,
        deliver_from=column("decided_at") if awaits else None,
        delivered_at=column("delivered_at"),
        deferred_from=column("accepted_at") if column("deferred_due_at") else None,
        closed_at=column("closed_at"),
    )


def limit_of(rule: LimitRule) -> Limit:
    return Limit(rule.amount, rule.unit)


def commitment_limit(limits: Limits, kind: str) -> Limit:
    """Until when a promised document must follow (容缺), or a declaration be checked by the office (告知承诺)."""
    return CHECK_LIMIT if kind == CommitmentKind.DECLARED else limit_of(limits.deferred)


def clocks_of(limits: Limits, times: CaseTimes) -> dict[ClockKind, CaseClock]:
    """The clocks that matter in this status: acceptance, correction, or promised and statutory.

    Beside those two run the clock of delivery after the decision, and that of documents to follow.
    """
    if times.accepted_at is not None:
        main = {
            kind: CaseClock(
                kind, times.accepted_at, limit_of(rule), times.suspensions, times.extension, stopped_at=times.decided_at
            )
            for kind, rule in ((ClockKind.PROMISED, limits.promised), (ClockKind.STATUTORY, limits.statutory))
        }
        if times.deliver_from is not None:
            ended_at = times.delivered_at or times.closed_at
            main[ClockKind.DELIVERY] = CaseClock(
                ClockKind.DELIVERY, times.deliver_from, DELIVERY_LIMIT, stopped_at=ended_at
            )
        if times.deferred_from is not None:
            main[ClockKind.DEFERRED] = CaseClock(
                ClockKind.DEFERRED, times.deferred_from, limit_of(limits.deferred), stopped_at=times.closed_at
            )
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
