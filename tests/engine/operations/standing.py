"""What of a case an operation may change, read whole, and the laws that hold of it at any moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from engine.office.shelves import ShelvedDefinition
from engine.policy.case_clocks import clocks_of, times_of
from engine.policy.clocks import CaseClock
from engine.policy.limits import Interval
from engine.queries.case_check import _Check
from engine.records.definitions import DefinitionRecords
from engine.runtime import open_tokens
from engine.terms import ClockKind
from tests.conftest import MONDAY
from tests.shapes import ShapedStory

UNFINISHED = ("open", "claimed", "waiting", "incident")
_CASE = "SELECT c.*, s.state FROM cases c LEFT JOIN case_states s ON s.case_id = c.id WHERE c.id = :case"


@dataclass(frozen=True)
class Standing:
    """The rows of one case at one moment."""

    case: Row[Any]
    steps: tuple[Row[Any], ...]
    items: tuple[Row[Any], ...]
    timers: tuple[Row[Any], ...]
    suspensions: tuple[Row[Any], ...]
    events: tuple[str, ...]
    notices: tuple[str, ...]
    orders: frozenset[int]
    clocks: dict[ClockKind, tuple[str, datetime, datetime]]
    broken: tuple[str, ...]

    @property
    def open_steps(self) -> dict[str, Any]:
        """Token -> due date of the open steps."""
        return {step.token: step.due_at for step in self.steps if step.status == "open"}

    @property
    def procedures(self) -> frozenset[int]:
        return frozenset(row.id for row in self.suspensions if row.ended_at is None)

    @property
    def holders(self) -> dict[int, tuple[Any, ...]]:
        return {row.id: (row.token, row.status, row.officer_id, row.post_id, row.version) for row in self.items}


def standing(story: ShapedStory) -> Standing:
    """The case now, with every law it breaks."""
    with story.office.database.connect() as connection:
        check = _Check(story.office, connection, MONDAY)
        head = connection.execute(text(_CASE), {"case": story.case_id}).one()
        (rows,) = check._with_parts([head])
        faults = [str(fault) for fault in check.faults_of(rows)]
        shelved: ShelvedDefinition = story.office.definitions.by_id(DefinitionRecords(connection), head.version_id)
        calendar = story.office.references.calendar(DefinitionRecords(connection)).calendar
    kinds = story.rows("SELECT kind FROM notices WHERE case_id = :case ORDER BY id")
    orders = story.rows("SELECT id FROM supervision_orders WHERE case_id = :case AND status = 'issued'")
    stood = [Interval(row.started_at, row.ended_at, row.title) for row in rows.suspensions]
    times = times_of(lambda name: getattr(head, name), stood, shelved.definition)
    clocks = clocks_of(shelved.definition.limits, times)
    place, now = calendar.for_place(head.home_region, head.department), story.office.clock.now()
    found = Standing(
        case=head,
        steps=tuple(sorted(rows.steps, key=lambda step: int(step.token))),
        items=rows.items,
        timers=tuple(sorted(rows.timers, key=lambda timer: int(timer.token))),
        suspensions=tuple(sorted(rows.suspensions, key=lambda row: row.id)),
        events=tuple(event.kind for event in rows.events),
        notices=tuple(row.kind for row in kinds),
        orders=frozenset(row.id for row in orders),
        clocks={k: (_running(c, k, head.status), c.due(place, now).due_at, c.started_at) for k, c in clocks.items()},
        broken=(),
    )
    tokens = [t.id for t in open_tokens(shelved.process, head.state)] if head.state is not None else []
    broken = (*faults, *_broken_laws(found, tokens))
    return Standing(**{**found.__dict__, "broken": broken})


def _running(clock: CaseClock, kind: ClockKind, status: str) -> str:
    if clock.stopped_at is not None:
        return "ended"
    stands = status == "suspended" and kind in (ClockKind.PROMISED, ClockKind.STATUTORY)
    return "standing" if stands else "running"


def _broken_laws(now: Standing, tokens: list[str]) -> list[str]:
    """What must never be, said in one line each."""
    open_ = now.open_steps
    waiting = [t.token for t in now.timers if t.fired_at is None and t.cancelled_at is None]
    pending = [item for item in now.items if item.status in UNFINISHED]
    others = Counter(item.token for item in pending if item.part != "main")
    told = []
    pure_timers = set(waiting) - {step.token for step in now.steps}
    if sorted(tokens) != sorted([*open_, *pure_timers]):
        told.append(f"流程令牌{sorted(tokens)}与开放环节{sorted(open_)}不符")
    told += [f"已关闭的环节{item.token}还有待办{item.id}" for item in pending if item.token not in open_]
    told += [f"已关闭的环节{token}还有定时" for token in waiting if token not in tokens]
    told += [
        f"已关闭的环节{row.token}还有特别程序"
        for row in now.suspensions
        if row.ended_at is None and row.token is not None and row.token not in open_
    ]
    for step in (s for s in now.steps if s.status == "open"):
        mains = [item for item in pending if item.token == step.token and item.part == "main"]
        if len(mains) != 1:
            told.append(f"环节{step.token}有{len(mains)}个主办待办")
        if step.signers != others[step.token]:
            told.append(f"环节{step.token}记有{step.signers}人待签，实有{others[step.token]}人")
        if any(item.status == "waiting" for item in mains) and not others[step.token]:
            told.append(f"环节{step.token}的主办在等待，却无人可等")
        if any(item.status == "waiting" for item in mains) and not _somebody_acts(pending, step.token):
            told.append(f"环节{step.token}人人都在等待")
    if now.case.status == "closed" and (tokens or open_ or pending or waiting or now.procedures):
        told.append("已办结的办件还有未了事项")
    if now.case.status == "closed" and any(state != "ended" for state, *_ in now.clocks.values()):
        told.append("已办结的办件还有时钟在走")
    if (now.case.status == "suspended") != bool(now.procedures) and now.case.status != "decided":
        told.append(f"办件为{now.case.status}，进行中的特别程序有{len(now.procedures)}项")
    return told


def _somebody_acts(pending: list[Row[Any]], token: str) -> bool:
    return any(item.token == token and item.status != "waiting" for item in pending)
