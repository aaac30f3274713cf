"""The worklist stays one scan of its partial index when the city is large."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, text

from engine.office import Office
from engine.queries.actors import actor_named
from engine.queries.worklist import WorklistFilter, worklist
from tests.story import Story

ITEMS = 5_000
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


def test_the_page_is_read_through_the_partial_index_at_five_thousand_work_items(own_office: Office) -> None:
    story = Story(own_office)
    story.receive()
    with own_office.database.begin() as connection:
        for statement in (_CASES, _STEPS, _ITEMS, "ANALYZE"):
            values = {"case": story.case_id, "items": ITEMS} if ":case" in statement else {}
            connection.execute(text(statement), values)
    assert "ix_work_items_worklist" in _plan_of_page(own_office)


def _plan_of_page(office: Office) -> str:
    """The plan of the very statement that the query sends for its page."""
    sent: list[tuple[str, Any]] = []

    def remember(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    actor = actor_named(office, "street", office.clock.now().date())
    event.listen(office.database, "before_cursor_execute", remember)
    try:
        worklist(office, actor, WorklistFilter(), limit=20)
    finally:
        event.remove(office.database, "before_cursor_execute", remember)
    (page,) = [(sql, values) for sql, values in sent if "ORDER BY w.sort_at" in sql]
    with office.database.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {page[0]}", page[1]).scalars())
