"""How lists, the on-time table and the event feed answer as the city grows. Run: python -m bench.growth [--million]

Rows are made by SQL with what the questions look at: seven of ten cases are decided, the others have a step and a work
item open; communities, dates, cards and limits are spread; every event is in the feed.

Two things grow apart: first the city, while the officer at the street keeps the same open work (a worklist must not
slow down), then in the largest city her open work (a worklist may take longer, in proportion).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import psycopg
from sqlalchemy import text

from bench.figures import Line, Timings, table
from bench.installation import KEY, Installation, installation
from engine.clock import local_date
from engine.policy.actors import Actor
from engine.queries.actors import actor_named
from engine.queries.case_search import CaseFilter, case_search
from engine.queries.event_feed import event_feed
from engine.queries.on_time_table import Dimension, TableFilter, on_time_table
from engine.queries.worklist import WorklistFilter, worklist
from engine.queries.worklist_items import worklist_items
from engine.terms import Lane

SIZES = (10_000, 100_000)
MILLION = 1_000_000
CALLS = 12
NUMBER = "990000" + "5000".zfill(16)
OWN_WORK, MUCH_WORK = 250, 2_500
_CASES = """
INSERT INTO cases (number, version_id, item_id, department, kind, status, result, channel, accept_region, home_region,
  applicant_name, applicant_initials, applicant_index, received_at, accepted_at, decided_at, closed_at, promised_due_at,
  statutory_due_at, calendar_id, card, event_seq, event_hash)
SELECT '990000' || lpad(n::text, 16, '0'), v.id, v.item_id, 'civil_affairs', 'committed',
  CASE WHEN n %% 10 < 7 THEN 'closed' ELSE 'in_process' END, CASE WHEN n %% 10 < 7 THEN 'granted' END, 'counter',
  places.codes[1 + n %% cardinality(places.codes)], places.codes[1 + n %% cardinality(places.codes)],
  '张' || chr(19968 + n %% 2000), 'z' || chr(97 + n %% 26), sha256(n::text::bytea), at, at + interval '1 hour',
  CASE WHEN n %% 10 < 7 THEN at + n %% 40 * interval '1 day' END, CASE WHEN n %% 10 < 7 THEN at + n %% 40 * interval '1 day' END,
  at + interval '28 days', at + interval '42 days', (SELECT max(id) FROM reference_texts WHERE name = 'calendar'),
  (ARRAY['none', 'none', 'none', 'yellow', 'red'])[1 + n %% 5], 3, sha256(''::bytea)
FROM generate_series(CAST(%(first)s AS int), %(last)s) n,
  (SELECT array_agg(code ORDER BY code) AS codes FROM regions WHERE level = 'community') places,
  (SELECT v.id, v.item_id FROM definition_versions v JOIN items i ON i.id = v.item_id WHERE i.key = %(key)s) v,
  LATERAL (SELECT now() - (n * 7919 %% 400) * interval '1 day' - n %% 86400 * interval '1 second' AS at) t
"""
_STEPS = """
INSERT INTO steps (case_id, token, node_id, process_id, name, stage, lane, department, region_code, status, opened_at, due_at, closed_at)
SELECT id, 't1', 'street_review', %(key)s, '审核', 'review', 'street', 'civil_affairs', home_region,
  CASE WHEN decided_at IS NULL THEN 'open' ELSE 'done' END, accepted_at, accepted_at + interval '7 days', decided_at
FROM cases WHERE id > %(after)s
"""
# One decided case in a hundred was on the officer's post; what is open lies on the street posts of others until handed over.
_ITEMS = """
INSERT INTO work_items (case_id, token, kind, status, post_id, opened_at, due_at, sort_at, closed_at)
SELECT id, 't1', 'human', CASE WHEN decided_at IS NULL THEN 'open' ELSE 'done' END,
  CASE WHEN decided_at IS NOT NULL AND id / 10 %% 100 = 0 THEN %(post)s ELSE others.ids[1 + id %% cardinality(others.ids)] END,
  accepted_at, accepted_at + interval '7 days', accepted_at + interval '7 days', decided_at
FROM cases, (SELECT array_agg(id ORDER BY id) AS ids FROM posts WHERE lane = 'street' AND id <> ALL(%(own)s)) others
WHERE cases.id > %(after)s
"""
_HAND_OVER = """
UPDATE work_items SET post_id = %(post)s WHERE id IN (SELECT id FROM work_items WHERE status = 'open' AND post_id <> ALL(%(own)s)
  ORDER BY hashint8(id) LIMIT GREATEST(0, %(work)s - (SELECT count(*) FROM work_items WHERE status = 'open' AND post_id = ANY(%(own)s))))
"""
_EVENTS = """
INSERT INTO case_events (case_id, seq, kind, at, officer_id, post_id, place, payload, prev_hash, hash, case_opened_on)
SELECT c.id, s, (ARRAY['case_received', 'case_accepted', 'work_item_completed'])[s], c.received_at + s * interval '1 hour', 1,
  %(post)s, c.home_region, jsonb_build_object('node', 'street_review', 'item', c.id), sha256(''::bytea), sha256(c.id::text::bytea),
  (c.received_at AT TIME ZONE 'Asia/Shanghai')::date
