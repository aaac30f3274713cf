"""Historical cases are made by the same commands under a moving clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from api.bootstrap import Parts
from api.demo_city.city import sweeps_paused
from api.demo_city.history import make_history
from api.settings import Settings
from certificates.pki import ensure_authority
from engine.clock import FixedClock
from engine.office import Office
from engine.queries.case_check import check_all_cases
from engine.queries.due_work import sweeps_are_paused

NOW = datetime(2026, 6, 29, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(own_office: Office, test_settings: Settings) -> Parts:
    ensure_authority(test_settings.home / "authority")
    return Parts(test_settings, replace(own_office, clock=FixedClock(NOW)), None)


def test_a_history_holds_finished_and_open_cases_and_every_one_agrees_with_its_events(city: Parts) -> None:
    told: list[int] = []
    make_history(city, 30, 1, told.append)
    with city.office.database.connect() as connection:
        statuses = dict(connection.execute(text("SELECT status, count(*) FROM cases GROUP BY status")).all())
        last = connection.execute(text("SELECT max(at) FROM case_events")).scalar_one()
        unnumbered = connection.execute(
            text(
                "SELECT count(*) FROM case_events e WHERE NOT EXISTS (SELECT 1 FROM feed_entries f WHERE f.event_id = e.id)"
            )
        )
        assert unnumbered.scalar_one() == 0
    assert sum(statuses.values()) == sum(told) > 10
    assert statuses.get("closed", 0) > 0
    assert last <= NOW
    assert check_all_cases(city.office, None).faults == ()


def test_the_same_seed_makes_the_same_history(city: Parts) -> None:
    make_history(city, 8, 7, lambda count: None)
    with city.office.database.connect() as connection:
        numbers = [row.number for row in connection.execute(text("SELECT number FROM cases ORDER BY id"))]
    assert len(set(numbers)) == len(numbers) > 0


def test_the_scheduler_leaves_due_work_alone_while_a_history_is_told(city: Parts) -> None:
    assert not sweeps_are_paused(city.office)
    with sweeps_paused(city.office):
        assert sweeps_are_paused(city.office)
    assert not sweeps_are_paused(city.office)


def test_each_case_of_a_history_told_in_an_open_city_goes_forward_in_time(city: Parts) -> None:
    make_history(city, 12, 3, lambda count: None, one_by_one=True)
    backwards = text(
        "SELECT count(*) FROM case_events a JOIN case_events b ON b.case_id = a.case_id AND b.seq = a.seq + 1 WHERE b.at < a.at"
    )
    with city.office.database.connect() as connection:
        assert connection.execute(backwards).scalar_one() == 0
    assert check_all_cases(city.office, None).faults == ()
