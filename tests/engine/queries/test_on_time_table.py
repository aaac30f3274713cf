"""按时办结率: counted by instants, summed from counts, compared with the right periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.errors import FormInvalid
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor, PostHeld
from engine.queries.on_time_table import Dimension, OnTimeCounts, OnTimeTable, TableFilter, on_time_table
from engine.terms import Level

PutCase = Callable[..., int]
PROMISED = datetime(2026, 3, 30, 15, 59, 59, tzinfo=UTC)
MARCH = {"first_on": date(2026, 3, 1), "last_on": date(2026, 3, 31)}


def _table(office: Office, actor: Actor = SYSTEM, **wanted: Any) -> OnTimeTable:
    office.clock.at = datetime(2026, 7, 1, tzinfo=UTC)
    return on_time_table(office, actor, TableFilter(**{**MARCH, "dimension": Dimension.ITEM, **wanted}))


def test_a_case_decided_in_the_last_second_of_its_last_day_is_on_time(query_office: Office, put: PutCase) -> None:
    put(decided_at=PROMISED + timedelta(milliseconds=999), status="decided")
    put(decided_at=PROMISED + timedelta(seconds=1), status="decided")
    counts = _table(query_office).total.now
    assert (counts.completed, counts.on_time, counts.on_day, counts.overdue) == (2, 1, 1, 1)


def test_early_and_last_day_make_up_on_time_by_the_local_date(query_office: Office, put: PutCase) -> None:
    put(decided_at=datetime(2026, 3, 29, 15, 59, tzinfo=UTC), status="closed", result="granted")
    put(decided_at=datetime(2026, 3, 29, 16, 1, tzinfo=UTC), status="closed", result="granted")
    counts = _table(query_office).total.now
    assert (counts.early, counts.on_day, counts.on_time) == (1, 1, 2)


def test_beyond_the_statutory_date_counts_as_both(query_office: Office, put: PutCase) -> None:
    put(decided_at=datetime(2026, 4, 20, tzinfo=UTC), status="closed")
    counts = _table(query_office, last_on=date(2026, 4, 30)).total.now
    assert (counts.overdue, counts.statutory_overdue) == (1, 1)


def test_open_cases_past_their_date_lower_the_strict_rate_only(query_office: Office, put: PutCase) -> None:
    put(decided_at=datetime(2026, 3, 20, tzinfo=UTC), status="closed")
    put()
    put(decided_at=datetime(2026, 4, 2, tzinfo=UTC), status="closed")
    total = _table(query_office).total
    assert total.now.open_overdue == 2
    assert total.now.rate == 1
    assert total.now.strict_rate == pytest.approx(1 / 3)


def test_a_case_whose_clock_stands_still_is_not_overdue(query_office: Office, put: PutCase) -> None:
    case_id = put(status="suspended")
    with query_office.unit_of_work() as uow:
        values = {
            "case_id": case_id,
            "procedure": "publicity",
            "title": "公示",
            "started_at": PROMISED - timedelta(days=3),
        }
        uow.cases.suspend(values)
    assert _table(query_office).total.now.open_overdue == 0


def test_void_and_never_accepted_cases_do_not_count(query_office: Office, put: PutCase) -> None:
    decided = {"decided_at": datetime(2026, 3, 20, tzinfo=UTC), "status": "closed"}
    put(**decided, result="void")
    put(**decided, result="not_accepted", accepted_at=None, promised_due_at=None)
    assert _table(query_office).total.now == OnTimeCounts()


def test_an_empty_denominator_gives_no_rate(query_office: Office, put: PutCase) -> None:
    total = _table(query_office).total
    assert (total.now.rate, total.now.strict_rate, total.points_to_previous, total.rank) == (None, None, None, None)


def test_the_sum_row_adds_counts_and_never_averages_rates(query_office: Office, put: PutCase) -> None:
    for home in ("990101001001", "990102002003", "990102002003", "990102002003"):
        put(home_region=home, decided_at=PROMISED - timedelta(days=1), status="closed")
    put(home_region="990101001001", decided_at=PROMISED + timedelta(days=1), status="closed")
    table = _table(query_office, dimension=Dimension.REGION)
    rates = {row.key: row.now.rate for row in table.rows}
    assert (rates["990101000000"], rates["990102000000"], rates["990103000000"]) == (0.5, 1.0, None)
    assert table.total.now.rate == 0.8
    assert [(row.key, row.rank) for row in table.rows if row.rank] == [("990101000000", 2), ("990102000000", 1)]


def test_periods_are_compared_with_last_year_and_with_the_month_before(query_office: Office, put: PutCase) -> None:
    due = {"promised_due_at": PROMISED, "status": "closed"}
    put(decided_at=datetime(2026, 3, 10, tzinfo=UTC), **due)
    put(decided_at=datetime(2026, 2, 27, 16, 30, tzinfo=UTC), **due)
    early = {"accepted_at": datetime(2025, 3, 1, tzinfo=UTC), "promised_due_at": datetime(2025, 3, 20, tzinfo=UTC)}
    put(decided_at=datetime(2025, 3, 25, tzinfo=UTC), status="closed", **early)
    total = _table(query_office).total
    assert (total.now.completed, total.previous.completed, total.last_year.completed) == (1, 1, 1)
    assert total.points_to_last_year == 100.0
    by_month = _table(query_office, dimension=Dimension.PERIOD, first_on=date(2026, 2, 1))
    assert [(row.key, row.now.completed, row.previous.completed) for row in by_month.rows] == [
        ("2026-02", 1, 0),
        ("2026-03", 1, 1),
    ]


def test_an_officer_sees_only_the_regions_and_departments_of_the_posts(query_office: Office, put: PutCase) -> None:
    decided = {"decided_at": PROMISED - timedelta(days=1), "status": "closed"}
    put(home_region="990101001001", **decided)
    put(home_region="990102002003", accept_region="990102002003", **decided)
    put(home_region="990101001001", department="human_resources", **decided)
    post = PostHeld(
        10**9, "监察岗", 1, "青石区", "990101000000", "civil_affairs", "district", frozenset({"supervisor"})
    )
    table = _table(query_office, Actor(10**9, "甲", (post,)), dimension=Dimension.REGION, level=Level.DISTRICT)
    assert [(row.key, row.now.completed) for row in table.rows] == [("990101000000", 1)]
    assert table.total.now.completed == 1


def test_rows_below_a_region_are_its_own_parts(query_office: Office, put: PutCase) -> None:
    put(decided_at=PROMISED - timedelta(days=1), status="closed")
    table = _table(query_office, dimension=Dimension.REGION, region="990101001000")
    assert {row.key[:9] for row in table.rows} == {"990101001"}
    assert table.total.now.completed == 1


def test_a_period_that_ends_before_it_begins_is_refused(query_office: Office) -> None:
    with pytest.raises(FormInvalid):
        _table(query_office, first_on=date(2026, 4, 1))
