"""Bytes a case leaves behind: 300 cases with unique data, tables compacted before and after. Run: python -m bench.storage

Everything the case writes is in it: events, feed, outbox and message, notices, idempotency rows, encrypted answers, indexes.
Certificate files are not: the measured item issues none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from bench.figures import Line, table
from bench.installation import Installation, installation
from bench.steps import StepRun, run_case
from engine.commands.relay_outbox import RelayOutbox, relay_outbox
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.policy.actors import SYSTEM

MOST_BYTES = 8_000
_SIZES = (
    "SELECT c.relname, pg_total_relation_size(c.oid), pg_indexes_size(c.oid) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = 'public'"
)


@dataclass(frozen=True)
class Storage:
    """Bytes a case by table, compact; `indexes` of them are indexes; `as_left` is what the run itself left."""

    by_table: dict[str, float]
    indexes: float
    as_left: float

    @property
    def total(self) -> float:
        return sum(self.by_table.values())

    @property
    def kept(self) -> float:
        return self.total - self.by_table.get("idempotency", 0.0)


def measure_storage(place: Installation, cases: int, first: int) -> Storage:
    """So many cases; a third as many go before them, so that no table starts from an empty page."""
    with psycopg.connect(place.server.url, autocommit=True) as connection:
        _settle(place, range(first, first + cases // 3))
        before = _compacted(connection)
        _settle(place, range(first + cases // 3, first + cases // 3 + cases))
        left = sum(size for size, _ in _sizes(connection).values())
        after = _compacted(connection)
    grown = {name: (after[name][0] - before[name][0]) / cases for name in after}
    return Storage(
        {name: size for name, size in sorted(grown.items(), key=lambda entry: -entry[1]) if size > 0},
        sum(after[name][1] - before[name][1] for name in after) / cases,
        (left - sum(size for size, _ in before.values())) / cases,
    )


def _settle(place: Installation, numbers: range) -> None:
    """Cases to the end, their messages sent and their events numbered, as the workers do."""
    for number in numbers:
        run_case(place, number, StepRun())
    while relay_outbox(place.office, SYSTEM, RelayOutbox())["sent"]:
        pass
    while sequence_events(place.office, SYSTEM, SequenceEvents())["numbered"]:
        pass


def _sizes(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, int]]:
    return {name: (total, indexes) for name, total, indexes in connection.execute(_SIZES)}


def _compacted(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, int]]:
    for name in _sizes(connection):
        connection.execute(psycopg.sql.SQL("VACUUM (FULL, ANALYZE) {}").format(psycopg.sql.Identifier(name)))
    return _sizes(connection)


def lines(storage: Storage) -> list[Line]:
    told = [
        Line("bytes per case kept for good, compact", storage.kept, "B", aim=MOST_BYTES, note="no PDF files"),
        Line(
            "    with the answers for repeated requests",
            storage.total,
            "B",
            note="those are forgotten after three days",
        ),
        Line("    of them indexes", storage.indexes, "B"),
        Line("    as the run left them, before vacuum", storage.as_left, "B"),
    ]
    return told + [Line(f"    {name}", size, "B") for name, size in storage.by_table.items()]


def main() -> None:
    with installation() as place:
        print(table("Storage", lines(measure_storage(place, 300, 0))))


if __name__ == "__main__":
    main()
