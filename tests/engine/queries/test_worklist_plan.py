"""Worklist and search stay scans of their indexes when the city is large."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.actors import actor_named
from engine.queries.case_search import CaseFilter, case_search
from engine.queries.worklist import WorklistFilter, worklist
from engine.queries.worklist_items import worklist_items
from tests.story import Story

ITEMS = 5_000
_WHOLE_CITY = re.compile(r"Seq Scan on (cases|steps|work_items)")
# Copies of one case with its step and an item on some post; four in five are done.
_CASES = """
INSERT INTO cases (number, version_id, item_id, department, kind, status, channel, accept_region, home_region,
  applicant_name, applicant_initials, applicant_index, received_at, calendar_id, event_seq, event_hash)
SELECT 'P' || n, version_id, item_id, department, kind, status, channel, accept_region, home_region,
  applicant_name, applicant_initials, applicant_index, received_at, calendar_id, event_seq, event_hash
FROM cases, generate_series(1, :items) n WHERE id = :case
"""
_STEPS = """
INSERT INTO steps (case_id, token, node_id, process_id, name, stage, lane, region_code, status, opened_at)
SELECT c.id, s.token, s.node_id, s.process_id, s.name, s.stage, s.lane, s.region_code, s.status, s.opened_at
FROM cases c, steps s WHERE s.case_id = :case AND c.id > :case
"""
_ITEMS = """
INSERT INTO work_items (case_id, token, kind, status, post_id, opened_at, sort_at)
SELECT c.id, w.token, 'human', CASE WHEN c.id % 5 = 0 THEN 'open' ELSE 'done' END,
  (SELECT id FROM posts OFFSET c.id % (SELECT count(*) FROM posts) LIMIT 1), w.opened_at, w.sort_at + c.id * interval '1 minute'
FROM cases c, work_items w WHERE w.case_id = :case AND c.id > :case
"""


@pytest.fixture
def city(own_office: Office) -> Office:
    """The engine on a database with five thousand cases, four in five of them done."""
    story = Story(own_office)
    story.receive()
    with own_office.database.begin() as connection:
        for statement in (_CASES, _STEPS, _ITEMS, "ANALYZE"):
            values = {"case": story.case_id, "items": ITEMS} if ":case" in statement else {}
            connection.execute(text(statement), values)
    return own_office


@pytest.mark.parametrize("wanted", [WorklistFilter(), WorklistFilter(q="李一"), WorklistFilter(tile="red")])
def test_the_worklist_looks_at_no_case_but_those_of_the_officer(city: Office, wanted: WorklistFilter) -> None:
    plans = _plans(city, lambda actor: worklist(city, actor, wanted, limit=20))
    assert len(plans) == 2
    for plan in plans:
        assert "ix_work_items_worklist" in plan
        assert not _WHOLE_CITY.search(plan), plan


def test_the_items_of_the_worklist_look_at_no_case_but_those_of_the_officer(city: Office) -> None:
    (plan,) = _plans(city, lambda actor: worklist_items(city, actor))
    assert not _WHOLE_CITY.search(plan), plan


@pytest.mark.parametrize(
    ("q", "index"),
    [
        ("李一", "ix_cases_applicant_name"),
        ("zz", "ix_cases_applicant_initials"),
        ("9901010010012603020001", "uq_cases_number"),
        ("7654", "ix_cases_number_ends"),
    ],
)
def test_whatever_is_searched_is_found_through_an_index(city: Office, q: str, index: str) -> None:
    (plan,) = _plans(city, lambda actor: case_search(city, actor, CaseFilter(q=q)))
    assert index in plan


def _plans(office: Office, ask: Callable[[Actor], object]) -> list[str]:
    """The plans of the very statements that a question sends about work items and cases."""
    sent: list[tuple[str, Any]] = []

    def remember(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    actor = actor_named(office, "street", office.clock.now().date())
    event.listen(office.database, "before_cursor_execute", remember)
    try:
        ask(actor)
    finally:
        event.remove(office.database, "before_cursor_execute", remember)
    with office.database.connect() as connection:
        return [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
            for sql, values in sent
            if "work_items" in sql
        ]
