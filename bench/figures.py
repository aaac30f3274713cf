"""What is measured and how it is told: wall time, CPU of processes, statements, commits; medians and one table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, event

from engine.records.prepared import Rows

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Timings:
    """Seconds of many runs of one thing, and the statements and commits of a typical one."""

    seconds: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds.append(perf_counter() - began)

    def p50(self) -> float:
        """Milliseconds."""
        return median(self.seconds) * 1000

    def p95(self) -> float:
        """Milliseconds."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000


@dataclass
class StatementCount:
    """How many statements a program sent; BEGIN and COMMIT are not among them, they are the transaction."""

    sent: int = 0


@contextmanager
def counting(database: Engine) -> Iterator[StatementCount]:
    """The statements sent through this engine's pool while the block runs, by SQLAlchemy or past it."""
    count = StatementCount()

    class Counted(Rows):
        def execute(self, *arguments: Any, **options: Any) -> Self:
            count.sent += 1
            return super().execute(*arguments, **options)

        def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> None:
            rows = list(params_seq)
            count.sent += len(rows)
            super().executemany(query, rows, **options)

    def watch(driver: psycopg.Connection[Any], *_: Any) -> None:
        driver.cursor_factory = Counted

    event.listen(database, "checkout", watch)
    try:
        yield count
    finally:
        event.remove(database, "checkout", watch)


def process_seconds(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended; 0 when it has gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def tree_seconds(pid: int) -> float:
    """CPU seconds of a process and everything below it: for PostgreSQL its sessions, log writer and checkpointer too."""
    children: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as listed:
                children += map(int, listed.read().split())
    except FileNotFoundError:
        return 0.0
    return process_seconds(pid) + sum(map(tree_seconds, children))


def commits(superuser: psycopg.Connection[Any], database: str) -> int:
    """Transactions this database has committed so far; sessions report theirs at most a second late."""
    row = superuser.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = %s", [database]).fetchone()
    return int(row[0]) if row else 0


def sessions(superuser: psycopg.Connection[Any], database: str) -> int:
    """Open sessions of this database."""
    row = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [database]).fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class Line:
    """One line of the table. `aim` is met unless the value is larger; `ratio` is to the floor of the same run."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return ""
        measured = self.value if self.ratio is None else self.ratio
        return "met" if measured <= self.aim else "MISSED"


def table(title: str, lines: Iterable[Line]) -> str:
    """The lines as text, figures aligned."""
    rows: Sequence[tuple[str, ...]] = [
        ("", "value", "unit", "x floor", "aim", "", "note"),
        *(
            (
                line.name,
                f"{line.value:,.2f}" if line.value < 100 else f"{line.value:,.0f}",
                line.unit,
                "" if line.ratio is None else f"{line.ratio:.2f}",
                "" if line.aim is None else f"{line.aim:g}",
                line.verdict,
                line.note,
            )
            for line in lines
        ),
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(7)]
    right = (1, 3, 4)
    told = [
        "  ".join(cell.rjust(widths[n]) if n in right else cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip()
        for row in rows
    ]
    return "\n".join([title, *told])
