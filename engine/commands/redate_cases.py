"""Open cases dated again after the working calendar changed (重新计算届满日, rule R10), many in one transaction.

The one command that changes more than one case at a time: it touches dates only, in the order of the cases' ids, and a
run that is interrupted goes on where the last commit left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import DUE_COLUMNS
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotFound
from engine.office.redating import Redated, redated
from engine.policy.dating import Dating
from engine.records.events import event_hash
from engine.terms import ClockKind

CASES_AT_ONCE = 500


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
    seen, moved = run.cases_seen + len(cases), run.cases_moved + batch.moved
    last = {"last_case_id": cases[-1].id} if cases else {}
    ended = {"finished_at": desk.now} if finished else {}
    desk.uow.redatings.advance(run.id, {**last, **ended, "cases_seen": seen, "cases_moved": moved})
    if batch.told:
        desk.uow.wake("outbox")
    return {"finished": finished, "cases_seen": seen, "cases_moved": moved}


class _Batch:
    """The rows of many cases as they will be written."""

    def __init__(self, desk: Desk, run: Row[Any], dating: Dating) -> None:
        self._desk, self._run, self._dating = desk, run, dating
        self.moved = 0
        self.cases: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._listed: list[dict[str, Any]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def take(self, case: Row[Any], parts: dict[str, list[Row[Any]]]) -> None:
        """Work out every date of one case anew and remember those that move."""
        shelved = self._desk.office.definitions.by_id(self._desk.uow.definitions, case.version_id)
        found = redated(case, shelved.definition, parts, self._dating)
        if not found.dates and not found.is_settled:
            return
        self.moved += bool(found.dates)
        columns = {DUE_COLUMNS[kind]: new for kind, (_, new) in found.clocks.items()}
        self._tell(case, found)
        provisional = {"due_is_provisional": found.is_provisional}
        self.cases.append({"id": case.id, **provisional, **_iso(columns), **self._chain(case)})
        for moved in found.others:
            row = {**(moved.row or {}), "due_at": moved.new.isoformat()}
            self._rows.setdefault(moved.part, []).append(row)
            if moved.part == "steps":
                self._rows.setdefault("items", []).append(row)
        self._listed += [
            {"case_id": case.id, "what": m.what, **_iso({"old_at": m.old, "new_at": m.new})} for m in found.dates
        ]
        if ClockKind.PROMISED in found.clocks:
            due_on = local_date(found.clocks[ClockKind.PROMISED][1]).isoformat()
            self.told.append({"case_id": case.id, "payload": {"number": case.number, "due_on": due_on}})

    def _tell(self, case: Row[Any], found: Redated) -> None:
        payload: dict[str, Any] = {"redating": self._run.id}
        if found.clocks or found.is_settled:
            payload["calendar"] = self._run.calendar_id
            payload |= {f"{kind.value}_due": new.isoformat() for kind, (_, new) in found.clocks.items()}
        if found.others:
            payload["moved"] = {m.what: m.new.isoformat() for m in found.others}
        if ClockKind.PROMISED in found.clocks:
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


def _iso(instants: dict[str, datetime]) -> dict[str, str]:
    return {name: at.isoformat() for name, at in instants.items()}
