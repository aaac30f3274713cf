"""Cards (黄牌、红牌): when a clock's reading becomes a signal, as declared thresholds; rules T01–T06.

Cities differ in their numbers, so they are configuration. What becomes of a raised card belongs to the commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from engine.clock import local_instant
from engine.errors import DefinitionInvalid
from engine.policy.clocks import CaseClock, ClockReading, read, running_days
from engine.policy.working_days import WorkingCalendar
from engine.terms import Card, ClockKind

_SEVERITY = {Card.NONE: 0, Card.YELLOW: 1, Card.RED: 2}

_COUNTER_PAST = MappingProxyType(
    {
        ClockKind.PROMISED: Card.RED,
        ClockKind.STATUTORY: Card.RED,
        ClockKind.ACCEPTANCE: Card.YELLOW,
        ClockKind.STEP: Card.YELLOW,
        ClockKind.PROCEDURE: Card.YELLOW,
        ClockKind.DELIVERY: Card.YELLOW,
        ClockKind.DEFERRED: Card.YELLOW,
    }
)
# The applicant's own date: nobody at the counter is warned before it.
_NEVER_NEAR = frozenset({ClockKind.DEFERRED})


@dataclass(frozen=True)
class CardThresholds:
    """From when which card (亮牌规则); the defaults are what clerks see: yellow when near, red when past.

    near_working_days  near when at most so many working days remain (T01, T02) …
    near_rate          … or at most this share of the limit, 0…1, …
    near_rate_from     … for limits of at least so many working days (T01)
    near               the card of a clock that is near
    past               the card of each kind of clock once it is past (T03–T06); a kind not listed raises no card
                       at all, as the applicant's own correction clock must not
    """

    near_working_days: int = 1
    near_rate: Decimal = Decimal("0.2")
    near_rate_from: int = 10
    near: Card = Card.YELLOW
    past: Mapping[ClockKind, Card] = field(default_factory=lambda: _COUNTER_PAST)

    def __post_init__(self) -> None:
        if not 0 <= self.near_rate <= 1:
            raise DefinitionInvalid("临近到期的比例须在0至1之间（例如0.2），不要写百分数。", key="near_rate")

    def near_bound(self, limit_working_days: int) -> int:
        """Remaining working days from which a clock is near; never the whole limit, or it would be born yellow."""
        by_rate = int(self.near_rate * limit_working_days) if limit_working_days >= self.near_rate_from else 0
        return min(max(self.near_working_days, by_rate), limit_working_days - 1)


COUNTER_THRESHOLDS = CardThresholds()
"""What clerks see: the promised limit turns red when it is past."""

SUPERVISION_THRESHOLDS = CardThresholds(past=MappingProxyType({**_COUNTER_PAST, ClockKind.PROMISED: Card.YELLOW}))
"""What e-supervision counts: past the promised limit is yellow (T05), past the statutory limit is red (T06)."""


def card_for(reading: ClockReading, thresholds: CardThresholds = COUNTER_THRESHOLDS) -> Card:
    """The card (黄牌、红牌) that a clock's reading calls for.

    Only a running clock can be near: none is raised while it is suspended or after it has been stopped in time.
    A clock that was past stays past.
    """
    if reading.kind not in thresholds.past:
        return Card.NONE
    if reading.is_overdue:
        return thresholds.past[reading.kind]
    if reading.is_suspended or reading.is_stopped or reading.kind in _NEVER_NEAR:
        return Card.NONE
    is_near = max(reading.remaining_working_days, 0) <= thresholds.near_bound(reading.limit_working_days)
    return thresholds.near if is_near else Card.NONE


def worst_card(cards: Iterable[Card]) -> Card:
    """The gravest of the cards of one case's clocks."""
    return max(cards, key=_SEVERITY.__getitem__, default=Card.NONE)


def next_change_at(
    clock: CaseClock, calendar: WorkingCalendar, now: datetime, thresholds: CardThresholds = COUNTER_THRESHOLDS
) -> datetime | None:
    """First instant after `now` at which the clock's card differs if nothing happens meanwhile.

    None while it stands still, and when no further change can come. A sweep keeps it as a row's `due_at`.
    """
    reading = read(clock, calendar, now)
    if clock.stopped_at is not None or reading.is_suspended or clock.kind not in thresholds.past:
        return None
    card, lapses_at = card_for(reading, thresholds), reading.due.lapses_at
    near_at = _near_at(clock, calendar, reading, thresholds)
    changes = [(near_at, thresholds.near)] if near_at else []
    changes.append((lapses_at, thresholds.past[clock.kind]))
    return next((at for at, becomes in changes if at > now and becomes is not card), None)


def _near_at(
    clock: CaseClock, calendar: WorkingCalendar, reading: ClockReading, thresholds: CardThresholds
) -> datetime | None:
    """Local midnight at which the remaining working days come down to the near bound; None if they never do."""
    limit = reading.limit_working_days
    bound = thresholds.near_bound(limit)
    if bound < 0 or clock.kind in _NEVER_NEAR:
        return None
    return local_instant(running_days(clock, calendar, reading.read_at).nth(limit - bound))
