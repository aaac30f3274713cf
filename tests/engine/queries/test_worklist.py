"""The worklist: most urgent first, counted by tile, paged by key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from engine.office import Office
from engine.policy.actors import Actor, PostHeld
from engine.queries.actors import actor_named
from engine.queries.worklist import WorklistFilter, worklist
from engine.records.tables import steps, work_items
from engine.terms import CaseStatus

PutCase = Callable[..., int]
NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
TONIGHT = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
def clerk(query_office: Office) -> Actor:
    return actor_named(query_office, "window", NINE.date())


def _open_item(office: Office, case_id: int, post: PostHeld, token: str, **changes: Any) -> None:
    due_at = changes.pop("due_at", None)
    step = {
        "case_id": case_id,
        "token": token,
        "node_id": "visit",
        "process_id": "mz-901-example-allowance",
        "name": "入户核实",
        "stage": changes.pop("stage", "visit"),
        "lane": "street",
        "department": "civil_affairs",
        "region_code": post.region_code,
        "status": "open",
        "opened_at": NINE,
        "due_at": due_at,
    }
    item = {
        "case_id": case_id,
        "token": token,
        "kind": "human",
        "status": "open",
        "post_id": post.id,
        "opened_at": NINE,
        "due_at": due_at,
        "sort_at": due_at or NINE + timedelta(days=28),
    }
    with office.unit_of_work() as uow:
        uow.connection.execute(insert(steps), step)
        uow.connection.execute(insert(work_items), {**item, **changes})


def test_the_most_urgent_comes_first_and_pages_follow(query_office: Office, put: PutCase, clerk: Actor) -> None:
    for n in (3, 1, 2, 5, 4):
        due = TONIGHT + timedelta(days=n)
        _open_item(query_office, put(number=f"T{n}"), clerk.posts[0], f"t{n}", due_at=due)
    seen, cursor = [], None
    while True:
        page = worklist(query_office, clerk, WorklistFilter(), cursor, 2).page
        seen += [line.case_number for line in page.lines]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["T1", "T2", "T3", "T4", "T5"]
    back = worklist(query_office, clerk, WorklistFilter(), page.previous_cursor, 2).page
    assert [line.case_number for line in back.lines] == ["T3", "T4"]


def test_what_is_left_is_that_of_the_nearer_date_in_working_days(
    query_office: Office, put: PutCase, clerk: Actor
) -> None:
    _open_item(query_office, put(number="T1"), clerk.posts[0], "t1", due_at=TONIGHT + timedelta(days=7))
    _open_item(query_office, put(number="T2"), clerk.posts[0], "t2")
    _open_item(query_office, put(number="T3", status="suspended"), clerk.posts[0], "t3")
    lines = {line.case_number: line.left for line in worklist(query_office, clerk, WorklistFilter()).page.lines}
    assert (lines["T1"].remaining_working_days, lines["T1"].limit_working_days) == (5, 5)
    assert (lines["T2"].remaining_working_days, lines["T2"].is_stopped) == (20, False)
    assert lines["T3"].is_stopped


def test_an_overdue_step_counts_below_nought(query_office: Office, put: PutCase, clerk: Actor) -> None:
    query_office.clock.at = NINE + timedelta(days=7)
    _open_item(query_office, put(), clerk.posts[0], "t1", due_at=TONIGHT)
    (line,) = worklist(query_office, clerk, WorklistFilter()).page.lines
    assert line.left.remaining_working_days == -5


def test_tiles_count_everything_whatever_the_filter(query_office: Office, put: PutCase, clerk: Actor) -> None:
    waiting = {"accepted_at": None, "promised_due_at": None}
    cases = {
        "to_accept": put(number="T1", status="received", **waiting),
        "awaiting_correction": put(number="T2", status="correction", correction_asked_at=NINE, **waiting),
        "due_today": put(number="T3"),
        "yellow": put(number="T4", card="yellow"),
        "red": put(number="T5", card="red"),
    }
    for n, (tile, case_id) in enumerate(cases.items()):
        stage = "accept" if tile in ("to_accept", "awaiting_correction") else "visit"
        due_at = TONIGHT if tile == "due_today" else TONIGHT + timedelta(days=9)
        _open_item(query_office, case_id, clerk.posts[0], f"t{n}", stage=stage, due_at=due_at)
    for number, tile in enumerate(cases, start=1):
        found = worklist(query_office, clerk, WorklistFilter(tile=tile))
        assert [line.case_number for line in found.page.lines] == [f"T{number}"], tile
        counts = found.counts
        assert (counts.total, counts.to_accept, counts.awaiting_correction) == (5, 1, 1)
        assert (counts.due_today, counts.yellow, counts.red) == (1, 1, 1)


def test_only_open_items_of_ones_own_posts_are_listed(query_office: Office, put: PutCase, clerk: Actor) -> None:
    mine, others = clerk.posts[0], next(p for p in _street(query_office).posts if p.id not in clerk.post_ids)
    _open_item(query_office, put(number="T1"), mine, "t1")
    _open_item(query_office, put(number="T2"), others, "t2")
    _open_item(query_office, put(number="T3"), mine, "t3", status="done")
    _open_item(query_office, put(number="T4"), mine, "t4", status="claimed", officer_id=clerk.officer_id)
    lines = worklist(query_office, clerk, WorklistFilter()).page.lines
    assert {line.case_number for line in lines} == {"T1", "T4"}
    (held,) = worklist(query_office, clerk, WorklistFilter(mine=True)).page.lines
    assert (held.case_number, held.is_mine, held.case_status) == ("T4", True, CaseStatus.IN_PROCESS)


def _street(office: Office) -> Actor:
    return actor_named(office, "street", NINE.date())
