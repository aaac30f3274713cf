"""Due dates: the golden cases of the time-limit rules, and the laws they all obey."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given

from engine.clock import LOCAL_ZONE
from engine.errors import CalendarMissing
from engine.policy.clocks import IMMEDIATE, Interval, Limit, due
from engine.terms import DayUnit
from tests.engine.policy.suspended_clocks import corresponding_day, suspended_clocks

NATURAL, MONTH, HOUR = DayUnit.NATURAL_DAY, DayUnit.MONTH, DayUnit.HOUR


@pytest.mark.parametrize(
    ("accepted", "limit", "suspension", "expected"),
    [
        ("2026-02-13", Limit(5), None, "2026-02-27"),
        ("2026-09-30", Limit(3), None, "2026-10-10"),
        ("2026-03-07", Limit(5), None, "2026-03-13"),
        ("2026-03-02", Limit(10), None, "2026-03-16"),
        ("2026-03-02", Limit(10), ("2026-03-05", "2026-03-12"), "2026-03-23"),
        ("2026-04-24", Limit(20), None, "2026-05-26"),
        ("2026-09-28", Limit(3, NATURAL), None, "2026-10-08"),
        ("2026-02-05", Limit(15, NATURAL), None, "2026-02-24"),
        # R9: at once, or on the next working day
        ("2026-03-02", IMMEDIATE, None, "2026-03-02"),
        ("2026-03-07", IMMEDIATE, None, "2026-03-09"),
        # R8, 202 and 203: the corresponding day, the last of a short month, and the end of a rest
        ("2026-03-03", Limit(1, MONTH), None, "2026-04-03"),
        ("2026-01-31", Limit(1, MONTH), None, "2026-02-28"),
        ("2026-08-31", Limit(1, MONTH), None, "2026-09-30"),
        ("2026-09-01", Limit(1, MONTH), None, "2026-10-08"),
        ("2025-11-28", Limit(14, MONTH), None, "2027-01-28"),
        # a leap February, and a year's end
        ("2027-12-31", Limit(2, MONTH), None, "2028-02-29"),
        ("2028-01-31", Limit(1, MONTH), None, "2028-02-29"),
        ("2028-02-29", Limit(12, MONTH), None, "2029-02-28"),
        ("2028-02-25", Limit(3), None, "2028-03-01"),
        ("2028-02-21", Limit(8, NATURAL), None, "2028-02-29"),
        ("2025-12-30", Limit(3), None, "2026-01-05"),  # 1 to 3 January off, Sunday 4 January at work
        ("2025-12-25", Limit(7, NATURAL), None, "2026-01-04"),
        ("2025-11-30", Limit(1, MONTH), None, "2025-12-30"),
        # a limit that starts on a day off, and one whose hearing begins on its last day
        ("2026-10-05", Limit(1), None, "2026-10-08"),
        ("2026-03-02", Limit(5), ("2026-03-09", "2026-03-11"), "2026-03-11"),
        # suspended natural days are not consumed
        ("2026-03-02", Limit(10, NATURAL), ("2026-03-05", "2026-03-12"), "2026-03-19"),
        ("2026-03-02", Limit(1, MONTH), ("2026-03-05", "2026-03-12"), "2026-04-09"),
    ],
)
def test_golden_due_dates(calendar, local, accepted, limit, suspension, expected):
    suspensions = [Interval(local(f"{suspension[0]} 15:00"), local(f"{suspension[1]} 10:00"))] if suspension else []
    found = due(local(f"{accepted} 09:30"), limit, suspensions, calendar)
    assert found.due_on == date.fromisoformat(expected)
    assert found.due_at == local(f"{expected} 23:59:59")
    assert found.due_at.tzinfo is UTC


def test_hours_run_by_the_wall_clock_through_rest_days(calendar, local):
    found = due(local("2026-03-06 17:30"), Limit(24, HOUR), [], calendar)
    assert found.due_at == local("2026-03-07 17:30")
    assert found.due_on == date(2026, 3, 7)


def test_hours_stand_still_while_suspended(calendar, local):
    pauses = [
        Interval(local("2026-03-02 11:00"), local("2026-03-02 12:00")),
        Interval(local("2026-03-02 11:30"), local("2026-03-02 13:00")),
        Interval(local("2026-03-05 08:00"), local("2026-03-06 08:00")),
    ]
    assert due(local("2026-03-02 10:00"), Limit(24, HOUR), pauses, calendar).due_at == local("2026-03-03 12:00")


def test_the_same_instant_in_another_zone_has_the_same_due_date(calendar):
    late_in_utc = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # 00:30 on Monday in Shanghai
    assert due(late_in_utc, Limit(1), [], calendar).due_on == date(2026, 3, 3)


def test_a_naive_time_is_refused(calendar):
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 3, 2, 9), Limit(1), [], calendar)
    with pytest.raises(ValueError, match="aware"):
        Interval(datetime(2026, 3, 2, 9))


def test_a_suspension_that_ends_before_it_starts_is_refused(local):
    with pytest.raises(ValueError, match="before it starts"):
        Interval(local("2026-03-05 09:00"), local("2026-03-04 09:00"))


def test_negative_limits_and_extensions_are_refused(calendar, local):
    with pytest.raises(ValueError, match="negative"):
        Limit(-1)
    with pytest.raises(ValueError, match="negative"):
        due(local("2026-03-02 09:00"), Limit(1), [], calendar, extension=-1)


def test_an_extension_lengthens_the_limit_and_says_so(calendar, local):
    found = due(local("2026-04-24 09:00"), Limit(20), [], calendar, extension=10)
    assert found == due(local("2026-04-24 09:00"), Limit(20), [], calendar, 10)
    assert found.due_on == calendar.add_working_days(date(2026, 4, 24), 30)
    assert "经批准延长10个工作日" in found.ledger[-1].text


def test_a_due_date_that_needs_a_provisional_year_is_provisional(calendar, local):
    assert due(local("2026-12-21 09:00"), Limit(20), [], calendar).is_provisional
    assert not due(local("2026-12-21 09:00"), Limit(5), [], calendar).is_provisional
    # at once on the last day of a provisional year: that day itself was a guess
    assert due(local("2027-12-31 09:00"), IMMEDIATE, [], calendar).is_provisional
    # natural days do not depend on the calendar of the days in between
    assert not due(local("2026-12-01 09:00"), Limit(30, NATURAL), [], calendar).is_provisional
    assert due(local("2026-12-01 09:00"), Limit(40, NATURAL), [], calendar).is_provisional


def test_a_due_date_beyond_the_known_years_is_refused(calendar, local):
    with pytest.raises(CalendarMissing, match="2036年"):
        due(local("2035-12-20 09:00"), Limit(20), [], calendar)


def test_a_long_limit_that_reaches_years_not_yet_told_is_provisional_and_not_refused(calendar, local):
    found = due(local("2027-12-20 09:00"), Limit(20), [], calendar)
    assert found.due_on == date(2028, 1, 17)  # 2028 counts only New Year's day and weekends out
    assert found.is_provisional
    assert due(local("2027-12-20 09:00"), Limit(5, DayUnit.MONTH), [], calendar).due_on == date(2028, 5, 22)


def test_an_open_suspension_gives_the_due_date_as_if_it_ended_now(calendar, local):
    accepted, started = local("2026-03-02 09:00"), local("2026-03-05 15:00")
    seen = due(accepted, Limit(10), [Interval(started)], calendar, now=local("2026-03-12 10:00"))
    assert seen.is_suspended
    assert seen.due_on == date(2026, 3, 23)
    assert "停表中" in seen.ledger[-1].text
    with pytest.raises(ValueError, match="now"):
        due(accepted, Limit(10), [Interval(started)], calendar)


def test_an_open_suspension_later_than_now_has_not_happened(calendar, local):
    planned = Interval(local("2026-03-10 09:00"))
    seen = due(local("2026-03-02 09:00"), Limit(10), [planned], calendar, now=local("2026-03-04 09:00"))
    assert not seen.is_suspended
    assert seen.due_on == date(2026, 3, 16)


def test_a_period_cannot_run_out_while_its_clock_stands_still(calendar, local):
    accepted = local("2026-03-02 09:00")
    on_last_day = Interval(local("2026-03-06 10:00"), local("2026-03-11 10:00"))
    assert due(accepted, Limit(4), [], calendar).due_on == date(2026, 3, 6)
    assert due(accepted, Limit(4), [on_last_day], calendar).due_on == date(2026, 3, 11)


def test_a_suspension_before_the_clock_started_takes_nothing_out(calendar, local):
    earlier = Interval(local("2026-02-25 10:00"), local("2026-02-27 10:00"))
    assert due(local("2026-03-02 09:00"), Limit(10), [earlier], calendar).due_on == date(2026, 3, 16)


def test_a_suspension_within_one_day_takes_nothing_out(calendar, local):
    short = Interval(local("2026-03-04 10:00"), local("2026-03-04 16:00"))
    assert due(local("2026-03-02 09:00"), Limit(10), [short], calendar).due_on == date(2026, 3, 16)


# An independent simulator: walk from midnight to midnight and ask R1 each time.


def _listed(mapping, name):
    for year in mapping["years"]:
        if name == "working_weekends":
            yield from year[name]
        else:
            for off in year[name]:
                yield from (off["from"] + timedelta(days=i) for i in range((off["through"] - off["from"]).days + 1))


def _simulated_due_on(mapping, started_at, limit, suspensions):
    off, on = set(_listed(mapping, "days_off")), set(_listed(mapping, "working_weekends"))

    def works(day):
        return day in on or (day.weekday() < 5 and day not in off)

    def stands_at(midnight):
        return any(one.start < midnight <= one.end for one in suspensions)

    midnight = datetime.combine(started_at.date(), time(), LOCAL_ZONE)
    left = limit.amount
    if limit.unit is MONTH:
        left = (corresponding_day(started_at.date(), limit.amount) - started_at.date()).days
    while True:
        tomorrow = midnight + timedelta(days=1)
        if left == 0 and works(midnight.date()) and not stands_at(tomorrow):
            return midnight.date()
        midnight = tomorrow
        if left and not stands_at(midnight) and (limit.unit is not DayUnit.WORKING_DAY or works(midnight.date())):
            left -= 1


@given(clock=suspended_clocks())
def test_due_agrees_with_a_walk_from_midnight_to_midnight(calendar, calendar_mapping, clock):
    assert due(*clock, calendar).due_on == _simulated_due_on(calendar_mapping, *clock)
