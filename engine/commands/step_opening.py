"""A token that opens becomes a step and a work item: whose lane, which post, due when (routing and step limits)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.definitions.model import NodeModel
from engine.definitions.steps import department_of, lane_of, limit_of_step
from engine.errors import RoutingFailed
from engine.policy.case_clocks import limit_of
from engine.policy.clocks import due
from engine.policy.routing import PostCandidate, RouteQuestion, choose_post, route_question
from engine.runtime import Token
from engine.terms import ActorKind, ClockKind, Lane, Stage, WorkItemStatus

if TYPE_CHECKING:
    from engine.commands.case_change import CaseChange

# A process whose waits name no limit still sorts into the worklist, behind everything that has one.
NO_LIMIT = timedelta(days=3650)


def step_rows(
    change: CaseChange, token: Token, node: NodeModel, due_at: datetime | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of a step and of its first work item. Raises RoutingFailed when no post can take it."""
    lane = lane_of(change.definition, token.process, token.node, token.path)
    department = department_of(change.definition, token.process, token.node, token.instance)
    post = _post_for(change, node, lane, department)
    step = {
        "case_id": change.case_id,
        "token": token.id,
        "node_id": token.node,
        "process_id": token.process,
        "path": "/".join(token.path),
        "instance": token.instance,
        "name": node.name,
        "stage": node.stage,
        "lane": lane,
        "department": department,
        "region_code": post.region_code if post else change.values["home_region"],
        "status": "open",
        "procedure": node.procedure,
        "opened_at": change.desk.now,
        "due_at": due_at,
    }
    running = "promised_due_at" if change.current("accepted_at") else "acceptance_due_at"
    bounds = [at for at in (due_at, change.current(running)) if at]
    item = {
        "case_id": change.case_id,
        "token": token.id,
        "kind": "machine" if lane.actor_kind is ActorKind.MACHINE or node.service else "human",
        "status": WorkItemStatus.OPEN,
        "post_id": post.id if post else None,
        "officer_id": None,
        "opened_at": change.desk.now,
        "due_at": due_at,
        "sort_at": min(bounds, default=change.desk.now + NO_LIMIT),
        "service": node.service,
    }
    return step, item


def _post_for(change: CaseChange, node: NodeModel, lane: Lane, department: str) -> PostCandidate | None:
    if node.service:
        return None
    receiving = change.values.get("receiving_post")
    if node.stage is Stage.ACCEPT and receiving is not None:
        return PostCandidate(receiving.id, receiving.region_code, receiving.department, receiving.roles)
    question = route_question(lane, change.values["home_region"], node.level)
    if question is None:
        return None
    post = choose_post(_candidates(change, question, department), question, node.stage, department)
    if post is None:
        raise RoutingFailed(
            f"找不到承办“{node.name}”的岗位（泳道：{lane.label}）；请机构管理员先设置岗位。",
            en=f"no post for lane {lane.value}",
            node=node.id,
        )
    return post


def _candidates(change: CaseChange, question: RouteQuestion, department: str) -> list[PostCandidate]:
    rows = change.desk.uow.organisation.posts_for(question.lane, question.regions, [department])
    return [PostCandidate(r.id, r.region_code, r.department, frozenset(r.roles)) for r in rows]


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
