"""What clocks show at an instant: days used and left, suspended, stopped, overdue, re-dated."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import LOCAL_ZONE
from engine.policy.clocks import (
    CaseClock,
    Interval,
    Limit,
    promised_and_statutory,
    read,
    redate,
    remaining_working_days,
    used_working_days,
)
from engine.policy.working_days import calendar_from_mapping
from engine.terms import ClockKind, DayUnit


@pytest.mark.parametrize(
    ("at", "used"),
    [
        ("2026-03-02 17:00", 0),  # the acceptance day is free, so a same-day decision uses none
        ("2026-03-03 00:00", 1),
        ("2026-03-05 23:59", 3),  # the day the special procedure starts is consumed
        ("2026-03-11 12:00", 3),
        ("2026-03-12 18:00", 3),  # the day it ends is not
        ("2026-03-13 08:00", 4),
        ("2026-03-15 08:00", 4),
    ],
)
def test_a_working_day_is_used_if_the_clock_ran_when_it_began(calendar, local, at, used):
    hearing = [Interval(local("2026-03-05 15:00"), local("2026-03-12 10:00"))]
    assert used_working_days(local("2026-03-02 09:00"), hearing, calendar, local(at)) == used


def test_an_open_suspension_uses_nothing_until_now(calendar, local):
    hearing = [Interval(local("2026-03-05 15:00"))]
    assert used_working_days(local("2026-03-02 09:00"), hearing, calendar, local("2026-03-20 10:00")) == 3


def _promised(local, **changes):
    given_values = {"kind": ClockKind.PROMISED, "started_at": local("2026-03-02 09:00"), "limit": Limit(10)}
    return CaseClock(**{**given_values, **changes})


@pytest.mark.parametrize(
    ("at", "remaining", "overdue"),
    [
        ("2026-03-02 09:00", 10, False),
        ("2026-03-06 09:00", 6, False),
        ("2026-03-08 09:00", 6, False),
        ("2026-03-16 23:59:59", 0, False),
        ("2026-03-17 00:00", -1, True),
        ("2026-03-20 10:00", -4, True),
    ],
)
def test_remaining_days_reach_zero_on_the_due_date_and_go_below_after(calendar, local, at, remaining, overdue):
    reading = read(_promised(local), calendar, local(at))
    assert reading.remaining_working_days == remaining
    assert reading.is_overdue is overdue
    assert remaining_working_days(_promised(local), calendar, local(at)) == remaining


def test_a_clock_read_before_its_start_shows_the_whole_limit(calendar, local):
    assert remaining_working_days(_promised(local), calendar, local("2026-02-24 09:00")) == 10


def test_a_suspended_clock_keeps_its_remaining_days(calendar, local):
    clock = _promised(local, suspensions=(Interval(local("2026-03-05 15:00")),))
    for at in ("2026-03-05 16:00", "2026-03-09 10:00", "2026-04-20 10:00"):
        reading = read(clock, calendar, local(at))
        assert (reading.used_working_days, reading.remaining_working_days, reading.is_suspended) == (3, 7, True)


def test_a_clock_suspended_on_its_last_day_does_not_become_overdue(calendar, local):
    clock = _promised(local, limit=Limit(4), suspensions=(Interval(local("2026-03-06 10:00")),))
    assert not read(clock, calendar, local("2026-03-25 10:00")).is_overdue


def test_a_clock_that_was_overdue_before_it_was_suspended_stays_overdue(calendar, local):
    clock = _promised(local, limit=Limit(1), suspensions=(Interval(local("2026-03-05 15:00")),))
    assert read(clock, calendar, local("2026-03-25 10:00")).is_overdue


def test_a_stopped_clock_keeps_its_last_reading(calendar, local):
    clock = _promised(local, stopped_at=local("2026-03-10 11:00"))
    reading = read(clock, calendar, local("2026-06-01 09:00"))
    assert reading.is_stopped
    assert reading.used_working_days == 6  # the decision day is consumed
    assert not reading.is_overdue
    assert not read(clock, calendar, local("2026-03-09 09:00")).is_stopped


def test_the_working_day_limit_of_a_natural_day_clock_counts_its_working_days(calendar, local):
    clock = _promised(local, limit=Limit(10, DayUnit.NATURAL_DAY))
    assert read(clock, calendar, local("2026-03-03 09:00")).limit_working_days == 8  # due Thu 12 March


def test_promised_and_statutory_clocks_are_kept_side_by_side(calendar, local):
    clocks = promised_and_statutory(local("2026-03-02 09:00"), Limit(10), Limit(20), extension=5)
    found = {clock.kind: clock.due(calendar, local("2026-03-02 09:00")).due_on for clock in clocks}
    assert found == {ClockKind.PROMISED: date(2026, 3, 23), ClockKind.STATUTORY: date(2026, 4, 7)}
    assert [c.kind for c in promised_and_statutory(local("2026-03-02 09:00"), Limit(0), None)] == [ClockKind.PROMISED]


def test_loading_the_official_calendar_moves_a_provisional_due_date_and_tells_why(calendar, calendar_mapping, local):
    mapping = copy.deepcopy(calendar_mapping)
    mapping["version"] = "2027.1"
    mapping["years"][2] |= {"status": "official", "document_no": "国办发明电〔2026〕1号"}
    mapping["years"][2]["days_off"][0]["through"] = date(2027, 1, 3)
    mapping["years"][2]["working_weekends"] = [date(2027, 1, 9)]
    official = calendar_from_mapping(mapping)
    now = local("2026-12-22 09:00")
    clock = _promised(local, started_at=local("2026-12-21 09:00"), limit=Limit(14))
    old = clock.due(calendar, now)
    change = redate(clock, old.due_on, old.calendar_version, official, now)
    assert old.is_provisional
    assert change is not None
    assert not change.new.is_provisional
    assert (change.old_due_on, change.new.due_on) == (date(2027, 1, 11), date(2027, 1, 9))
    assert change.reason == "工作日历由2026.2更新为2027.1，届满日由2027-01-11改为2027-01-09。"


def test_a_due_date_that_stands_is_not_redated(calendar, local):
    clock = _promised(local)
    assert redate(clock, date(2026, 3, 16), "2026.0", calendar, local("2026-03-03 09:00")) is None


def test_naive_times_are_refused(calendar, local):
    with pytest.raises(ValueError, match="aware"):
        CaseClock(ClockKind.STEP, datetime(2026, 3, 2), Limit(1))
    with pytest.raises(ValueError, match="aware"):
        read(_promised(local), calendar, datetime(2026, 3, 2))


@given(days=st.integers(1, 40), pause_at=st.integers(0, 900), length=st.integers(0, 400), seen=st.integers(0, 1500))
def test_used_and_remaining_days_make_up_the_limit_until_the_due_date(calendar, days, pause_at, length, seen):
    started_at = datetime(2025, 3, 3, 9, 30, tzinfo=LOCAL_ZONE)
    start = started_at + timedelta(hours=pause_at)
    pause = Interval(start, start + timedelta(hours=length))
    clock = CaseClock(ClockKind.PROMISED, started_at, Limit(days), (pause,))
    reading = read(clock, calendar, started_at + timedelta(hours=seen))
    if not reading.is_overdue:
        assert reading.used_working_days + reading.remaining_working_days == reading.limit_working_days
        assert reading.limit_working_days in (days, days + 1)  # one more if it resumed on a weekend after the last day
