"""Periods and what they are compared with."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.queries.periods import Period, comparison_periods, months_of

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "previous", "last_year"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-31")),
        ("2026-03-01", "2026-03-15", ("2026-02-01", "2026-02-15"), ("2025-03-01", "2025-03-15")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31"), ("2025-01-01", "2025-03-31")),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31"), ("2023-02-01", "2023-02-28")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
        ("2026-03-10", "2026-03-16", ("2026-03-03", "2026-03-09"), ("2025-03-10", "2025-03-16")),
    ],
)
def test_a_period_meets_its_like(first: str, last: str, previous: tuple[str, str], last_year: tuple[str, str]) -> None:
    found = comparison_periods(Period(date.fromisoformat(first), date.fromisoformat(last)))
    assert found["previous"] == Period(*map(date.fromisoformat, previous))
    assert found["last_year"] == Period(*map(date.fromisoformat, last_year))


@given(DAYS, st.integers(0, 800))
def test_the_months_of_a_period_cover_it_without_gap_or_overlap(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    months = list(months_of(period))
    assert (months[0].first_on, months[-1].last_on) == (period.first_on, period.last_on)
    assert all(b.first_on - a.last_on == timedelta(days=1) for a, b in itertools.pairwise(months))
    assert all((m.first_on.year, m.first_on.month) == (m.last_on.year, m.last_on.month) for m in months)


@given(DAYS, st.integers(0, 400))
def test_the_previous_period_ends_before_the_period_begins(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    previous = comparison_periods(period)["previous"]
    assert previous.first_on <= previous.last_on < period.first_on