FROM cases c, generate_series(1, 3) s WHERE c.id > %(after)s
"""
_FEED = "INSERT INTO feed_entries (feed_no, event_id) SELECT id, id FROM case_events WHERE case_id > %(after)s"


def grow(place: Installation, first: int, last: int) -> None:
    """The city with cases `first` to `last` more, and its statistics fresh."""
    own = place.actors["street"].post_ids
    with psycopg.connect(place.server.url, autocommit=True) as connection:
        row = connection.execute("SELECT COALESCE(max(id), 0) FROM cases").fetchone()
        values = {"first": first, "last": last, "key": KEY, "post": own[0], "own": list(own)}
        values["after"] = row[0] if row else 0
        for statement in (_CASES, _STEPS, _ITEMS, _EVENTS, _FEED):
            connection.execute(statement, values)
    hand_over(place, OWN_WORK)


def hand_over(place: Installation, work: int) -> None:
    """The officer at the street with at least `work` open work items, as far as the city has them; statistics fresh."""
    own = place.actors["street"].post_ids
    with psycopg.connect(place.server.url, autocommit=True) as connection:
        connection.execute(_HAND_OVER, {"post": own[0], "own": list(own), "work": work})
        connection.execute("VACUUM ANALYZE")


def questions(place: Installation) -> dict[str, Callable[[], object]]:
    """What is asked, by name."""
    office, today = place.office, local_date(place.office.clock.now())
    supervisor = actor_named(office, "supervisor", today)
    street, window = place.actors["street"], place.actors["window"]
    asked = replace(street, posts=tuple(replace(post, lane=Lane.CONSULTED_DEPARTMENT) for post in street.posts))
    last_page = _feed_end(place) - 200
    return {
        **worklist_questions(place),
        "case search, newest in scope": lambda: case_search(office, street, CaseFilter()),
        "case search of a window": lambda: case_search(office, window, CaseFilter()),
        "case search of who is only asked": lambda: case_search(office, asked, CaseFilter()),
        "case search by number": lambda: case_search(office, supervisor, CaseFilter(q=NUMBER)),
        "case search by end of number": lambda: case_search(office, supervisor, CaseFilter(q=NUMBER[-8:])),
        "case search by name": lambda: case_search(office, supervisor, CaseFilter(q="张一")),
        "case search by initials": lambda: case_search(office, supervisor, CaseFilter(q="zq")),
        "case search, nobody of that name": lambda: case_search(office, supervisor, CaseFilter(q="李一")),
        "on-time table by district": lambda: _on_time(place, supervisor, Dimension.REGION),
        "on-time table by item": lambda: _on_time(place, supervisor, Dimension.ITEM),
        "event feed, first 200": lambda: event_feed(office, supervisor, 0),
        "event feed, newest 200": lambda: event_feed(office, supervisor, last_page),
    }


def worklist_questions(place: Installation) -> dict[str, Callable[[], object]]:
    """Those whose answer depends on the officer's open work."""
    office, street = place.office, place.actors["street"]
    return {
        "worklist, first page and tiles": lambda: worklist(office, street, WorklistFilter(), limit=100),
        "worklist, narrowed by name": lambda: worklist(office, street, WorklistFilter(q="张一")),
        "worklist, its red tile": lambda: worklist(office, street, WorklistFilter(tile="red")),
        "items of the worklist": lambda: worklist_items(office, street),
    }


def _on_time(place: Installation, actor: Actor, dimension: Dimension) -> object:
    return on_time_table(place.office, actor, TableFilter(dimension=dimension))


def _feed_end(place: Installation) -> int:
    with place.office.database.connect() as connection:
        return int(connection.execute(text("SELECT max(feed_no) FROM feed_entries")).scalar_one())


def measure_growth(place: Installation, sizes: tuple[int, ...]) -> dict[str, dict[str, Timings]]:
    """The timings of every question at each size, then those of the worklist with much open work, by what was there."""
    found: dict[str, dict[str, Timings]] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        grow(place, before + 1, size)
        found[f"{size:,} cases"] = _timed(questions(place))
    hand_over(place, MUCH_WORK)
    total = worklist(place.office, place.actors["street"], WorklistFilter()).counts.total
    found[f"{sizes[-1]:,} cases, {total:,} open"] = _timed(worklist_questions(place))
    return found


def _timed(asked: dict[str, Callable[[], object]]) -> dict[str, Timings]:
    timings = {name: Timings() for name in asked}
    for name, ask in asked.items():
        ask()
        for _ in range(CALLS):
            with timings[name].one():
                ask()
    return timings


def lines(found: dict[str, dict[str, Timings]]) -> list[Line]:
    return [
        Line(f"{name}, {there}: p50", by_name[name].p50(), "ms", note=f"p95 {by_name[name].p95():.1f} ms")
        for name in next(iter(found.values()))
        for there, by_name in found.items()
        if name in by_name
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--million", action="store_true", help="go on to a million cases")
    sizes = (*SIZES, MILLION) if arguments.parse_args().million else SIZES
    with installation() as place:
        print(table("Growth", lines(measure_growth(place, sizes))))


if __name__ == "__main__":
    main()
