"""A token that opens becomes a step and a work item: whose lane, which post, which officer, due when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import local_date
from engine.definitions.model import NodeModel
from engine.definitions.steps import department_of, lane_of, limit_of_step
from engine.errors import RoutingFailed
from engine.policy.case_clocks import limit_of
from engine.policy.clocks import due
from engine.policy.routing import (
    Assignment,
    DispatchRule,
    OfficerPresent,
    PostCandidate,
    RouteQuestion,
    Routing,
    Why,
    choose_officer,
    route,
    route_question,
)
from engine.runtime import Token
from engine.terms import ActorKind, ClockKind, Lane, Stage, WorkItemStatus

if TYPE_CHECKING:
    from engine.commands.case_change import CaseChange

# A process whose waits name no limit still sorts into the worklist, behind everything that has one.
NO_LIMIT = timedelta(days=3650)


@dataclass
class OpenedStep:
    """A token with its drawn step, the post it found and, once handed out, its officer."""

    token: Token
    node: NodeModel
    due_at: datetime | None
    lane: Lane
    department: str
    routing: Routing | None
    officer_id: int | None = None

    def told(self, post_id: int | None, officer_id: int | None) -> dict[str, Any]:
        """Where it went and why (流转依据), as the event tells it; who had it before is no matter of routing."""
        line: dict[str, Any] = {"post": post_id, "officer": officer_id}
        if self.routing and self.routing.post.id == post_id:
            line |= {"why": self.routing.why.value, "rule": self.routing.rule_id}
        return {name: value for name, value in line.items() if value is not None}


def route_step(change: CaseChange, token: Token, node: NodeModel, due_at: datetime | None) -> OpenedStep:
    """The step of a token with its post. Raises RoutingFailed when no post can take it."""
    lane = lane_of(change.definition, token.process, token.node, token.path)
    department = department_of(change.definition, token.process, token.node, token.instance)
    return OpenedStep(token, node, due_at, lane, department, _route(change, node, lane, department))


def assign_officers(change: CaseChange, steps: Sequence[OpenedStep], handler_id: int | None) -> None:
    """Hand the steps to officers where their posts or a rule say so (岗内分派); the others stay in the shared queue.

    handler_id  whose hand closed the step before: not yet in the records, but no longer free to decide. Posts are dealt
                with by ascending id, so that two verbs ask for their turns (轮派) in the same order.
    """
    routed = [(step, step.routing) for step in steps if step.routing is not None]
    for step, routing in sorted(routed, key=lambda pair: pair[1].post.id):
        if routing.named is not None or routing.post.assignment != Assignment.SHARED:
            step.officer_id = _officer_for(change, step, routing, handler_id)


def step_rows(change: CaseChange, opened: OpenedStep) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of a step and of its first work item, in the officer's hand or open to the post."""
    token, node, post = opened.token, opened.node, opened.routing.post if opened.routing else None
    step = {
        "case_id": change.case_id,
        "token": token.id,
        "node_id": token.node,
        "process_id": token.process,
        "path": "/".join(token.path),
        "instance": token.instance,
        "name": node.name,
        "stage": node.stage,
        "lane": opened.lane,
        "department": opened.department,
        "region_code": post.region_code if post else change.values["home_region"],
        "procedure": node.procedure,
        "opened_at": change.desk.now,
        "due_at": opened.due_at,
        "before_return": None,
    }
    running = "promised_due_at" if change.current("accepted_at") else "acceptance_due_at"
    bounds = [at for at in (opened.due_at, change.current(running)) if at]
    item = {
        "case_id": change.case_id,
        "token": token.id,
        "kind": "machine" if opened.lane.actor_kind is ActorKind.MACHINE or node.service else "human",
        "status": WorkItemStatus.CLAIMED if opened.officer_id else WorkItemStatus.OPEN,
        "post_id": post.id if post else None,
        "officer_id": opened.officer_id,
        "opened_at": change.desk.now,
        "due_at": opened.due_at,
        "sort_at": min(bounds, default=change.desk.now + NO_LIMIT),
        "service": node.service,
    }
    return step, item


def _route(change: CaseChange, node: NodeModel, lane: Lane, department: str) -> Routing | None:
    if node.service:
        return None
    receiving = change.values.get("receiving_post")
    if node.stage is Stage.ACCEPT and receiving is not None:
        # The applicant stands at this counter: whoever of it is free accepts.
        at_counter = PostCandidate(receiving.id, receiving.region_code, receiving.department, receiving.roles)
        return Routing(at_counter, Why.COUNTER)
    question = route_question(lane, change.values["home_region"], node.level)
    if question is None:
        return None
    rules, candidates = _found(change, question, node, department)
    found = route(rules, candidates, question, node.stage, department)
    if found is None:
        raise RoutingFailed(
            f"找不到承办“{node.name}”的岗位（泳道：{lane.label}）；请机构管理员先设置岗位。",
            en=f"no post for lane {lane.value}",
            node=node.id,
        )
    return found


def _found(
    change: CaseChange, question: RouteQuestion, node: NodeModel, department: str
) -> tuple[list[DispatchRule], list[PostCandidate]]:
    """The rules that fit the step today and the posts of its lane, in one statement."""
    rows = change.desk.uow.organisation.routes(
        lane=question.lane,
        regions=question.regions,
        drawn_lane=question.drawn_lane,
        chain=question.chain,
        department=department,
        item_id=change.values["item_id"],
        stage=node.stage or "",
        today=local_date(change.desk.now),
    )
    rules, candidates = [], []
    for row in rows:
        post = PostCandidate(row.id, row.region_code, row.department, frozenset(row.roles), row.assignment)
        if row.rule_id is None:
            candidates.append(post)
        else:
            made_for = (row.rule_region, row.rule_item, row.rule_department, row.rule_stage)
            rules.append(DispatchRule(row.rule_id, post, *made_for, officer_id=row.rule_officer))
    return rules, candidates


def _officer_for(change: CaseChange, step: OpenedStep, routing: Routing, handler_id: int | None) -> int | None:
    """One of those present on the post who is free to do this case; None when nobody is."""
    desk, post = change.desk, routing.post
    separate = step.node.stage is Stage.DECIDE and change.definition.separate_approval
    rows = desk.uow.organisation.present_on(
        post.id,
        today=local_date(desk.now),
        case_id=change.case_id,
        applicant=change.values["applicant_index"],
        separate=separate,
        apart=[handler_id] if separate and handler_id else [],
    )
    present = [OfficerPresent(row.id, frozenset(row.places), row.load) for row in rows]
    takes_turns = post.assignment == Assignment.ROUND_ROBIN and len(present) > 1
    turn = desk.uow.counters.next(f"assign:{post.id}") if takes_turns else 1
    return choose_officer(present, post.assignment, named=routing.named, turn=turn)


def step_due(change: CaseChange, node: NodeModel, instance: int | None = None) -> datetime | None:
    """When a step that opens now is due; None where nothing limits it."""
    rule = limit_of_step(change.definition, node, instance)
    if rule is None:
        return None
    return due(change.desk.now, limit_of(rule), (), change.calendar, kind=ClockKind.STEP).due_at


def timer_due(change: CaseChange, node: NodeModel) -> datetime:
    """A timer rings when its days are over: at the first instant after its due date."""
    due_at = step_due(change, node)
    if due_at is None:
        raise RoutingFailed(f"定时“{node.name}”没有写明期限。", en="timer without a limit", node=node.id)
    return due_at + timedelta(seconds=1)
