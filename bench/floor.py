"""The floor: what a durable step costs when nothing but the step is written. Run: python -m bench.floor

One transaction inserts an event with a JSON of eight fields, updates a task row and a case row: prepared statements,
psycopg 3, the same server as the measured system, tables of 20,000 rows.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

import orjson
import psycopg

from api.embedded.postgres import EmbeddedPostgres
from bench.figures import Line, Timings, table, tree_seconds
from bench.installation import installation
from bench.runtime import stock_steps

DATABASE = "floor"
ROWS = 20_000
_SCHEMA = f"""
CREATE TABLE cases (id bigint PRIMARY KEY, status text NOT NULL, changed_at timestamptz NOT NULL, revision int NOT NULL);
CREATE TABLE tasks (id bigint PRIMARY KEY, case_id bigint NOT NULL, status text NOT NULL, closed_at timestamptz);
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint NOT NULL, body jsonb NOT NULL);
CREATE INDEX ON tasks (case_id); CREATE INDEX ON events (case_id);
INSERT INTO cases SELECT n, 'open', now(), 0 FROM generate_series(1, {ROWS}) n;
INSERT INTO tasks SELECT n, n, 'open', NULL FROM generate_series(1, {ROWS}) n;
INSERT INTO events (case_id, body) SELECT n, '{{}}' FROM generate_series(1, {ROWS}) n;
VACUUM ANALYZE;
"""
_INSERT = "INSERT INTO events (case_id, body) VALUES (%s, %s)"
_TASK = "UPDATE tasks SET status = %s, closed_at = now() WHERE id = %s"
_CASE = "UPDATE cases SET status = %s, changed_at = now(), revision = revision + 1 WHERE id = %s"


@dataclass(frozen=True)
class Floor:
    """Raw transactions of one run: milliseconds, per second, CPU milliseconds of client and server together."""

    processes: int
    p50: float
    p95: float
    per_second: float
    cpu: float


def prepare_floor(server: EmbeddedPostgres) -> None:
    """The database of the floor, filled anew."""
    with psycopg.connect(server.create_database(DATABASE), autocommit=True) as connection:
        for statement in _SCHEMA.strip().split(";\n"):
            connection.execute(statement)


def measure_floor(server: EmbeddedPostgres, transactions: int, processes: int = 1) -> Floor:
    """The raw transaction, from so many processes at once; `prepare_floor` went before."""
    before = tree_seconds(server.pid or 0)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        runs = pool.starmap(_run, [(server.url_of(DATABASE), transactions, n) for n in range(processes)])
    timings = Timings([second for seconds, _, _ in runs for second in seconds])
    cpu = tree_seconds(server.pid or 0) - before + sum(client for _, client, _ in runs)
    rate = sum(transactions / wall for _, _, wall in runs)
    return Floor(processes, timings.p50(), timings.p95(), rate, cpu / processes / transactions * 1000)


def _run(url: str, transactions: int, worker: int) -> tuple[list[float], float, float]:
    timings = Timings()
    with psycopg.connect(url, prepare_threshold=0) as connection:
        for n in range(20):
            _step(connection, n + 1)
        began, cpu = perf_counter(), process_time()
        for n in range(transactions):
            with timings.one():
                _step(connection, (n * 7919 + worker * 104_729) % ROWS + 1)
        return timings.seconds, process_time() - cpu, perf_counter() - began


def _step(connection: psycopg.Connection, number: int) -> None:
    body = orjson.dumps({f"field_{n}": f"value {number} of field {n}" for n in range(8)}).decode()
    connection.execute(_INSERT, (number, body))
    connection.execute(_TASK, ("done", number))
    connection.execute(_CASE, ("open", number))
    connection.commit()


def stock_milliseconds(cases: int) -> float:
    """The median step of stock SpiffWorkflow that never leaves memory."""
    return Timings([s for _ in range(cases) for s in stock_steps()]).p50()


def lines(floors: Sequence[Floor]) -> list[Line]:
    return [
        line
        for floor in floors
        for line in (
            Line(f"raw transaction, {floor.processes} process(es): p50", floor.p50, "ms"),
            Line("    p95", floor.p95, "ms"),
            Line("    rate", floor.per_second, "/s"),
            Line("    CPU, client and server", floor.cpu, "ms"),
        )
    ]


def main() -> None:
    with installation() as place:
        prepare_floor(place.server)
        floors = [measure_floor(place.server, 2000, processes) for processes in (1, 2)]
    told = [*lines(floors), Line("SpiffWorkflow step in memory", stock_milliseconds(50), "ms")]
    print(table("The floor", told))


if __name__ == "__main__":
    main()
