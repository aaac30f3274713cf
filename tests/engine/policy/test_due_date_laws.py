"""Laws that every due date obeys, in every place and whatever the hours of its offices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import local_date
from engine.policy.clocks import Interval, Limit, due
from engine.policy.local_calendars import LocalException
from engine.policy.office_hours import OfficeHours
from engine.policy.running_hours import RunningHours
from engine.terms import DayUnit, LedgerKind
from tests.engine.policy.suspended_clocks import STARTS, corresponding_day, suspended_clocks

MONTH, HOUR = DayUnit.MONTH, DayUnit.HOUR
DISTRICT = "990103"
PERIODS = ((time(9), time(12)), (time(13, 30), time(17)))


def _closures(number, first_on, length, is_working):
    return LocalException(
        (DISTRICT,), (), f"例外{number}", first_on, first_on + timedelta(length), is_working, "云府办"
    )


EXCEPTIONS = st.lists(
    st.builds(
        _closures,
        st.integers(1, 99),
        st.dates(date(2025, 1, 1), date(2026, 12, 31)),
        st.integers(0, 12),
        st.booleans(),
    ),
    max_size=4,
)
HOURS = st.builds(OfficeHours, st.just(PERIODS), st.booleans(), st.sampled_from([None, time(17)]))


@pytest.fixture(scope="session")
def somewhere(calendar):
    """The calendar of a place with exceptions and office hours of its own."""
    return lambda exceptions, hours: replace(calendar, local=tuple(exceptions), hours=hours).for_place(
        "990103001002", "civil_affairs"
    )


@given(clock=suspended_clocks(), more=st.integers(0, 20), exceptions=EXCEPTIONS, hours=HOURS)
def test_a_longer_limit_is_never_due_earlier(somewhere, clock, more, exceptions, hours):
    started_at, limit, suspensions = clock
    here = somewhere(exceptions, hours)
    more = min(more, 3) if limit.unit is MONTH else more
    longer = due(started_at, limit, suspensions, here, extension=more)
    assert longer.due_at >= due(started_at, limit, suspensions, here).due_at


@given(
    clock=suspended_clocks(), at=st.integers(-100, 1000), length=st.integers(0, 500), exceptions=EXCEPTIONS, hours=HOURS
)
def test_another_suspension_never_brings_the_due_date_forward(somewhere, clock, at, length, exceptions, hours):
    started_at, limit, suspensions = clock
    here = somewhere(exceptions, hours)
    start = started_at + timedelta(hours=at)
    added = Interval(start, start + timedelta(hours=length))
    later = due(started_at, limit, (*suspensions, added), here)
    assert later.due_at >= due(started_at, limit, suspensions, here).due_at


@given(clock=suspended_clocks(), longer=st.integers(0, 500), exceptions=EXCEPTIONS, hours=HOURS)
def test_a_suspension_that_lasts_longer_never_brings_the_due_date_forward(somewhere, clock, longer, exceptions, hours):
    started_at, limit, suspensions = clock
    here = somewhere(exceptions, hours)
    lasting = [Interval(one.start, one.end + timedelta(hours=longer), one.name) for one in suspensions]
    assert due(started_at, limit, lasting, here).due_at >= due(started_at, limit, suspensions, here).due_at


@given(clock=suspended_clocks(), exceptions=EXCEPTIONS, hours=HOURS)
def test_no_period_ends_before_it_started_or_while_its_clock_stands(somewhere, clock, exceptions, hours):
    started_at, limit, suspensions = clock
    here = somewhere(exceptions, hours)
    found = due(started_at, limit, suspensions, here)
    assert found.lapses_at > started_at
    assert here.is_working_day(found.due_on)
    assert not any(one.covers(found.due_at) for one in suspensions)


@given(clock=suspended_clocks(), exceptions=EXCEPTIONS)
def test_where_no_exception_applies_the_due_date_is_the_national_one(calendar, clock, exceptions):
    country = replace(calendar, local=tuple(exceptions))
    elsewhere = country.for_place("990104001002", "civil_affairs")
    assert elsewhere is country
    assert due(*clock, elsewhere) == due(*clock, calendar)


@given(start=STARTS, n=st.integers(1, 120), exceptions=EXCEPTIONS)
def test_counting_undoes_adding_in_every_place(somewhere, start, n, exceptions):
    here = somewhere(exceptions, OfficeHours())
    end = here.add_working_days(start.date(), n)
    assert here.is_working_day(end)
    assert here.count_working_days(start.date(), end) == n


@given(started_at=STARTS, amount=st.integers(0, 60), length=st.integers(0, 100), at=st.integers(-10, 300), hours=HOURS)
def test_hours_used_by_the_end_are_the_limit(somewhere, started_at, amount, length, at, hours):
    here = somewhere([], hours)
    start = started_at + timedelta(hours=at)
    pauses = [Interval(start, start + timedelta(hours=length))]
    found = due(started_at, Limit(amount, HOUR), pauses, here)
    assert RunningHours(here, started_at, tuple(pauses)).used(found.due_at) == timedelta(hours=amount)
    assert sum(line.consumed for line in found.ledger) == found.ledger[-1].total == amount
    assert found.due_at >= due(started_at, Limit(amount, HOUR), [], here).due_at
    assert due(started_at, Limit(amount + 1, HOUR), pauses, here).due_at >= found.due_at


@given(started_at=STARTS, hours=st.integers(0, 200), at=st.integers(-10, 300), length=st.integers(0, 100))
def test_hours_are_pushed_back_by_exactly_the_suspended_time(calendar, started_at, hours, at, length):
    start = started_at + timedelta(hours=at)
    pause = Interval(start, start + timedelta(hours=length))
    plain = started_at + timedelta(hours=hours)
    lost = max(pause.end - max(start, started_at), timedelta(0)) if start <= plain else timedelta(0)
    assert due(started_at, Limit(hours, HOUR), [pause], calendar).due_at == plain + lost


@given(clock=suspended_clocks(), exceptions=EXCEPTIONS, hours=HOURS)
def test_the_ledger_adds_up_to_the_limit_and_has_no_gaps(somewhere, clock, exceptions, hours):
    started_at, limit, suspensions = clock
    found = due(started_at, limit, suspensions, somewhere(exceptions, hours))
    *days, last = found.ledger
    consumed = sum(line.consumed for line in days)
    if limit.unit is MONTH:
        start_on = local_date(started_at)
        assert consumed == (corresponding_day(start_on, limit.amount) - start_on).days
    else:
        assert consumed == limit.amount
    assert last.kind is LedgerKind.DUE
    assert last.total == consumed
    assert (days[0].first_on, days[-1].last_on) == (local_date(started_at), found.due_on)
    for before, after in pairwise(days):
        assert after.first_on == before.last_on + timedelta(days=1)
        assert after.total == before.total + after.consumed
