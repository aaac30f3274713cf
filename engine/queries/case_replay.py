"""A case told again from its events alone (重演): what its rows must say if nothing was lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from engine.definitions.model import ItemDefinition
from engine.definitions.steps import lane_of
from engine.policy.case_clocks import CaseTimes, clocks_of, due_dates
from engine.policy.limits import Interval
from engine.policy.working_days import WorkingCalendar
from engine.terms import ActorKind, Card, CaseResult, CaseStatus, ClockKind, WorkItemStatus

_RESULTS = {"acceptance_refused": CaseResult.NOT_ACCEPTED, "correction_expired": CaseResult.CORRECTION_EXPIRED}


@dataclass
class StepTold:
    """A step as its events leave it."""

    node: str
    due_at: datetime | None
    status: str = "open"
    decision: str | None = None


@dataclass
class ItemTold:
    """A work item as its events leave it; leases of the machine lane are no events."""

    token: str
    due_at: datetime | None
    sort_at: datetime | None
    status: str = WorkItemStatus.OPEN.value
    officer_id: int | None = None
    version: int = 1


@dataclass
class TimerTold:
    due_at: datetime | None
    status: str = "waiting"


@dataclass
class ProcedureTold:
    """A special procedure: when the clock stopped and when it ran on."""

    started_at: datetime
    due_at: datetime
    token: str | None
    ended_at: datetime | None = None


@dataclass
class CaseTold:
    """Everything the events of one case say, after the last of them."""

    status: CaseStatus = CaseStatus.RECEIVED
    result: str | None = None
    number: str = ""
    home_region: str = ""
    instants: dict[str, datetime] = field(default_factory=dict)
    dates: dict[ClockKind, datetime] = field(default_factory=dict)
    card: str = Card.NONE.value
    steps: dict[str, StepTold] = field(default_factory=dict)
    items: dict[int, ItemTold] = field(default_factory=dict)
    timers: dict[str, TimerTold] = field(default_factory=dict)
    procedures: dict[int, ProcedureTold] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    certificates: dict[int, tuple[str, str]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    contradictions: list[tuple[int, str, str, str]] = field(default_factory=list)

    @property
    def open_tokens(self) -> set[str]:
        waiting = {token for token, timer in self.timers.items() if timer.status == "waiting"}
        return waiting | {token for token, step in self.steps.items() if step.status == "open"}


def replay(
    events: Iterable[Row[Any]], definition: ItemDefinition, calendar_of: Callable[[int], WorkingCalendar]
) -> CaseTold:
    """What the rows of the case must say. `contradictions`: (seq, rule, expected, found) inside the events themselves.

    calendar_of  the working calendar of a reference text's id, as events name it
    """
    teller = _Teller(CaseTold(), definition, calendar_of)
    for event in events:
        teller.take(event)
    return teller.case


class _Teller:
    """Takes one event after the other."""

    def __init__(self, case: CaseTold, definition: ItemDefinition, calendar_of: Callable[[int], WorkingCalendar]):
        self.case, self._definition, self._calendar_of = case, definition, calendar_of

    def take(self, event: Row[Any]) -> None:
        payload: Mapping[str, Any] = event.payload
        special = getattr(self, f"_{event.kind}", None)
        if special is not None:
            special(event, payload)
        if "calendar" in payload:
            self._take_dates(event, payload)
        self._close(event, payload)
        self._open(event, payload)
        if "ended" in payload or event.kind in _RESULTS:
            self._end(event, payload)
        self.case.told += payload.get("told", ())

    # --- what only some events say ------------------------------------------------------------------------------

    def _case_received(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.number, self.case.home_region = payload["number"], payload["home"]
        self.case.documents = dict(payload["documents"])
        self.case.instants["received_at"] = event.at

    def _case_accepted(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.status = CaseStatus.IN_PROCESS
        self.case.instants["accepted_at"] = event.at

    def _correction_requested(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.status = CaseStatus.CORRECTION
        self.case.instants["correction_asked_at"] = event.at

    def _correction_supplied(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.status = CaseStatus.RECEIVED
        self.case.instants["supplied_at"] = event.at
        self.case.documents |= dict.fromkeys(payload["documents"], "received")

    def _work_item_claimed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self._hold(payload, WorkItemStatus.CLAIMED, event.officer_id)

    def _work_item_released(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self._hold(payload, WorkItemStatus.OPEN, None)

    def _hold(self, payload: Mapping[str, Any], status: WorkItemStatus, officer_id: int | None) -> None:
        if item := self.case.items.get(payload["item"]):
            item.status, item.officer_id, item.version = status.value, officer_id, item.version + 1

    def _work_item_completed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if result := payload.get("result"):
            self.case.status, self.case.result = CaseStatus.DECIDED, result
            self.case.instants["decided_at"] = event.at
        if "mode" in payload:
            self.case.instants["delivered_at"] = event.at

    def _procedure_started(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        due_at = datetime.fromisoformat(payload["due"])
        self.case.procedures[payload["suspension"]] = ProcedureTold(event.at, due_at, payload.get("token"))
        if self.case.status is CaseStatus.IN_PROCESS:
            self.case.status = CaseStatus.SUSPENDED

    def _procedure_ended(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        for suspension_id in payload["suspensions"]:
            if procedure := self.case.procedures.get(suspension_id):
                procedure.ended_at = event.at
        if self.case.status is CaseStatus.SUSPENDED and all(p.ended_at for p in self.case.procedures.values()):
            self.case.status = CaseStatus.IN_PROCESS

    def _timer_fired(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if timer := self.case.timers.get(payload["token"]):
            timer.status = "fired"

    def _certificate_issued(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.certificates[payload["item"]] = (payload["number"], payload["sha256"])

    def _card_changed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if payload["from"] != self.case.card:
            self.case.contradictions.append((event.seq, "信号接续", self.case.card, payload["from"]))
        self.case.card = payload["to"]

    # --- what any event may say ---------------------------------------------------------------------------------

    def _take_dates(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        """The due dates worked out anew, held against the ones the event tells."""
        clocks = clocks_of(self._definition.limits, self._times())
        for kind, date in due_dates(clocks, self._calendar_of(payload["calendar"]), event.at).items():
            self.case.dates[kind] = date.due_at
            told = payload.get(f"{kind.value}_due")
            if told != date.due_at.isoformat():
                self.case.contradictions.append((event.seq, kind.label, date.due_at.isoformat(), str(told)))
        for item in self.case.items.values():
            if item.status in (WorkItemStatus.OPEN, WorkItemStatus.CLAIMED) and event.kind == "procedure_ended":
                item.sort_at = self._sort_at(item.due_at)

    def _times(self) -> CaseTimes:
        at = self.case.instants
        return CaseTimes(
            status=self.case.status,
            received_at=at.get("supplied_at") or at["received_at"],
            correction_asked_at=at.get("correction_asked_at"),
            accepted_at=at.get("accepted_at"),
            decided_at=at.get("decided_at"),
            suspensions=tuple(Interval(p.started_at, p.ended_at) for p in self.case.procedures.values()),
        )

    def _sort_at(self, due_at: datetime | None) -> datetime | None:
        return min((at for at in (due_at, self.case.dates.get(ClockKind.PROMISED)) if at), default=None)

    def _close(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        done_id = payload.get("item")
        for token in payload.get("closed", ()):
            if (timer := self.case.timers.get(token)) and timer.status == "waiting":
                timer.status = "cancelled"
            items = {item_id: item for item_id, item in self.case.items.items() if item.token == token}
            if step := self.case.steps.get(token):
                step.status = "done" if done_id in items else "cancelled"
                if done_id in items:
                    step.decision = "accept" if event.kind == "case_accepted" else payload.get("decision")
            for item_id, item in items.items():
                item.status = WorkItemStatus.DONE if item_id == done_id else WorkItemStatus.CANCELLED
                item.officer_id = event.officer_id if item_id == done_id else item.officer_id
                item.version += 1

    def _open(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        for line in payload.get("opened", ()):
            due_at = datetime.fromisoformat(line["due"]) if "due" in line else None
            if line.get("timer"):
                # A timer rings at the first instant after its days.
                self.case.timers[line["token"]] = TimerTold(due_at and due_at + timedelta(seconds=1))
                continue
            self.case.steps[line["token"]] = StepTold(line["node"], due_at)
            self.case.items[line["item"]] = ItemTold(line["token"], due_at, self._sort_at(due_at))

    def _end(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        end = self._definition.process.by_id.get(payload.get("ended", ""))
        self.case.status = CaseStatus.CLOSED
        self.case.result = _RESULTS.get(event.kind) or (end.outcome if end else "") or self.case.result
        self.case.instants["closed_at"] = event.at
        self.case.instants.setdefault("decided_at", event.at)


def is_machine(definition: ItemDefinition, process_id: str, node_id: str, path: str) -> bool:
    """Whether a step is the machine's, whose work items are leased without an event."""
    node = definition.process_of(process_id).node(node_id)
    places = path.split("/") if path else ()
    return bool(node.service) or lane_of(definition, process_id, node_id, places).actor_kind is ActorKind.MACHINE
