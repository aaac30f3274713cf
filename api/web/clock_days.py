"""A due date as a picture (计时日历): the ledger's days laid out in weeks, each with what it counted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.policy.clocks import LedgerLine
from engine.terms import LedgerKind

MOST_WEEKS = 30
_COUNTING = frozenset({LedgerKind.COUNTED, LedgerKind.MAKE_UP})


@dataclass(frozen=True)
class ClockDay:
    """One day of the picture. `ordinal` is the how-many-eth day of the limit it consumed; None if it did not count."""

    on: date
    kind: LedgerKind | None
    ordinal: int | None
    is_due: bool
    is_today: bool


def clock_weeks(ledger: Sequence[LedgerLine], today: date) -> tuple[tuple[ClockDay, ...], ...]:
    """Weeks from Monday to Sunday that hold the days of a ledger; empty for limits in hours and for very long ones."""
    days = {} if any(_is_in_hours(line) for line in ledger) else dict(_days(ledger))
    if not days or (max(days) - min(days)).days > MOST_WEEKS * 7:
        return ()
    due_on = ledger[-1].last_on
    first = min(days) - timedelta(days=min(days).weekday())
    last = max(days) + timedelta(days=6 - max(days).weekday())
    cells = [_cell(first + timedelta(days=n), days, due_on, today) for n in range((last - first).days + 1)]
    return tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))


def _days(ledger: Sequence[LedgerLine]) -> Iterator[tuple[date, tuple[LedgerKind, int | None]]]:
    """Each day of the ledger with what it was; a line of several counted days names the number of each."""
    for line in ledger:
        for n in range(_length(line) if line.kind is not LedgerKind.DUE else 0):
            ordinal = line.total - line.consumed + n + 1 if line.kind in _COUNTING else None
            yield line.first_on + timedelta(days=n), (line.kind, ordinal)


def _is_in_hours(line: LedgerLine) -> bool:
    """Lines of a limit in hours do not stand for whole days."""
    return line.kind in _COUNTING and line.consumed != _length(line)


def _length(line: LedgerLine) -> int:
    return (line.last_on - line.first_on).days + 1


def _cell(on: date, days: dict[date, tuple[LedgerKind, int | None]], due_on: date, today: date) -> ClockDay:
    kind, ordinal = days.get(on, (None, None))
    return ClockDay(on, kind, ordinal, on == due_on, on == today)
