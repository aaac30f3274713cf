"""Dating open cases again after a change of the calendar. Run: python -m bench.redating [--cases 100000]

Every case is in process with one open step and one work item, accepted on one of twenty working days; a typhoon day
moves nearly all of them. The floor moves the same dates and appends the same events with plain SQL, one statement each.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from time import perf_counter

import psycopg

from bench.figures import Line, table
from bench.installation import KEY, Installation, installation
from engine.clock import local_date
from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.commands.redate_cases import RedateCases, redate_cases
from engine.definitions.bundle import read_vocabulary
from engine.policy.actors import SYSTEM

CASES = 100_000
_CASES = """
INSERT INTO cases (number, version_id, item_id, department, kind, status, channel, accept_region, home_region,
  applicant_name, applicant_initials, applicant_index, received_at, accepted_at, promised_due_at, statutory_due_at,
  calendar_id, event_seq, event_hash)
SELECT '990000' || lpad(n::text, 16, '0'), v.id, v.item_id, 'civil_affairs', 'committed', 'in_process', 'counter',
  places.codes[1 + n %% cardinality(places.codes)], places.codes[1 + n %% cardinality(places.codes)], '张三', 'zs',
  sha256(n::text::bytea), at, at, at + interval '400 days', at + interval '400 days',
  (SELECT max(id) FROM reference_texts WHERE name = 'calendar'), 3, sha256(n::text::bytea)
FROM generate_series(1, CAST(%(cases)s AS int)) n,
  (SELECT array_agg(code ORDER BY code) AS codes FROM regions WHERE level = 'community') places,
  (SELECT v.id, v.item_id FROM definition_versions v JOIN items i ON i.id = v.item_id WHERE i.key = %(key)s) v,
  LATERAL (SELECT now() - (n * 7919 %% 20) * interval '1 day' - n %% 3600 * interval '1 second' AS at) t
"""
_STEPS = """
INSERT INTO steps (case_id, token, node_id, process_id, name, stage, lane, department, region_code, status, opened_at, due_at)
SELECT id, '2', 'street_review', %(key)s, '审核', 'review', 'street', 'civil_affairs', home_region, 'open', accepted_at,
  accepted_at + interval '400 days' FROM cases
"""
_ITEMS = """
INSERT INTO work_items (case_id, token, kind, status, post_id, opened_at, due_at, sort_at)
SELECT c.id, '2', 'human', 'open', p.ids[1 + c.id %% cardinality(p.ids)], c.accepted_at, c.accepted_at + interval '400 days',
  c.accepted_at + interval '400 days' FROM cases c, (SELECT array_agg(id) AS ids FROM posts WHERE lane = 'street') p
"""
_FLOOR = (
    "UPDATE cases SET promised_due_at = promised_due_at + interval '1 day', event_seq = event_seq + 1, card_check_at = now()",
    "UPDATE steps SET due_at = due_at + interval '1 day'",
    "UPDATE work_items SET due_at = due_at + interval '1 day', sort_at = sort_at + interval '1 day'",
    "INSERT INTO case_events (case_id, seq, kind, at, place, payload, prev_hash, hash, case_opened_on)"
    " SELECT id, event_seq, 'case_redated', now(), home_region, jsonb_build_object('redating', 1, 'promised_due',"
    " promised_due_at), event_hash, sha256(event_hash || number::bytea), received_at::date FROM cases",
)


def fill(place: Installation, cases: int) -> None:
    """The open cases, all of whose dates are wrong by far: the first run sets them right."""
    with psycopg.connect(place.server.url, autocommit=True) as connection:
        for statement in (_CASES, _STEPS, _ITEMS):
            connection.execute(statement, {"cases": cases, "key": KEY})
        connection.execute("VACUUM ANALYZE")


def measure_floor(place: Installation) -> float:
    """Seconds that PostgreSQL needs for the same rows when nobody thinks."""
    with psycopg.connect(place.server.url) as connection:
        began = perf_counter()
        for statement in _FLOOR:
            connection.execute(statement)
        connection.rollback()
        return perf_counter() - began


def measure(place: Installation, day: date) -> tuple[float, int, int]:
    """Seconds, cases seen and cases moved for a calendar with one more rest day."""
    office = place.office
    written = read_vocabulary("calendar")[1].decode().replace("local: []\n", _closed(day))
    run = load_calendar(office, SYSTEM, LoadCalendar(content=written.encode(), reason="台风停工"))
    began = perf_counter()
    while not (done := redate_cases(office, SYSTEM, RedateCases(redating_id=run["redating_id"])))["finished"]:
        pass
    return perf_counter() - began, done["cases_seen"], done["cases_moved"]


def _closed(day: date) -> str:
    return (
        f"local:\n- {{regions: [990100000000], name: 台风停工, from: {day}, through: {day}, working: false,"
        " document_no: 云府办〔2026〕12号}\n"
    )


def lines(place: Installation, cases: int) -> list[Line]:
    """The figures of one run over so many cases."""
    fill(place, cases)
    floor = measure_floor(place)
    tomorrow = local_date(place.office.clock.now()) + timedelta(days=1)
    working = [day for n in range(7) if (day := tomorrow + timedelta(days=n)).weekday() < 5]
    first, seen, moved = measure(place, working[0])
    again, _, moved_again = measure(place, working[1])
    return [
        Line(f"floor: plain SQL over {cases:,} cases", floor, "s"),
        Line(
            f"every date of {moved:,} of {seen:,} cases",
            first,
            "s",
            aim=60.0 * cases / CASES,
            note=f"{first / floor:.1f} x floor",
        ),
        Line(
            f"another rest day, {moved_again:,} cases moved",
            again,
            "s",
            aim=60.0 * cases / CASES,
            note=f"{again / floor:.1f} x floor",
        ),
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=CASES)
    asked = arguments.parse_args()
    with installation() as place:
        print(table("Redating", lines(place, asked.cases)), flush=True)


if __name__ == "__main__":
    main()
