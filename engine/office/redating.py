"""The dates of an open case worked out anew under another calendar (重新计算届满日, rule R10).

Used by `redate_cases` and by the preview, so that the policy officer sees beforehand exactly what loading a calendar will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.definitions.model import ItemDefinition
from engine.definitions.steps import limit_of_step, node_of
from engine.policy.case_clocks import CaseTimes, clocks_of, commitment_limit, limit_of, times_of
from engine.policy.dating import Dating
from engine.policy.limits import Interval, Limit
from engine.terms import CaseStatus, ClockKind

if TYPE_CHECKING:
    from sqlalchemy import Row

Parts = Mapping[str, Sequence["Row[Any]"]]
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class MovedDate:
    """One date that moves. `what` it is called in the list, `row` of the part that carries it; none for the case itself."""

    what: str
    old: datetime
    new: datetime
    part: str = ""
    row: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Redated:
    """What moves in one case: its own clocks, and whatever else carries a due date.

    is_settled  its due date stays, but is official now where it was provisional, or the other way round
    """

    clocks: Mapping[ClockKind, tuple[datetime, datetime]]
    others: tuple[MovedDate, ...]
    is_provisional: bool
    is_settled: bool

    @property
    def dates(self) -> tuple[MovedDate, ...]:
        """All of them, the case's own first."""
        own = (MovedDate(kind.value, old, new) for kind, (old, new) in self.clocks.items())
        return (*own, *self.others)


def redated(case: Row[Any], definition: ItemDefinition, parts: Parts, dating: Dating) -> Redated:
    """The dates of one case that are others under this calendar; `parts` as `RedatingRecords.batch` reads them."""
    place = (case.home_region, case.department)
    clocks, is_provisional = _clocks(case, definition, parts["suspensions"], dating, place)
    others = tuple(moved for moved in _others(definition, parts, dating, place) if moved.new != moved.old)
    is_settled = not clocks and is_provisional is not case.due_is_provisional
    return Redated(clocks, others, is_provisional, is_settled)


def _clocks(
    case: Row[Any], definition: ItemDefinition, stood: Sequence[Row[Any]], dating: Dating, place: tuple[str, str]
) -> tuple[dict[ClockKind, tuple[datetime, datetime]], bool]:
    """The case's own due dates that move. While a clock stands its date is not known; it is set when it runs on.

    A clock that was stopped by the decision is history: a case decided in time does not become late afterwards.
    """
    if case.status == CaseStatus.SUSPENDED:
        return {}, case.due_is_provisional
    found, provisional = {}, case.due_is_provisional
    for kind, clock in clocks_of(definition.limits, _times(case, stood, definition)).items():
        if clock.stopped_at is not None:
            continue
        old = getattr(case, f"{kind.value}_due_at")
        new, guessed = dating.of(clock, place)
        if kind in (ClockKind.PROMISED, ClockKind.ACCEPTANCE, ClockKind.CORRECTION):
            provisional = guessed
        if old is not None and new != old:
            found[kind] = (old, new)
    return found, provisional


def _others(definition: ItemDefinition, parts: Parts, dating: Dating, place: tuple[str, str]) -> Iterator[MovedDate]:
    """Steps, timers, special procedures, promised documents and supervision orders."""

    def due(started_at: datetime, limit: Limit) -> datetime:
        return dating.due(started_at, limit, place)[0]

    for row in parts["steps"]:
        rule = limit_of_step(definition, node_of(definition, row.process_id, row.node_id), row.instance)
        if rule:
            yield MovedDate(
                f"step:{row.token}", row.due_at, due(row.opened_at, limit_of(rule)), "steps", _token_of(row)
            )
    steps = {row.token: row.instance for row in parts["steps"]}
    for row in parts["timers"]:
        rule = limit_of_step(definition, node_of(definition, row.process_id, row.node_id), steps.get(row.token))
        if rule and row.opened_at:
            fires = due(row.opened_at, limit_of(rule)) + _ONE_SECOND
            yield MovedDate(f"timer:{row.token}", row.due_at, fires, "timers", _token_of(row))
    for row in parts["suspensions"]:
        procedure = definition.limits.procedure(row.procedure)
        if procedure and row.ended_at is None and row.due_at:
            new = due(row.started_at, limit_of(procedure.limit))
            yield MovedDate(f"procedure:{row.id}", row.due_at, new, "suspensions", {"id": row.id})
    for row in parts["commitments"]:
        new = due(row.made_at, commitment_limit(definition.limits, row.kind))
        yield MovedDate(f"commitment:{row.document_id}", row.due_at, new, "commitments", {"id": row.id})
    for row in parts["orders"]:
        new = due(row.asked_at, Limit(row.reply_working_days))
        yield MovedDate(f"order:{row.id}", row.due_at, new, "orders", {"id": row.id})


def _token_of(row: Row[Any]) -> dict[str, Any]:
    return {"case_id": row.case_id, "token": row.token}


def _times(case: Row[Any], stood: Sequence[Row[Any]], definition: ItemDefinition) -> CaseTimes:
    intervals = (Interval(row.started_at, row.ended_at, row.title) for row in stood)
    return times_of(partial(getattr, case), intervals, definition)
