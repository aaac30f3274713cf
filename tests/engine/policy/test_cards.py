"""Yellow and red cards."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import LOCAL_ZONE
from engine.errors import DefinitionInvalid
from engine.policy.cards import (
    COUNTER_THRESHOLDS,
    SUPERVISION_THRESHOLDS,
    CardThresholds,
    card_for,
    next_change_at,
    worst_card,
)
from engine.policy.clocks import ACCEPTANCE_LIMIT, IMMEDIATE, CaseClock, Interval, Limit, promised_and_statutory, read
from engine.terms import Card, ClockKind, DayUnit


def _clock(local, limit, kind=ClockKind.PROMISED, **rest):
    return CaseClock(kind, local("2026-03-02 09:00"), limit, **rest)


def _card(clock, calendar, at, thresholds=COUNTER_THRESHOLDS):
    return card_for(read(clock, calendar, at), thresholds)


@pytest.mark.parametrize(
    ("limit", "at", "card"),
    [
        # a limit of five: near on the fourth day
        (5, "2026-03-05 23:59:59", Card.NONE),
        (5, "2026-03-06 00:00", Card.YELLOW),
        (5, "2026-03-09 23:59:59", Card.YELLOW),
        (5, "2026-03-10 00:00", Card.RED),
        # a limit of ten: near when two days are left
        (10, "2026-03-11 23:59:59", Card.NONE),
        (10, "2026-03-12 00:00", Card.YELLOW),
        # a limit of nine: the share does not apply yet
        (9, "2026-03-11 23:59:59", Card.NONE),
        (9, "2026-03-12 00:00", Card.YELLOW),
        # a limit of twenty: four days left
        (20, "2026-03-23 12:00", Card.NONE),
        (20, "2026-03-24 00:00", Card.YELLOW),
        # the shortest limits are not born yellow
        (1, "2026-03-02 10:00", Card.NONE),
        (1, "2026-03-03 00:00", Card.YELLOW),
        (0, "2026-03-02 23:00", Card.NONE),
        (0, "2026-03-03 00:00", Card.RED),
    ],
)
def test_clerks_see_yellow_when_the_promised_limit_is_near_and_red_when_it_is_past(calendar, local, limit, at, card):
    assert _card(_clock(local, Limit(limit)), calendar, local(at)) is card


def test_supervision_counts_yellow_past_the_promised_and_red_past_the_statutory_limit(calendar, local):
    clocks = promised_and_statutory(local("2026-03-02 09:00"), Limit(5), Limit(20))
    seen = {
        at: worst_card(_card(clock, calendar, local(at), SUPERVISION_THRESHOLDS) for clock in clocks)
        for at in ("2026-03-05 09:00", "2026-03-10 09:00", "2026-03-20 09:00", "2026-03-30 23:59", "2026-03-31 00:00")
    }
    assert list(seen.values()) == [Card.NONE, Card.YELLOW, Card.YELLOW, Card.YELLOW, Card.RED]


def test_yellow_card_is_not_raised_while_the_clock_is_suspended(calendar, local):
    clock = _clock(local, Limit(5), suspensions=(Interval(local("2026-03-06 10:00")),))
    assert _card(clock, calendar, local("2026-03-06 09:00")) is Card.YELLOW
    assert _card(clock, calendar, local("2026-03-25 09:00")) is Card.NONE


def test_a_clock_past_its_limit_stays_red_while_suspended_and_after_the_decision(calendar, local):
    suspended = _clock(local, Limit(1), suspensions=(Interval(local("2026-03-05 10:00")),))
    decided_late = _clock(local, Limit(1), stopped_at=local("2026-03-05 10:00"))
    assert _card(suspended, calendar, local("2026-03-25 09:00")) is Card.RED
    assert _card(decided_late, calendar, local("2026-03-25 09:00")) is Card.RED


def test_a_decision_on_the_last_day_takes_the_yellow_card_away_and_never_turns_red(calendar, local):
    clock = _clock(local, Limit(5), stopped_at=local("2026-03-09 16:00"))
    assert _card(clock, calendar, local("2026-03-09 15:00")) is Card.YELLOW
    assert _card(clock, calendar, local("2026-03-09 16:00")) is Card.NONE
    assert _card(clock, calendar, local("2026-04-09 16:00")) is Card.NONE


def test_the_acceptance_clock_is_near_on_day_four_and_yellow_when_past(calendar, local):
    clock = _clock(local, ACCEPTANCE_LIMIT, ClockKind.ACCEPTANCE)
    assert _card(clock, calendar, local("2026-03-05 12:00")) is Card.NONE
    assert _card(clock, calendar, local("2026-03-06 12:00")) is Card.YELLOW
    assert _card(clock, calendar, local("2026-03-20 12:00")) is Card.YELLOW


def test_an_overdue_step_is_yellow(calendar, local):
    assert _card(_clock(local, Limit(2), ClockKind.STEP), calendar, local("2026-03-20 12:00")) is Card.YELLOW


def test_the_applicants_own_correction_clock_raises_no_card(calendar, local):
    clock = _clock(local, Limit(2), ClockKind.CORRECTION)
    assert _card(clock, calendar, local("2026-03-20 12:00")) is Card.NONE
    assert next_change_at(clock, calendar, local("2026-03-02 12:00")) is None


def test_thresholds_are_configuration(calendar, local):
    early = CardThresholds(near_working_days=3, near_rate=Decimal("0.5"), near_rate_from=6)
    assert _card(_clock(local, Limit(5)), calendar, local("2026-03-04 09:00"), early) is Card.YELLOW
    assert early.near_bound(6) == 3
    assert early.near_bound(9) == 4
    with pytest.raises(DefinitionInvalid, match="百分数"):
        CardThresholds(near_rate=Decimal(20))


def test_the_worst_card_of_no_clocks_is_none():
    assert worst_card([]) is Card.NONE
    assert worst_card([Card.YELLOW, Card.RED, Card.NONE]) is Card.RED


def test_the_next_change_is_yellow_at_midnight_then_red_then_nothing(calendar, local):
    clock = _clock(local, Limit(5))
    assert next_change_at(clock, calendar, local("2026-03-02 09:00")) == local("2026-03-06 00:00")
    assert next_change_at(clock, calendar, local("2026-03-06 00:00")) == local("2026-03-10 00:00")
    assert next_change_at(clock, calendar, local("2026-03-10 00:00")) is None


def test_supervision_waits_for_no_change_between_near_and_past_when_both_are_yellow(calendar, local):
    clock = _clock(local, Limit(5))
    assert next_change_at(clock, calendar, local("2026-03-06 09:00"), SUPERVISION_THRESHOLDS) is None


def test_no_change_is_awaited_while_a_clock_stands_still(calendar, local):
    suspended = _clock(local, Limit(5), suspensions=(Interval(local("2026-03-04 10:00")),))
    stopped = _clock(local, Limit(5), stopped_at=local("2026-03-04 10:00"))
    assert next_change_at(suspended, calendar, local("2026-03-04 12:00")) is None
    assert next_change_at(stopped, calendar, local("2026-03-04 12:00")) is None


def test_an_immediate_case_changes_only_at_the_end_of_its_day(calendar, local):
    clock = _clock(local, IMMEDIATE)
    assert next_change_at(clock, calendar, local("2026-03-02 09:30")) == local("2026-03-03 00:00")


LIMITS = st.one_of(
    st.integers(0, 30).map(Limit),
    st.integers(0, 40).map(lambda n: Limit(n, DayUnit.NATURAL_DAY)),
    st.integers(0, 2).map(lambda n: Limit(n, DayUnit.MONTH)),
    st.integers(0, 200).map(lambda n: Limit(n, DayUnit.HOUR)),
)


@given(
    started_at=st.datetimes(datetime(2025, 1, 1), datetime(2026, 9, 1)).map(lambda d: d.replace(tzinfo=LOCAL_ZONE)),
    limit=LIMITS,
    pause_hours=st.tuples(st.integers(-50, 300), st.integers(0, 200)),
    seen=st.integers(0, 2000),
    percent=st.integers(0, 99),
    thresholds=st.sampled_from([COUNTER_THRESHOLDS, SUPERVISION_THRESHOLDS]),
)
def test_the_card_changes_at_the_foretold_instant_and_not_before(
    calendar, started_at, limit, pause_hours, seen, percent, thresholds
):
    start = started_at + timedelta(hours=pause_hours[0])
    pause = Interval(start, start + timedelta(hours=pause_hours[1]))
    now = max(started_at + timedelta(hours=seen), pause.end)
    clock = CaseClock(ClockKind.PROMISED, started_at, limit, (pause,))
    card, change_at = _card(clock, calendar, now, thresholds), next_change_at(clock, calendar, now, thresholds)
    if change_at is None:
        assert _card(clock, calendar, now + timedelta(days=60), thresholds) is card
    else:
        assert _card(clock, calendar, now + (change_at - now) * percent // 100, thresholds) is card
        assert _card(clock, calendar, change_at, thresholds) is not card
