"""Office hours: limits in hours that run only while offices are open, and days that end at the close of business."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import LOCAL_ZONE
from engine.policy.clocks import IMMEDIATE, CaseClock, Interval, Limit, due, read
from engine.policy.working_days import calendar_from_mapping
from engine.terms import ClockKind, DayUnit, LedgerKind

HOUR = DayUnit.HOUR
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(scope="session")
def business(calendar_mapping):
    return calendar_from_mapping({**calendar_mapping, "hours_count": "business"})


@pytest.fixture(scope="session")
def until_five(calendar_mapping):
    return calendar_from_mapping({**calendar_mapping, "day_ends": "17:00"})


@pytest.mark.parametrize(
    ("started", "hours", "ends"),
    [
        ("2026-03-02 09:00", 3, "2026-03-02 12:00"),
        ("2026-03-02 10:00", 4, "2026-03-02 15:30"),  # the noon break does not count
        ("2026-03-02 07:00", 1, "2026-03-02 10:00"),  # nor the time before opening
        ("2026-03-02 16:00", 2, "2026-03-03 10:00"),
        ("2026-03-06 16:00", 2, "2026-03-09 10:00"),  # a weekend
        ("2026-03-06 20:00", 1, "2026-03-09 10:00"),
        ("2026-02-13 16:30", 7, "2026-02-14 17:00"),  # a Saturday at work, to its close
        ("2026-02-14 16:30", 1, "2026-02-24 09:30"),  # the Spring Festival
        ("2026-03-07 10:00", 0, "2026-03-09 09:00"),
    ],
)
def test_business_hours_skip_breaks_nights_and_rest_days(business, local, started, hours, ends):
    assert due(local(started), Limit(hours, HOUR), [], business).due_at == local(ends)


def test_business_hours_stop_and_go_on_at_the_exact_instants_of_a_suspension(business, local):
    started = local("2026-03-02 09:00")
    within = Interval(local("2026-03-02 10:15"), local("2026-03-02 10:45"))
    at_night = Interval(local("2026-03-02 18:00"), local("2026-03-03 08:00"))
    over_the_end = Interval(local("2026-03-02 12:00"), local("2026-03-03 20:00"))
    assert due(started, Limit(2, HOUR), [within], business).due_at == local("2026-03-02 11:30")
    assert due(started, Limit(8, HOUR), [at_night], business).due_at == local("2026-03-03 10:30")
    assert due(started, Limit(3, HOUR), [over_the_end], business).due_at == local("2026-03-04 09:00")


def test_business_hours_in_a_year_not_yet_told_are_provisional_and_wall_hours_are_not(business, calendar, local):
    started = local("2027-03-01 09:00")
    assert due(started, Limit(2, HOUR), [], business).is_provisional
    assert not due(started, Limit(2, HOUR), [], calendar).is_provisional


def test_the_ledger_tells_business_hours_day_by_day(business, local):
    pause = Interval(local("2026-02-14 09:30"), local("2026-02-14 10:00"), "检验")
    found = due(local("2026-02-13 15:45"), Limit(8, HOUR), [pause], business)
    assert [line.text for line in found.ledger] == [
        "2026年2月13日15:45受理，自此时起按办公时间（09:00至12:00、13:30至17:00）计算",
        "2026年2月14日09:30至2026年2月14日10:00检验，停表，不计",
        "2026年2月13日（星期五）15:45至17:00，计1小时15分，累计1小时15分",
        "2026年2月14日（星期六）调休上班09:00至09:30、10:00至12:00、13:30至17:00，计6小时，累计7小时15分",
        "2026年2月15日至2月23日春节放假，不计",
        "2026年2月24日（星期二）09:00至09:45，计45分，累计8小时",
        "2026年2月24日09:45届满（8小时）",
    ]
    assert [line.consumed for line in found.ledger] == [0, 0, 1, 6, 0, 1, 0]
    assert [line.total for line in found.ledger[2:]] == [1, 7, 7, 8, 8]
    assert found.ledger[3].kind is LedgerKind.MAKE_UP
    assert "国办发明电〔2025〕7号" in found.ledger[4].basis


@pytest.mark.parametrize(
    ("at", "used", "left"),
    [
        ("2026-03-06 15:00", 0, 4),
        ("2026-03-06 17:00", 1, 3),
        ("2026-03-08 12:00", 1, 3),
        ("2026-03-09 11:00", 3, 1),
        ("2026-03-09 15:00", 5.5, -1.5),
    ],
)
def test_time_used_and_left_are_counted_as_the_limit_is(business, local, at, used, left):
    clock = CaseClock(ClockKind.STEP, local("2026-03-06 16:00"), Limit(4, HOUR))
    reading = read(clock, business, local(at))
    assert (reading.used_time, reading.remaining_time) == (timedelta(hours=used), timedelta(hours=left))
    assert reading.is_overdue is (left < 0)


def test_wall_hours_are_read_by_the_wall_clock_and_days_have_no_time(calendar, local):
    clock = CaseClock(ClockKind.STEP, local("2026-03-06 16:00"), Limit(24, HOUR), extension=2)
    reading = read(clock, calendar, local("2026-03-07 10:00"))
    assert (reading.used_time, reading.remaining_time) == (timedelta(hours=18), timedelta(hours=8))
    in_days = read(CaseClock(ClockKind.STEP, local("2026-03-06 16:00"), Limit(4)), calendar, local("2026-03-09 09:00"))
    assert (in_days.used_time, in_days.remaining_time) == (None, None)


def test_an_open_suspension_holds_the_time_left(business, local):
    pause = Interval(local("2026-03-09 10:00"))
    clock = CaseClock(ClockKind.STEP, local("2026-03-06 16:00"), Limit(4, HOUR), (pause,))
    for at in ("2026-03-09 10:00", "2026-03-09 16:00", "2026-03-20 20:00"):
        reading = read(clock, business, local(at))
        assert (reading.used_time, reading.is_suspended, reading.is_overdue) == (timedelta(hours=2), True, False)


@given(
    start=st.datetimes(datetime(2026, 1, 26), datetime(2026, 3, 1)),
    hours=st.integers(1, 40),
    pauses=st.lists(st.tuples(st.integers(-50, 400), st.integers(0, 200)), max_size=3),
)
def test_business_hours_agree_with_a_walk_of_half_hours(business, start, hours, pauses):
    started_at = start.replace(minute=start.minute // 30 * 30, second=0, microsecond=0, tzinfo=LOCAL_ZONE)
    suspensions = [
        Interval(started_at + n * HALF_HOUR, started_at + (n + length) * HALF_HOUR) for n, length in pauses if length
    ]

    def runs(at):
        is_open = 18 <= at.hour * 2 + at.minute // 30 < 24 or 27 <= at.hour * 2 + at.minute // 30 < 34
        return is_open and business.is_working_day(at.date()) and not any(one.covers(at) for one in suspensions)

    at, left = started_at, hours * 2
    while left:
        left -= runs(at)
        at += HALF_HOUR
    if any(one.covers(at) for one in suspensions):  # it cannot run out while it stands
        while not runs(at):
            at += HALF_HOUR
    assert due(started_at, Limit(hours, HOUR), suspensions, business).due_at == at


def test_a_day_may_end_at_the_close_of_business(until_five, local):
    found = due(local("2026-03-02 09:30"), Limit(5), [], until_five)
    assert found.due_at == local("2026-03-09 17:00")
    assert found.ledger[-1].text == "2026年3月9日（星期一）17:00届满（5个工作日）"
    clock = CaseClock(ClockKind.PROMISED, local("2026-03-02 09:30"), Limit(5))
    assert not read(clock, until_five, local("2026-03-09 17:00")).is_overdue
    assert read(clock, until_five, local("2026-03-09 17:00:01")).is_overdue


def test_what_is_accepted_at_once_after_the_close_is_due_on_the_next_working_day(until_five, calendar, local):
    assert due(local("2026-03-06 16:59"), IMMEDIATE, [], until_five).due_at == local("2026-03-06 17:00")
    late = due(local("2026-03-06 18:00"), IMMEDIATE, [], until_five)
    assert late.due_on == date(2026, 3, 9)
    assert [line.kind for line in late.ledger] == [LedgerKind.START, LedgerKind.POSTPONED, LedgerKind.DUE]
    assert due(local("2026-03-06 18:00"), IMMEDIATE, [], calendar).due_on == date(2026, 3, 6)


def test_a_clock_that_goes_on_after_the_close_of_its_last_day_has_the_next_one(until_five, local):
    pause = Interval(local("2026-03-09 10:00"), local("2026-03-10 18:00"))
    assert due(local("2026-03-02 09:30"), Limit(5), [pause], until_five).due_at == local("2026-03-11 17:00")
    clock = CaseClock(ClockKind.PROMISED, local("2026-03-02 09:30"), Limit(5), (Interval(local("2026-03-09 10:00")),))
    assert not read(clock, until_five, local("2026-03-10 18:00")).is_overdue
