"""What loading a calendar would move (试算): open cases dated in memory under it, nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row

from engine.office import Office
from engine.office.redating import MovedDate, redated
from engine.policy.actors import Actor
from engine.policy.dating import Dating
from engine.policy.working_days import WorkingCalendar
from engine.queries.reading import reading, statement
from engine.queries.redatings import DateKind, RedatedDate, date_kind
from engine.queries.scope import within
from engine.records.definitions import DefinitionRecords
from engine.records.redatings import RedatingRecords
from engine.terms import ClockKind

MOST_CASES = 5_000
CASES_AT_ONCE = 500
EXAMPLES = 10
# Cases that move are remembered up to this number, to choose examples inside the actor's scope from.
_MOST_REMEMBERED = 500
_VISIBLE = "SELECT c.id, i.title FROM cases c JOIN items i ON i.id = c.item_id WHERE c.id = ANY(:ids) AND "


@dataclass
class RedatingPreview:
    """How many open cases would get other dates. `is_cut` where more than `cases_seen` are open and were not looked at."""

    cases_seen: int = 0
    is_cut: bool = False
    cases_moved: int = 0
    cases_settled: int = 0
    later: int = 0
    earlier: int = 0
    by_kind: Counter[DateKind] = field(default_factory=Counter)
    examples: tuple[RedatedDate, ...] = ()


def redating_preview(
    office: Office, actor: Actor, calendar: WorkingCalendar, most: int = MOST_CASES
) -> RedatingPreview:
    """Counts over the first `most` open cases, and ten of the actor's scope with old and new date."""
    found, dating, remembered = RedatingPreview(), Dating(calendar), dict[int, tuple[str, MovedDate]]()
    with reading(office) as connection:
        for case, parts in islice(_open_cases(connection), most + 1):
            if found.cases_seen == most:
                found.is_cut = True
                break
            found.cases_seen += 1
            shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
            moves = redated(case, shelved.definition, parts, dating)
            found.cases_settled += moves.is_settled
            if not moves.dates:
                continue
            leading = next((m for m in moves.dates if m.what == ClockKind.PROMISED), moves.dates[0])
            found.cases_moved += 1
            found.later += leading.new > leading.old
            found.earlier += leading.new < leading.old
            found.by_kind.update(date_kind(m.what) for m in moves.dates)
            if len(remembered) < _MOST_REMEMBERED:
                remembered[case.id] = (case.number, leading)
        found.examples = _examples(connection, actor, remembered)
    return found


def _open_cases(connection: Connection) -> Iterator[tuple[Row[Any], dict[str, list[Row[Any]]]]]:
    records, after = RedatingRecords(connection), 0
    while True:
        cases, parts = records.batch(after, CASES_AT_ONCE, lock=False)
        for case in cases:
            yield case, {name: found.get(case.id, []) for name, found in parts.items()}
        if len(cases) < CASES_AT_ONCE:
            return
        after = cases[-1].id


def _examples(
    connection: Connection, actor: Actor, remembered: dict[int, tuple[str, MovedDate]]
) -> tuple[RedatedDate, ...]:
    scope, values = within(actor)
    rows = connection.execute(statement(_VISIBLE + scope + " ORDER BY c.id"), {**values, "ids": list(remembered)})
    return tuple(_example(row.title, *remembered[row.id]) for row in islice(rows, EXAMPLES))


def _example(item_title: str, number: str, moved: MovedDate) -> RedatedDate:
    return RedatedDate(number, item_title, moved.what, date_kind(moved.what), moved.old, moved.new)
