"""Open cases dated again after the working calendar changed (重新计算届满日, rule R10), many in one transaction.

The one command that changes more than one case at a time: it touches dates only, in the order of the cases' ids, and a
run that is interrupted goes on where the last commit left it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import DUE_COLUMNS
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import ItemDefinition
from engine.definitions.steps import limit_of_step, node_of
from engine.errors import NotFound
from engine.policy.case_clocks import CaseTimes, clocks_of, commitment_limit, limit_of, times_of
from engine.policy.dating import Dating
from engine.policy.limits import Interval, Limit
from engine.records.events import event_hash
from engine.terms import CaseStatus, ClockKind

CASES_AT_ONCE = 500
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class RedateCases(Request):
    """The run to go on with; `most` cases are looked at in this transaction."""

    redating_id: int
    most: int = CASES_AT_ONCE


@verb
def redate_cases(desk: Desk, request: RedateCases) -> Answer:
    """How far the run is; `finished` once every open case was looked at. Repeating a finished run changes nothing."""
    run = desk.uow.redatings.lock(request.redating_id)
    if run is None:
        raise NotFound("没有这次重新计算。", en="no such redating")
    if run.finished_at:
        return {"finished": True, "cases_seen": run.cases_seen, "cases_moved": run.cases_moved}
    cases, parts = desk.uow.redatings.batch(run.last_case_id, request.most)
    shelved = desk.office.references.calendar_by_id(desk.uow.definitions, run.calendar_id)
    batch = _Batch(desk, run, Dating(shelved.calendar))
    for case in cases:
        batch.take(case, {name: found.get(case.id, []) for name, found in parts.items()})
    batch.write()
    finished = len(cases) < request.most
    seen, moved = run.cases_seen + len(cases), run.cases_moved + len(batch.cases)
    last = {"last_case_id": cases[-1].id} if cases else {}
    ended = {"finished_at": desk.now} if finished else {}
    desk.uow.redatings.advance(run.id, {**last, **ended, "cases_seen": seen, "cases_moved": moved})
    if batch.told:
        desk.uow.wake("outbox")
    return {"finished": finished, "cases_seen": seen, "cases_moved": moved}


@dataclass(frozen=True)
class _Moved:
    """One date that moves: what it is called in the list, which row carries it, and both instants."""

    what: str
    part: str
    row: dict[str, Any]
    old: datetime
    new: datetime


class _Batch:
    """The rows of many cases as they will be written."""

    def __init__(self, desk: Desk, run: Row[Any], dating: Dating) -> None:
        self._desk, self._run, self._dating = desk, run, dating
        self.cases: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._listed: list[dict[str, Any]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def take(self, case: Row[Any], parts: dict[str, list[Row[Any]]]) -> None:
        """Work out every date of one case anew and remember those that move."""
        shelved = self._desk.office.definitions.by_id(self._desk.uow.definitions, case.version_id)
        place = (case.home_region, case.department)
        main, is_provisional = self._main(case, shelved.definition, parts["suspensions"], place)
        others = [m for m in self._others(shelved.definition, parts, place) if m.new != m.old]
        if not main and not others:
            return
        columns = {DUE_COLUMNS[kind]: new for kind, (_, new) in main.items()}
        self._tell(case, main, others)
        self.cases.append({"id": case.id, "due_is_provisional": is_provisional, **_iso(columns), **self._chain(case)})
        for moved in others:
            self._rows.setdefault(moved.part, []).append({**moved.row, "due_at": moved.new.isoformat()})
            if moved.part == "steps":
                self._rows.setdefault("items", []).append({**moved.row, "due_at": moved.new.isoformat()})
        told = [(kind.value, old, new) for kind, (old, new) in main.items()]
        told += [(m.what, m.old, m.new) for m in others]
        self._listed += [{"case_id": case.id, "what": what, **_iso({"old_at": a, "new_at": b})} for what, a, b in told]
        if ClockKind.PROMISED in main:
            due_on = local_date(main[ClockKind.PROMISED][1]).isoformat()
            self.told.append({"case_id": case.id, "payload": {"number": case.number, "due_on": due_on}})

    def _main(
        self, case: Row[Any], definition: ItemDefinition, stood: list[Row[Any]], place: tuple[str, str]
    ) -> tuple[dict[ClockKind, tuple[datetime, datetime]], bool]:
        """The case's own due dates that move. While a clock stands its date is not known; it is set when it runs on."""
        if case.status == CaseStatus.SUSPENDED:
            return {}, case.due_is_provisional
        found, provisional = {}, case.due_is_provisional
        for kind, clock in clocks_of(definition.limits, _times(case, stood, definition)).items():
            old = getattr(case, DUE_COLUMNS[kind])
            new, guessed = self._dating.of(clock, place)
            if kind in (ClockKind.PROMISED, ClockKind.ACCEPTANCE, ClockKind.CORRECTION):
                provisional = guessed
            if old is not None and new != old:
                found[kind] = (old, new)
        return found, provisional

    def _others(
        self, definition: ItemDefinition, parts: dict[str, list[Row[Any]]], place: tuple[str, str]
    ) -> Iterator[_Moved]:
        """Steps, timers, special procedures, promised documents and supervision orders."""
        for row in parts["steps"]:
            rule = limit_of_step(definition, node_of(definition, row.process_id, row.node_id), row.instance)
            if rule:
                new = self._due(row.opened_at, limit_of(rule), place)
                yield _Moved(
                    f"step:{row.token}", "steps", {"case_id": row.case_id, "token": row.token}, row.due_at, new
                )
        steps = {row.token: row.instance for row in parts["steps"]}
        for row in parts["timers"]:
            node = node_of(definition, row.process_id, row.node_id)
            rule = limit_of_step(definition, node, steps.get(row.token))
            if rule and row.opened_at:
                new = self._due(row.opened_at, limit_of(rule), place) + _ONE_SECOND
                yield _Moved(
                    f"timer:{row.token}", "timers", {"case_id": row.case_id, "token": row.token}, row.due_at, new
                )
        for row in parts["suspensions"]:
            procedure = definition.limits.procedure(row.procedure)
            if procedure and row.ended_at is None and row.due_at:
                new = self._due(row.started_at, limit_of(procedure.limit), place)
                yield _Moved(f"procedure:{row.id}", "suspensions", {"id": row.id}, row.due_at, new)
        for row in parts["commitments"]:
            new = self._due(row.made_at, commitment_limit(definition.limits, row.kind), place)
            yield _Moved(f"commitment:{row.document_id}", "commitments", {"id": row.id}, row.due_at, new)
        for row in parts["orders"]:
            new = self._due(row.issued_at, Limit(row.reply_working_days), place)
            yield _Moved(f"order:{row.id}", "orders", {"id": row.id}, row.due_at, new)

    def _due(self, started_at: datetime, limit: Limit, place: tuple[str, str]) -> datetime:
        return self._dating.due(started_at, limit, place)[0]

    def _tell(self, case: Row[Any], main: dict[ClockKind, tuple[datetime, datetime]], others: list[_Moved]) -> None:
        payload: dict[str, Any] = {"redating": self._run.id}
        if main:
            payload["calendar"] = self._run.calendar_id
            payload |= {f"{kind.value}_due": new.isoformat() for kind, (_, new) in main.items()}
        if others:
            payload["moved"] = {m.what: m.new.isoformat() for m in others}
        if ClockKind.PROMISED in main:
            payload["told"] = ["applicant:case_redated"]
        self._events.append(
            {
                "case_id": case.id,
                "seq": case.event_seq + 1,
                "place": case.home_region,
                "payload": payload,
                "opened_on": local_date(case.received_at).isoformat(),
            }
        )

    def _chain(self, case: Row[Any]) -> dict[str, Any]:
        """The event just told joins the case's chain."""
        event = self._events[-1]
        author = {"officer_id": None, "post_id": None, "kind": "case_redated", "at": self._desk.now}
        digest = event_hash(case.event_hash, {**author, **event}).hex()
        event |= {"prev_hash": case.event_hash.hex(), "hash": digest}
        return {"event_seq": event["seq"], "event_hash": digest}

    def write(self) -> None:
        self._desk.uow.redatings.write(
            self._run.id,
            self._run.calendar_id,
            self._desk.now,
            cases=self.cases,
            events=self._events,
            moved=self._rows,
            told=self.told,
            listed=self._listed,
        )


def _times(case: Row[Any], stood: list[Row[Any]], definition: ItemDefinition) -> CaseTimes:
    intervals = (Interval(row.started_at, row.ended_at, row.title) for row in stood)
    return times_of(partial(getattr, case), intervals, definition)


def _iso(instants: dict[str, datetime]) -> dict[str, str]:
    return {name: at.isoformat() for name, at in instants.items()}
