"""What I may do with a case now, and why the rest is not possible (可办操作): the same table the commands enforce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from engine.definitions.model import DecisionChoice, LimitRule, SpecialProcedure
from engine.definitions.steps import node_of
from engine.errors import NotFound, StaleVersion
from engine.office import Office
from engine.office.returning import steps_to_return_to
from engine.office.taking_back import Hindrance, opened_tokens, take_back
from engine.policy.actions import Situation, Verdict, verdict
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, Holder
from engine.policy.situations import keeps_apart, situation_of
from engine.queries.item_form import SectionView, section_views
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.cases import CaseRecords
from engine.records.definitions import DefinitionRecords
from engine.records.step_history import StepHistory
from engine.records.work import WorkRecords
from engine.terms import CaseStatus, Part, Stage, WorkItemStatus


@dataclass(frozen=True)
class WorkItemActions:
    """One open or waiting work item on a post of mine: what it offers and what it asks.

    `section` is the part of the form the step shows, `decisions` its buttons, `guide` the advice for the clerk,
    `extension` the most its limits may be extended by.
    """

    id: int
    version: int
    step_name: str
    part: Part
    stage: Stage | None
    status: WorkItemStatus
    officer_name: str
    is_mine: bool
    verdicts: tuple[Verdict, ...]
    decisions: tuple[DecisionChoice, ...]
    section: SectionView | None
    guide: str
    procedures: tuple[SpecialProcedure, ...]
    extension: LimitRule | None

    @property
    def possible(self) -> frozenset[Action]:
        return frozenset(v.action for v in self.verdicts if v.possible)


@dataclass(frozen=True)
class TakeBackOffer:
    """One step I did (已办环节), named by its token, and whether I may take it back now."""

    token: str
    step_name: str
    verdict: Verdict


@dataclass(frozen=True)
class CaseActions:
    """Every action with its verdict for the case, the best of my work items deciding, the work items and my done steps."""

    number: str
    case_status: CaseStatus
    verdicts: tuple[Verdict, ...]
    work_items: tuple[WorkItemActions, ...]
    done_steps: tuple[TakeBackOffer, ...]


def case_actions(office: Office, actor: Actor, number: str) -> CaseActions:
    """The actions of a case inside the actor's scope."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        return _actions(office, connection, actor, case)


def work_item_actions(office: Office, actor: Actor, work_item_id: int) -> tuple[str, WorkItemActions]:
    """Case number and offers of one open work item on the actor's posts; NotFound otherwise."""
    with reading(office) as connection:
        values = {"id": work_item_id, "posts": list(actor.post_ids)}
        number = connection.execute(statement(_NUMBER), values).scalar_one_or_none()
        if number is not None:
            found = _actions(office, connection, actor, visible_case(connection, actor, number))
            for item in found.work_items:
                if item.id == work_item_id:
                    return number, item
    raise NotFound(
        "没有这个待办，可能已被办结，或不在您的岗位上；请刷新待办列表。", en="no such open work item of yours"
    )


_NUMBER = (
    "SELECT c.number FROM work_items w JOIN cases c ON c.id = w.case_id WHERE w.id = :id AND w.post_id = ANY(:posts)"
)


_ITEMS = (
    "SELECT w.id AS work_item_id, w.version AS work_version, w.status AS work_status, w.part, w.post_id, w.officer_id,"
    " w.decision AS work_decision, w.token, s.node_id, s.process_id, s.name AS step_name, s.stage, s.lane, s.sign_rule,"
    " s.signers, o.name AS holder_name FROM work_items w JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " LEFT JOIN officers o ON o.id = w.officer_id"
    " WHERE w.case_id = :case_id AND w.status IN ('open', 'claimed', 'waiting') ORDER BY s.opened_at, w.id"
)
_STATE = "SELECT state, facts FROM case_states WHERE case_id = :case_id"


def _actions(office: Office, connection: Connection, actor: Actor, case: Row[Any]) -> CaseActions:
    standing = _Standing(office, connection, actor, case)
    items = tuple(standing.item(row) for row in standing.rows if row.post_id in actor.post_ids)
    done = standing.take_backs()
    verdicts = tuple(standing.best(action, items, done) for action in Action)
    return CaseActions(case.number, CaseStatus(case.status), verdicts, items, done)


