"""One case being changed by one verb: the only writer of steps, work items, timers, suspensions, events and dates.

A command locks the case through one of the constructors, asks `require`, moves the process on, records its event and
calls `save` once. Nothing here decides whether a verb is allowed (policy/actions) or which step comes next (runtime).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from engine.commands.case_log import CaseLog
from engine.commands.holders import Kept, Place, held_again
from engine.commands.step_opening import OpenedStep, assign_officers, route_step, step_due, step_rows, timer_due
from engine.commands.verb import Desk
from engine.definitions.model import NodeModel
from engine.definitions.steps import node_of
from engine.errors import NotFound, StaleVersion
from engine.office.returning import steps_to_return_to
from engine.office.shelves import ShelvedDefinition
from engine.policy.actions import Situation, require
from engine.policy.card_rules import look_wanted_at
from engine.policy.case_clocks import (
    CaseTimes,
    card_now,
    clocks_of,
    due_dates,
    limit_of,
    next_card_check,
    times_of,
)
from engine.policy.clocks import CaseClock, due, read
from engine.policy.limits import Interval
from engine.policy.operations import MATTERS, RULES, Action
from engine.policy.situations import DELEGATED as DELEGATED
from engine.policy.situations import keeps_apart, situation_of
from engine.policy.working_days import WorkingCalendar
from engine.runtime import Advance, Token, cancel
from engine.terms import Card, CaseResult, CaseStatus, ClockKind, Stage

# Only a running clock can be stopped: before acceptance and after the decision a special procedure stops nothing.
_CLOCK_RUNS = (CaseStatus.IN_PROCESS, CaseStatus.SUSPENDED)
# At the end of these something happens to the case, whatever its card says: it is deemed accepted, or closed.
_LAPSING = frozenset({ClockKind.ACCEPTANCE, ClockKind.CORRECTION})
DUE_COLUMNS = {
    ClockKind.PROMISED: "promised_due_at",
    ClockKind.STATUTORY: "statutory_due_at",
    ClockKind.ACCEPTANCE: "acceptance_due_at",
    ClockKind.CORRECTION: "correction_due_at",
    ClockKind.DELIVERY: "delivery_due_at",
    ClockKind.DEFERRED: "deferred_due_at",
}
_DECISION_RESULTS = {"grant": CaseResult.GRANTED, "refuse": CaseResult.REFUSED}


class CaseChange(CaseLog):
    """The locked case, what it is now and what the verb makes of it."""

    def __init__(self, desk: Desk, case_id: int, shelved: ShelvedDefinition, values: Mapping[str, Any]) -> None:
        super().__init__(desk, case_id, values)
        self.shelved = shelved
        self.definition = shelved.definition
        # Steps that open again where somebody held them before, by place; set ahead of `move`.
        self.kept: Mapping[Place, Kept] = {}
        # Read when asked for; nothing is suspended before acceptance.
        self._stood: tuple[Interval, ...] | None = None if self.values.get("accepted_at") else ()
        self._was_looked_at = False

    # --- beginnings ---------------------------------------------------------------------------------------------

    @classmethod
    def at_work_item(cls, desk: Desk, work_item_id: int, version: int | None) -> CaseChange:
        """The case of a work item. Raises NotFound, or StaleVersion when somebody changed the item since `version`.

        Whoever does not hold its post learns nothing of its version: `require` refuses.
        """
        row = desk.uow.work.lock_case_of(work_item_id)
        if row is None:
            raise NotFound("没有这个待办，可能已被办结；请刷新待办列表。", en="no such work item")
        is_ours = desk.actor.is_system or desk.actor.post(row.post_id) is not None
        if version is not None and row.work_version != version and is_ours:
            raise StaleVersion(en="The work item was changed meanwhile.", current_version=row.work_version)
        return cls._of_row(desk, row)

    @classmethod
    def at_case(cls, desk: Desk, case_id: int) -> CaseChange:
        row = desk.uow.cases.lock(case_id)
        if row is None:
            raise NotFound("没有这个办件，请核对编号。", en="no such case")
        return cls._of_row(desk, row)

    @classmethod
    def at_number(cls, desk: Desk, number: str) -> CaseChange:
        """The case of a number inside the actor's data scope; outside it, it does not exist."""
        row = desk.uow.cases.lock_number(number)
        if row is None or not desk.actor.may_see(row.home_region, row.department):
            raise NotFound("没有这个办件，请核对编号。", en="no such case")
        return cls._of_row(desk, row)

    @classmethod
    def at_step(cls, desk: Desk, number: str, token: str) -> CaseChange:
        """The case with a step the actor did (已办环节), named by its token; to others neither exists."""
        row = desk.uow.cases.lock_number(number)
        step = desk.uow.history.one_done(row.id, token) if row is not None else None
        if row is None or step is None or step.officer_id != desk.actor.officer_id:
            raise NotFound("没有这个由您办结的环节；请刷新后再看。", en="no such step done by you")
        change = cls._of_row(desk, row)
        change.values.update(step._asdict(), is_last_doer=desk.actor.post(step.post_id) is not None)
        return change

    @classmethod
    def at_numbers(cls, desk: Desk, numbers: Sequence[str]) -> list[CaseChange]:
        """Several cases of the actor's data scope at once, in the order given; locked by ascending id."""
        ids = desk.uow.cases.ids_of(numbers)
        locked = {number: cls.at_number(desk, number) for number in sorted(numbers, key=lambda n: ids.get(n, 0))}
        return [locked[number] for number in numbers]

    @classmethod
    def _of_row(cls, desk: Desk, row: Row[Any]) -> CaseChange:
        shelved = desk.office.definitions.by_id(desk.uow.definitions, row.version_id)
        return cls(desk, row.id, shelved, row._asdict())

    # --- what it is ---------------------------------------------------------------------------------------------

    @property
    def facts(self) -> dict[str, Any]:
        """The facts its rules declare, as frozen at receipt and supplemented since."""
        return dict(self.values["facts"])

    @property
    def state(self) -> bytes:
        if self._state is None:
            raise NotFound("该件的流程已经结束。", en="The process has ended.")
        return self._state

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar of the case's home region and department."""
        found = self.desk.office.references.calendar(self.desk.uow.definitions).calendar
        return found.for_place(self.values["home_region"], self.values["department"])

    def node(self) -> NodeModel:
        """The drawn step the locked work item belongs to."""
        return node_of(self.definition, self.values["process_id"], self.values["node_id"])

    def situation(self, action: Action | None = None, *, reasoned: bool = False) -> Situation:
        """The case and the locked work item as the table of operations asks; what only some rules ask is read for them."""
        asked = {condition.code for condition in RULES[action].conditions} if action else set()
        return situation_of(
            {**self.values, "status": self.status},
            self.desk.actor,
            self.desk.now,
            self.definition,
            handled_before="separation" in asked and self._has_handled(),
            has_earlier="first_step" not in asked or bool(self.earlier),
            is_last_doer=self.values.get("is_last_doer", False),
            reasoned=reasoned,
            expired="expired" in asked and self._is_expired(),
            **(self.desk.uow.cases.matters(self.case_id) if asked & MATTERS else {}),
        )

    def _has_handled(self) -> bool:
        """Whether the actor, about to decide, did another step of a case whose item keeps the two apart (rule P08)."""
        actor = self.desk.actor
        apart = keeps_apart(self.values, actor, self.definition)
        return apart and self.desk.uow.work.has_handled(self.case_id, actor.officer_id)

    @cached_property
    def earlier(self) -> tuple[Row[Any], ...]:
        """The steps the locked work item may be sent back to, in the order of the diagram."""
        token, decided_at = self.values["token"], self.values["decided_at"]
        return steps_to_return_to(self.shelved, self.state, token, self.done_steps, decided_at)

    @cached_property
    def done_steps(self) -> list[Row[Any]]:
        """Every step people did, returns left out, in the order of their tokens."""
        return self.desk.uow.history.done(self.case_id)

    def _is_expired(self) -> bool:
        """Whether the promised limit is past; the stored date does not tell while the clock stands."""
        clock = clocks_of(self.definition.limits, self.times()).get(ClockKind.PROMISED)
        return clock is not None and read(clock, self.calendar, self.desk.now).is_overdue

    def require(self, action: Action, *, reasoned: bool = False) -> None:
        """Raises unless the table of operations allows it now. `reasoned`: the request says why, where a rule asks."""
        require(action, self.situation(action, reasoned=reasoned), self.desk.actor)

    # --- movements ----------------------------------------------------------------------------------------------

    def move(
        self,
        advance: Advance,
        *,
        done: str | None = None,
        decision: str | None = None,
        done_item: int | None = None,
        done_by: int | None = None,
    ) -> dict[str, Any]:
        """Write what the process did: steps closed and opened, timers, suspensions. Returns the event's account of it.

        done       the token completed; the other closed ones are cancelled
        done_item  whose work item it was, and `done_by` whose hand, where that is not the locked one (后加签)
        """
        account: dict[str, Any] = {}
        closed = list(advance.closed)
        if closed:
            account["closed"] = closed
            self._stop_waiting(closed)
        closing = self._closing(closed, done, decision, done_item, done_by) if closed else None
        opened = self._open(advance.opened, closing)
        if opened:
            account["opened"] = opened
        if closed and closed != [done] and self.definition.outcome.certificate:
            self.desk.uow.certificates.void_reserved(self.case_id, "制证环节已取消")
        self._state = None if advance.ended else advance.state
        if advance.ended:
            account["ended"] = advance.end_node
            self._end(advance.end_node)
        return account

    def _stop_waiting(self, tokens: list[str]) -> None:
        """Timers and special procedures end with the steps they hang on, before the next step's dates are set."""
        if self.definition.has_timers:
            self.desk.uow.work.cancel_timers(self.case_id, tokens, self.desk.now)
        if self.status is CaseStatus.SUSPENDED:
            self.end_procedures(tokens=tokens)

    def _closing(
        self, tokens: list[str], done: str | None, decision: str | None, done_item: int | None, done_by: int | None
    ) -> dict[str, Any]:
        own = self.values.get("work_item_id") if done is not None and done == self.values.get("token") else None
        item, officer = done_item or own, done_by or (None if self.desk.actor.is_system else self.desk.actor.officer_id)
        closing = {"case_id": self.case_id, "tokens": tokens, "at": self.desk.now, "done": done, "decision": decision}
        return {**closing, "done_item": item, "officer": officer}

    def _open(self, tokens: tuple[Token, ...], closing: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        opened: list[OpenedStep] = []
        timers = []
        account: list[dict[str, Any]] = []
        for token in tokens:
            node = node_of(self.definition, token.process, token.node)
            due_at = step_due(self, node, token.instance)
            line: dict[str, Any] = {"token": token.id, "node": token.node}
            if due_at:
                line["due"] = due_at.isoformat()
            if node.procedure and self.status in _CLOCK_RUNS:
                self.suspend(node.procedure, token.id)
            if token.kind == "timer":
                line["timer"] = True
                timers.append(_timer(self, token, timer_due(self, node)))
            else:
                opened.append(route_step(self, token, node, due_at))
                if node.no_answer and due_at:
                    timers.append(_timer(self, token, due_at + timedelta(seconds=1)))
                    line["lapses"] = True
            account.append(line)
        has_handled = bool(closing and closing["done"]) and self.values.get("stage") != Stage.DECIDE
        assign_officers(self, opened, closing["officer"] if closing and has_handled else None)
        rows = [held_again(self.kept, step_rows(self, step)) for step in opened]
        self.desk.uow.work.add_timers(timers)
        found = zip(opened, rows, self.desk.uow.work.move(closing, rows), strict=True)
        for line in account:
            if "timer" not in line:
                step, (_, item), line["item"] = next(found)
                line.update(step.told(item["post_id"], item["officer_id"]))
        if any(item["kind"] == "machine" for _, item in rows):
            self.desk.uow.wake("machine")
        return account

    def _end(self, end_node: str | None) -> None:
        node = self.definition.process.node(end_node) if end_node else None
        result = (node.outcome if node else "") or self.current("result")
        self.changes.update(
            status=CaseStatus.CLOSED,
            result=result,
            closed_at=self.desk.now,
            decided_at=self.current("decided_at") or self.desk.now,
        )
        if result != CaseResult.GRANTED:
            self.drop_commitments()
        if self.definition.limits.special_procedures:
            self.end_procedures()

    def decide(self, decision: str) -> CaseResult | None:
        """The decision is made and the main clock ends here (rule R1); None for a choice that decides nothing yet."""
        result = _DECISION_RESULTS.get(decision)
        if result is None:
            return None
        was_suspended = self.status is CaseStatus.SUSPENDED
        self.changes.update(status=CaseStatus.DECIDED, result=result, decided_at=self.desk.now)
        if was_suspended:
            self.end_procedures()  # and the dates with them, told where the clock runs on
        else:
            self._effects.update(self.set_dates())
        return result

    def close(self, result: CaseResult) -> dict[str, Any]:
        """End the case outside the drawn flow (不予受理、撤回、作废 …): every step closed, the main clock stopped."""
        account = self.move(cancel(self.shelved.process, self.state))
        if self.definition.limits.special_procedures:
            self.end_procedures()
        decided_at = self.current("decided_at") or self.desk.now
        self.set(status=CaseStatus.CLOSED, result=result, closed_at=self.desk.now, decided_at=decided_at)
        self.drop_commitments()
        self.set_card()
        return account

    # --- suspension ---------------------------------------------------------------------------------------------

    def suspend(
        self, procedure: str, token: str | None, reason: str = "", approver_id: int | None = None
    ) -> dict[str, Any]:
        """A special procedure starts and the clock stands (rule R6)."""
        rule = self.definition.limits.procedure(procedure)
        if rule is None:
            raise NotFound(f"事项没有规定特别程序“{procedure}”。", en="unknown special procedure")
        ends = due(self.desk.now, limit_of(rule.limit), (), self.calendar, kind=ClockKind.PROCEDURE).due_at
        values = {
            "case_id": self.case_id,
            "procedure": procedure,
            "title": rule.title,
            "token": token,
            "reason": reason,
            "approver_id": approver_id,
            "started_at": self.desk.now,
            "due_at": ends,
        }
        suspension_id = self.desk.uow.cases.suspend(values)
        self._stood = None
        if self.status is CaseStatus.IN_PROCESS:
            self.changes["status"] = CaseStatus.SUSPENDED
        self.follows(
            "procedure_started",
            {"suspension": suspension_id, "procedure": procedure, "due": ends.isoformat(), "token": token},
        )
        self.set_card()
        return {"suspension_id": suspension_id, "title": rule.title, "due_at": ends}

    def end_procedures(self, *, tokens: list[str] | None = None, suspension_id: int | None = None) -> None:
        """End the special procedures of these steps, the one named, or all that are open (a decision ends them).

        Once none is open the clock runs on, and both due dates and the worklist's order move by the days it stood.
        """
        cases = self.desk.uow.cases
        ended = cases.end_suspensions(self.case_id, self.desk.now, tokens=tokens, suspension_id=suspension_id)
        if not ended:
            return
        self._stood, dates = None, dict[str, Any]()
        if all(row.ended_at for row in cases.suspensions(self.case_id)):
            if self.status is CaseStatus.SUSPENDED:
                self.changes["status"] = CaseStatus.IN_PROCESS
            dates = self.set_dates()
            self.desk.uow.work.sort_again(self.case_id, self.current("promised_due_at"))
        self.follows("procedure_ended", {"suspensions": ended, **dates})
        self.set_card()

    # --- dates --------------------------------------------------------------------------------------------------

    def times(self) -> CaseTimes:
        if self._stood is None:
            rows = self.desk.uow.cases.suspensions(self.case_id)
            self._stood = tuple(Interval(row.started_at, row.ended_at, row.title) for row in rows)
        return times_of(self.current, self._stood, self.definition)

    def set_dates(self) -> dict[str, Any]:
        """Recompute every due date of the status the case is in; returns those that changed, for the event."""
        shelved = self.desk.office.references.calendar(self.desk.uow.definitions)
        clocks = clocks_of(self.definition.limits, self.times())
        dates = due_dates(clocks, self.calendar, self.desk.now)
        moved = {kind: date for kind, date in dates.items() if date.due_at != self.current(DUE_COLUMNS[kind])}
        self.changes.update({DUE_COLUMNS[kind]: date.due_at for kind, date in moved.items()})
        leading = dates.get(ClockKind.PROMISED) or next(iter(dates.values()), None)
        self.changes["due_is_provisional"] = leading is not None and leading.is_provisional
        self.changes["calendar_id"] = shelved.text_id
        told = {f"{kind.value}_due": date.due_at.isoformat() for kind, date in moved.items()}
        return {**told, "calendar": shelved.text_id}

    def set_card(self) -> str:
        """The card the clocks call for now, and when to look again. A card that changes is an event and is reported."""
        clocks = list(clocks_of(self.definition.limits, self.times()).values())
        thresholds = self.desk.office.references.rule_book(self.desk.uow.definitions).light
        card, before = card_now(clocks, self.calendar, self.desk.now, thresholds), self.current("card")
        self.changes.update(card=card, card_check_at=self._next_look(clocks))
        if card != before:
            self.follows("card_changed", {"from": before, "to": card})
            self.tell("supervision", "card_changed", {"number": self.values["number"], "card": card})
        return card

    def _next_look(self, clocks: list[CaseClock]) -> datetime | None:
        """When the sweep must look at the case again: when its card can change, or when a clock lapses that ends it."""
        thresholds = self.desk.office.references.rule_book(self.desk.uow.definitions).light
        change_at = next_card_check(clocks, self.calendar, self.desk.now, thresholds)
        lapses = [c.due(self.calendar, self.desk.now).lapses_at for c in clocks if c.kind in _LAPSING]
        return min((at for at in (change_at, *lapses) if at is not None), default=None)

    # --- e-supervision ------------------------------------------------------------------------------------------

    def plan_look(self, at: datetime | None) -> None:
        """The sweep has looked at everything: the rules of e-supervision ask for the next look then, the light maybe sooner."""
        planned = [look for look in (at, self.current("card_check_at")) if look and look > self.desk.now]
        self.changes["card_check_at"] = min(planned, default=None)
        self._was_looked_at = True

    def save(self) -> None:
        """As `CaseLog.save`; every other verb than the sweep's may only bring the next look forward."""
        if not self._was_looked_at:
            self._keep_look()
        super().save()

    def _keep_look(self) -> None:
        """A rule may call for a card before the light changes: no verb puts off the look that the sweep has planned.

        Before acceptance the rules look when the light does, unless a card is out.
        """
        wanted = [look_wanted_at(event["kind"], event["payload"], self.desk.now) for event in self._events]
        if self.values["accepted_at"] or self.values["card"] != Card.NONE:
            wanted.append(self.values["card_check_at"])
            if self.changes.get("decided_at"):
                wanted.append(self.desk.now)  # warnings end with the decision; whoever decided may not have handled it
        instants = [at for at in (self.current("card_check_at"), *wanted) if at]
        soonest = min(instants, default=None)
        if soonest != self.current("card_check_at"):
            self.changes["card_check_at"] = soonest


def _holding(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"post": item["post_id"], "officer": item["officer_id"]}


def _timer(change: CaseChange, token: Token, due_at: datetime) -> dict[str, Any]:
    drawn = {"token": token.id, "node_id": token.node, "process_id": token.process}
    return {"case_id": change.case_id, **drawn, "opened_at": change.desk.now, "due_at": due_at}
