"""Clocks in days for property tests: starts, limits and suspensions that overlap and fall on day boundaries."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from engine.clock import LOCAL_ZONE
from engine.policy.clocks import Interval, Limit
from engine.terms import DayUnit

STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 9, 30)).map(lambda d: d.replace(tzinfo=LOCAL_ZONE))
UNITS = st.sampled_from([DayUnit.WORKING_DAY, DayUnit.NATURAL_DAY, DayUnit.MONTH])


@st.composite
def suspended_clocks(draw):
    """A start, a limit and up to three suspensions, overlapping and on day boundaries too."""
    started_at = draw(STARTS)
    unit = draw(UNITS)
    limit = Limit(draw(st.integers(0, 3 if unit is DayUnit.MONTH else 45)), unit)
    suspensions = []
    for _ in range(draw(st.integers(0, 3))):
        start = started_at + timedelta(hours=draw(st.integers(-72, 1000)))
        if draw(st.booleans()):
            start = datetime.combine(start.date(), time(), LOCAL_ZONE)
        suspensions.append(Interval(start, start + timedelta(hours=draw(st.integers(0, 500)))))
    return started_at, limit, tuple(suspensions)


def corresponding_day(start, months):
    """The day of 《民法典》第二百零二条, found by trying."""
    for day in range(start.day, 0, -1):
        try:
            total = start.year * 12 + start.month - 1 + months
            return date(total // 12, total % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError
