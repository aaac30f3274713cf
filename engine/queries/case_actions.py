"""What I may do with a case now, and why the rest is not possible (可办操作): the same table the commands enforce."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from engine.definitions.model import DecisionChoice, SpecialProcedure
from engine.definitions.steps import node_of
from engine.errors import NotFound
from engine.office import Office
from engine.office.shelves import ShelvedDefinition
from engine.policy.actions import Situation, Verdict, verdict
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, Holder
from engine.queries.item_form import SectionView, section_views
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.queries.step_views import step_rows
from engine.records.definitions import DefinitionRecords
from engine.terms import CaseStatus, Lane, Stage, WorkItemStatus


@dataclass(frozen=True)
class WorkItemActions:
    """One open work item on a post of mine: what it offers and what it asks.

    `section` is the part of the form the step shows, `decisions` its buttons, `guide` the advice for the clerk.
    """

    id: int
    version: int
    step_name: str
    stage: Stage | None
    status: WorkItemStatus
    officer_name: str
    is_mine: bool
    verdicts: tuple[Verdict, ...]
    decisions: tuple[DecisionChoice, ...]
    section: SectionView | None
    guide: str
    procedures: tuple[SpecialProcedure, ...]

    @property
    def possible(self) -> frozenset[Action]:
        return frozenset(v.action for v in self.verdicts if v.possible)


@dataclass(frozen=True)
class CaseActions:
    """Every action with its verdict for the case, the best of my work items deciding, and the work items."""

    number: str
    case_status: CaseStatus
    verdicts: tuple[Verdict, ...]
    work_items: tuple[WorkItemActions, ...]


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


def _actions(office: Office, connection: Connection, actor: Actor, case: Row[Any]) -> CaseActions:
    shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
    rows = [row for row in step_rows(connection, case.id) if row.work_status in ("open", "claimed")]
    items = tuple(_item(shelved, case, row, actor) for row in rows if row.post_id in actor.post_ids)
    return CaseActions(case.number, CaseStatus(case.status), _verdicts(case, rows, items, actor), items)


def _verdicts(
    case: Row[Any], rows: Sequence[Row[Any]], items: tuple[WorkItemActions, ...], actor: Actor
) -> tuple[Verdict, ...]:
    """Per action the best verdict of my items; without an item of mine, that of the first open one, which says why."""
    found = []
    for action in Action:
        if RULES[action].holder is Holder.SCOPE or not rows:
            found.append(verdict(action, situation_of(case, None), actor))
            continue
        mine = [v for item in items for v in item.verdicts if v.action is action]
        fallback = mine or [verdict(action, situation_of(case, row), actor) for row in rows]
        found.append(max(fallback, key=lambda v: v.possible))
    return tuple(found)


def _item(shelved: ShelvedDefinition, case: Row[Any], row: Row[Any], actor: Actor) -> WorkItemActions:
    definition = shelved.definition
    node = node_of(definition, row.process_id, row.node_id)
    section = definition.section(node.form) if node.form else None
    situation = situation_of(case, row)
    return WorkItemActions(
        id=row.work_item_id,
        version=row.work_version,
        step_name=row.name,
        stage=situation.stage,
        status=WorkItemStatus(row.work_status),
        officer_name=row.officer_name or "",
        is_mine=row.officer_id == actor.officer_id,
        verdicts=tuple(verdict(a, situation, actor) for a in Action if RULES[a].holder is Holder.WORK_ITEM),
        decisions=node.decisions,
        section=section_views([section])[0] if section else None,
        guide=node.guide,
        procedures=definition.limits.special_procedures,
    )


def situation_of(case: Row[Any], row: Row[Any] | None) -> Situation:
    """The case and one of its work items as the table of actions asks."""
    base = Situation(CaseStatus(case.status), case.home_region, case.department)
    if row is None:
        return base
    return Situation(
        base.status,
        base.home_region,
        base.department,
        stage=Stage(row.stage) if row.stage else None,
        lane=Lane(row.lane),
        work_status=WorkItemStatus(row.work_status),
        post_id=row.post_id,
        officer_id=row.officer_id,
        holder_name=row.officer_name or "",
    )
