"""The picture of a due date shows each day of its ledger once, in weeks, with its number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.clock_days import MOST_WEEKS, clock_weeks
from engine.policy.clocks import Interval, Limit, due
from engine.scenarios.runner import factory_calendar
from engine.terms import DayUnit, LedgerKind

STARTED = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)


def ledger(limit: Limit, stood: tuple[Interval, ...] = ()):  # type: ignore[no-untyped-def]
    return due(STARTED, limit, stood, factory_calendar()).ledger


def test_a_limit_over_the_spring_festival_shows_make_up_day_and_holidays() -> None:
    weeks = clock_weeks(ledger(Limit(5)), date(2026, 2, 25))
    days = {day.on: day for week in weeks for day in week}
    assert (days[date(2026, 2, 14)].kind, days[date(2026, 2, 14)].ordinal) == (LedgerKind.MAKE_UP, 1)
    assert days[date(2026, 2, 17)].kind is LedgerKind.HOLIDAY
    assert (days[date(2026, 2, 27)].ordinal, days[date(2026, 2, 27)].is_due) == (5, True)
    assert days[date(2026, 2, 25)].is_today
    assert [len(week) for week in weeks] == [7, 7, 7]


@given(st.integers(0, 60), st.integers(0, 20), st.integers(0, 20))
def test_the_numbers_run_from_one_to_the_limit_without_a_gap(amount: int, after: int, length: int) -> None:
    begun = STARTED + timedelta(days=after)
    stood = (Interval(begun, begun + timedelta(days=length)),)
    weeks = clock_weeks(ledger(Limit(amount), stood), date(2026, 2, 13))
    ordinals = [day.ordinal for week in weeks for day in week if day.ordinal]
    assert ordinals == list(range(1, amount + 1))
    assert sum(day.is_due for week in weeks for day in week) == 1


@pytest.mark.parametrize("limit", [Limit(48, DayUnit.HOUR), Limit(MOST_WEEKS * 7)])
def test_hours_and_very_long_limits_have_no_picture(limit: Limit) -> None:
    assert clock_weeks(ledger(limit), date(2026, 2, 13)) == ()
