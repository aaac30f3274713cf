"""A case told again from its events alone (重演): what its rows must say if nothing was lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from engine.definitions.model import ItemDefinition
from engine.definitions.steps import lane_of
from engine.policy.case_clocks import CaseTimes, clocks_of, due_dates, times_of
from engine.policy.limits import Interval
from engine.policy.working_days import WorkingCalendar
from engine.queries.card_replay import CardTold, take_card
from engine.terms import ActorKind, Card, CaseResult, CaseStatus, ClockKind, Part, WorkItemStatus

_RESULTS = {"acceptance_refused": CaseResult.NOT_ACCEPTED, "correction_expired": CaseResult.CORRECTION_EXPIRED}
INSTANTS = frozenset(
    {"received_at", "correction_asked_at", "supplied_at", "accepted_at", "decided_at", "delivered_at", "closed_at"}
)
# Events after which open work items stand at another place of the worklist, because the promised date moved.
RESORTING = frozenset({"procedure_ended", "limit_extended", "case_redated", "region_changed"})
_UNFINISHED = (WorkItemStatus.OPEN, WorkItemStatus.CLAIMED, WorkItemStatus.WAITING, WorkItemStatus.INCIDENT)
DUE_COLUMNS = {
    "promised_due_at": ClockKind.PROMISED,
    "statutory_due_at": ClockKind.STATUTORY,
    "acceptance_due_at": ClockKind.ACCEPTANCE,
    "correction_due_at": ClockKind.CORRECTION,
    "delivery_due_at": ClockKind.DELIVERY,
    "deferred_due_at": ClockKind.DEFERRED,
}


@dataclass
class StepTold:
    """A step as its events leave it."""

    node: str
    due_at: datetime | None
    status: str = "open"
    decision: str | None = None
    sign_rule: str = ""
    signers: int = 0


@dataclass
class ItemTold:
    """A work item as its events leave it; leases of the machine lane are no events."""

    token: str
    due_at: datetime | None
    sort_at: datetime | None
    status: str = WorkItemStatus.OPEN.value
    officer_id: int | None = None
    version: int = 1
    post_id: int | None = None
    part: str = Part.MAIN.value
    decision: str | None = None


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
class CommitmentTold:
    """What the applicant promised over one document."""

    kind: str
    due_at: datetime | None
    status: str


@dataclass
class OrderTold:
    """A supervision order (督办单): where it stands and until when it is to be answered."""

    number: str
    due_at: datetime
    status: str = "issued"


@dataclass
class CaseTold:
    """Everything the events of one case say, after the last of them."""

    status: CaseStatus = CaseStatus.RECEIVED
    result: str | None = None
    number: str = ""
    home_region: str = ""
    instants: dict[str, datetime] = field(default_factory=dict)
    dates: dict[ClockKind, datetime] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    card: str = Card.NONE.value
    cards: dict[int, CardTold] = field(default_factory=dict)
    steps: dict[str, StepTold] = field(default_factory=dict)
    items: dict[int, ItemTold] = field(default_factory=dict)
    timers: dict[str, TimerTold] = field(default_factory=dict)
    procedures: dict[int, ProcedureTold] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    commitments: dict[str, CommitmentTold] = field(default_factory=dict)
    certificates: dict[int, tuple[str, str]] = field(default_factory=dict)
    orders: dict[int, OrderTold] = field(default_factory=dict)
    copies: set[int] = field(default_factory=set)
    urgings: list[tuple[datetime, bool]] = field(default_factory=list)
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
        self.case, self._definition, self._nationwide = case, definition, calendar_of

    def _calendar_of(self, text_id: int) -> WorkingCalendar:
        return self._nationwide(text_id).for_place(self.case.home_region, self._definition.department)

    def take(self, event: Row[Any]) -> None:
        payload: Mapping[str, Any] = event.payload
        special = getattr(self, f"_{event.kind}", None)
        if special is not None:
            special(event, payload)
        take_card(self.case.cards, event.kind, event.at, payload)
        # Due dates are worked out from what the verb made of the case: an acceptance that is deemed, an extension.
        self._take_effects(payload)
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

    def _work_item_completed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if result := payload.get("result"):
            self.case.status, self.case.result = CaseStatus.DECIDED, result
            self.case.instants["decided_at"] = event.at
        if "mode" in payload:
            self.case.instants["delivered_at"] = event.at

    # A signature, or the last one struck off, may close the step and with it decide the case.
    _work_item_signed = _signer_removed = _work_item_completed

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

    _step_lapsed = _timer_fired

    def _case_redated(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        """Dates of steps, timers and procedures under another calendar; the case's own follow like every date."""
        for what, moved in payload.get("moved", {}).items():
            part, _, name = what.partition(":")
            at = datetime.fromisoformat(moved)
            if part == "step" and (step := self.case.steps.get(name)):
                step.due_at = at
                for item in self.case.items.values():
                    if item.token == name and item.status in _UNFINISHED:
                        item.due_at = at
            elif part == "timer" and (timer := self.case.timers.get(name)):
                timer.due_at = at
            elif part == "procedure" and (procedure := self.case.procedures.get(int(name))):
                procedure.due_at = at
            elif part == "commitment" and (commitment := self.case.commitments.get(name)):
                commitment.due_at = at
            elif part == "order" and (order := self.case.orders.get(int(name))):
                order.due_at = at
        if "calendar" not in payload:
            self._sort_again()

    def _supervision_ordered(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        due_at = datetime.fromisoformat(payload["reply_due"])
        self.case.orders[payload["order"]] = OrderTold(payload["number"], due_at)

    def _supervision_answered(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if order := self.case.orders.get(payload["order"]):
            order.status = "answered"

    def _supervision_closed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if order := self.case.orders.get(payload["order"]):
            order.status = "closed" if payload["satisfied"] else "issued"
            order.due_at = _instant(payload.get("reply_due")) or order.due_at

    def _case_copied(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.copies.update(payload["officers"])

    def _case_urged(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.urgings.append((event.at, payload["for_applicant"]))

    def _certificate_issued(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        self.case.certificates[payload["item"]] = (payload["number"], payload["sha256"])

    def _card_changed(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        if payload["from"] != self.case.card:
            self.case.contradictions.append((event.seq, "信号接续", self.case.card, payload["from"]))
        self.case.card = payload["to"]

    # --- what any event may say ---------------------------------------------------------------------------------

    def _take_effects(self, payload: Mapping[str, Any]) -> None:
        """Columns of the case, work items changed and added, steps changed: see `commands/case_log`."""
        for name, value in payload.get("case", {}).items():
            read = datetime.fromisoformat(value) if name.endswith("_at") and value else value
            if name == "status":
                self.case.status = CaseStatus(value)
            elif name == "result":
                self.case.result = value
            elif name == "home_region":
                self.case.home_region = value
            elif name in INSTANTS:
                self.case.instants[name] = read
            elif name in DUE_COLUMNS:
                self.case.dates[DUE_COLUMNS[name]] = read
            else:
                self.case.columns[name] = read
        self.case.documents |= payload.get("documents_now", {})
        for line in payload.get("commitments", ()):
            if told := self.case.commitments.get(line["document"]):
                told.status = line["status"]
            else:
                made = CommitmentTold(line["kind"], _instant(line["due"]), line["status"])
                self.case.commitments[line["document"]] = made
        for line in payload.get("added", ()):
            self.case.items[line["id"]] = ItemTold(
                line["token"],
                _instant(line.get("due_at")),
                _instant(line.get("sort_at")),
                status=line["status"],
                officer_id=line.get("officer_id"),
                post_id=line.get("post_id"),
                part=line["part"],
            )
        for line in payload.get("items", ()):
            if item := self.case.items.get(line["id"]):
                item.version += 1
                for name in ("status", "officer_id", "post_id", "decision"):
                    if name in line:
                        setattr(item, name, line[name])
        for line in payload.get("steps", ()):
            if step := self.case.steps.get(line["token"]):
                step.sign_rule = line.get("sign_rule", step.sign_rule)
                step.signers = line.get("signers", step.signers)

    def _take_dates(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        """The due dates worked out anew, held against the ones the event tells."""
        clocks = clocks_of(self._definition.limits, self._times())
        for kind, date in due_dates(clocks, self._calendar_of(payload["calendar"]), event.at).items():
            if event.kind == "case_redated" and clocks[kind].stopped_at is not None:
                continue  # what the decision stopped is history
            before = self.case.dates.get(kind)
            told = payload.get(f"{kind.value}_due") or (before and before.isoformat())
            if told != date.due_at.isoformat():
                self.case.contradictions.append((event.seq, kind.label, date.due_at.isoformat(), str(told)))
            self.case.dates[kind] = date.due_at
        if event.kind in RESORTING:
            self._sort_again()

    def _sort_again(self) -> None:
        for item in self.case.items.values():
            if item.status in _UNFINISHED:
                item.sort_at = self._sort_at(item.due_at)

    def _times(self) -> CaseTimes:
        stood = (Interval(p.started_at, p.ended_at) for p in self.case.procedures.values())
        return times_of(self._column, stood, self._definition)

    def _column(self, name: str) -> Any:
        if name == "status":
            return self.case.status
        if name in DUE_COLUMNS:
            return self.case.dates.get(DUE_COLUMNS[name])
        return self.case.instants.get(name) or self.case.columns.get(name)

    def _sort_at(self, due_at: datetime | None) -> datetime | None:
        return min((at for at in (due_at, self.case.dates.get(ClockKind.PROMISED)) if at), default=None)

    def _close(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        done_id = payload.get("item")
        for token in payload.get("closed", ()):
            if (timer := self.case.timers.get(token)) and timer.status == "waiting":
                timer.status = "cancelled"
            items = {i: one for i, one in self.case.items.items() if one.token == token and one.status in _UNFINISHED}
            if step := self.case.steps.get(token):
                is_done = done_id in items or token == payload.get("lapsed")
                step.status = "done" if is_done else "cancelled"
                if is_done:
                    step.decision = "accept" if event.kind == "case_accepted" else payload.get("decision")
            for item_id, item in items.items():
                item.status = WorkItemStatus.DONE if item_id == done_id else WorkItemStatus.CANCELLED
                item.officer_id = payload.get("by", event.officer_id) if item_id == done_id else item.officer_id
                item.version += 1

    def _open(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        for line in payload.get("opened", ()):
            due_at = datetime.fromisoformat(line["due"]) if "due" in line else None
            if line.get("timer"):
                # A timer rings at the first instant after its days.
                self.case.timers[line["token"]] = TimerTold(due_at and due_at + timedelta(seconds=1))
                continue
            if line.get("lapses"):
                self.case.timers[line["token"]] = TimerTold(due_at and due_at + timedelta(seconds=1))
            self.case.steps[line["token"]] = StepTold(line["node"], due_at)
            holder = line.get("officer")
            self.case.items[line["item"]] = ItemTold(
                line["token"],
                due_at,
                self._sort_at(due_at),
                status=(WorkItemStatus.CLAIMED if holder else WorkItemStatus.OPEN).value,
                officer_id=holder,
                post_id=line.get("post"),
            )

    def _end(self, event: Row[Any], payload: Mapping[str, Any]) -> None:
        end = self._definition.process.by_id.get(payload.get("ended", ""))
        self.case.status = CaseStatus.CLOSED
        self.case.result = _RESULTS.get(event.kind) or (end.outcome if end else "") or self.case.result
        self.case.instants["closed_at"] = event.at
        self.case.instants.setdefault("decided_at", event.at)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def is_machine(definition: ItemDefinition, process_id: str, node_id: str, path: str) -> bool:
    """Whether a step is the machine's, whose work items are leased without an event."""
    node = definition.process_of(process_id).node(node_id)
    places = path.split("/") if path else ()
    return bool(node.service) or lane_of(definition, process_id, node_id, places).actor_kind is ActorKind.MACHINE