class _Standing:
    """One case with everything its rules ask, read once, as one actor finds it."""

    def __init__(self, office: Office, connection: Connection, actor: Actor, case: Row[Any]) -> None:
        self._actor, self._case, self._now = actor, case, office.clock.now()
        self._history = StepHistory(connection)
        self._shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        self._definition = self._shelved.definition
        # State before items: a token of the state that has no item any more offers nothing, and is never asked.
        state = connection.execute(statement(_STATE), {"case_id": case.id}).one()
        self._state, self._facts = state.state, state.facts
        self.rows = connection.execute(statement(_ITEMS), {"case_id": case.id}).all()
        self._done = self._history.done(case.id)
        self._matters = CaseRecords(connection).matters(case.id)
        self._handled = not actor.is_system and WorkRecords(connection).has_handled(case.id, actor.officer_id)

    def situation(self, row: Row[Any] | None = None, **known: Any) -> Situation:
        """The case and one of its work items as the table of operations asks."""
        values = {**self._case._mapping, **(row._mapping if row is not None else {})}
        apart = keeps_apart(values, self._actor, self._definition)
        return situation_of(
            values,
            self._actor,
            self._now,
            self._definition,
            handled_before=apart and self._handled,
            has_earlier=row is None or self._has_earlier(row.token),
            **self._matters,
            **known,
        )

    def _has_earlier(self, token: str) -> bool:
        if self._state is None:
            return False
        try:
            found = steps_to_return_to(self._shelved, self._state, token, self._done, self._case.decided_at)
        except StaleVersion:  # the step was opened since the state was read
            return False
        return bool(found)

    def item(self, row: Row[Any]) -> WorkItemActions:
        """What one of my work items offers."""
        node = node_of(self._definition, row.process_id, row.node_id)
        section = self._definition.section(node.form) if node.form else None
        situation = self.situation(row)
        mine = (a for a in Action if RULES[a].holder is Holder.WORK_ITEM)
        return WorkItemActions(
            id=row.work_item_id,
            version=row.work_version,
            step_name=row.step_name,
            part=situation.part,
            stage=situation.stage,
            status=WorkItemStatus(row.work_status),
            officer_name=row.holder_name or "",
            is_mine=row.officer_id == self._actor.officer_id,
            verdicts=tuple(verdict(a, situation, self._actor) for a in mine),
            decisions=node.decisions,
            section=section_views([section])[0] if section else None,
            guide=node.guide,
            procedures=self._definition.limits.special_procedures,
            extension=self._definition.limits.extension,
        )

    def best(self, action: Action, items: tuple[WorkItemActions, ...], done: tuple[TakeBackOffer, ...]) -> Verdict:
        """The best verdict of my items or done steps; without an item of mine, that of an open one, which says why."""
        holder = RULES[action].holder
        if holder is Holder.LAST_DOER:
            found = [offer.verdict for offer in done]
        elif holder is Holder.WORK_ITEM:
            found = [v for item in items for v in item.verdicts if v.action is action]
            found = found or [verdict(action, self.situation(row), self._actor) for row in self.rows]
        else:
            found = []
        return max(found, key=lambda v: v.possible, default=verdict(action, self.situation(), self._actor))

    def take_backs(self) -> tuple[TakeBackOffer, ...]:
        """The steps the actor did at a post still held, with whether each may be taken back."""
        posts = self._actor.post_ids
        mine = [row for row in self._done if row.officer_id == self._actor.officer_id and row.post_id in posts]
        return tuple(TakeBackOffer(row.token, row.name, self._take_back(row)) for row in mine)

    def _take_back(self, step: Row[Any]) -> Verdict:
        answer = verdict(Action.TAKE_BACK, self.situation(is_last_doer=True), self._actor)
        if not answer.possible or self._state is None:
            return answer
        event = self._history.event_closing(self._case.id, step.token)
        if event is None:
            return answer
        items = self._history.items_of(self._case.id, sorted(opened_tokens(event.payload)))
        found = take_back(self._shelved, self._state, self._facts, step, event, items)
        if isinstance(found, Hindrance):
            return Verdict(Action.TAKE_BACK, False, found.text, found.rule)
        return answer
