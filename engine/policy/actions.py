"""What may be done with a case (操作), from which status, on which kind of step, by whom: one table, enforced in one place.

Every command on an existing case begins with `require`; `/actions` shows the same verdicts with the reason why not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import ActionNotAllowed, NotPermitted
from engine.policy.actors import Actor
from engine.terms import ActorKind, CaseStatus, Lane, Role, Stage, Term, WorkItemStatus


class Action(Term):
    """A verb an officer can use on a case."""

    ACCEPT = "accept", "受理"
    REFUSE_ACCEPTANCE = "refuse_acceptance", "不予受理"
    REQUEST_CORRECTION = "request_correction", "一次性告知补正", "Request correction"
    SUPPLY_CORRECTION = "supply_correction", "收取补正材料", "Supply correction"
    CLAIM = "claim", "领取"
    RELEASE = "release", "退回待领", "Release"
    COMPLETE = "complete", "办理"
    START_PROCEDURE = "start_procedure", "启动特别程序", "Start special procedure"
    END_PROCEDURE = "end_procedure", "结束特别程序", "End special procedure"
    DELIVER = "deliver", "送达"


class Holder(Term):
    """How the actor must stand to the step."""

    WORK_ITEM = "work_item", "承办岗位"
    SCOPE = "scope", "辖区内岗位"


@dataclass(frozen=True)
class ActionRule:
    """One row of the table."""

    statuses: frozenset[CaseStatus]
    holder: Holder
    stages: frozenset[Stage] | None = None
    not_stages: frozenset[Stage] = frozenset()
    roles: frozenset[Role] = frozenset()
    work_statuses: frozenset[WorkItemStatus] = field(
        default_factory=lambda: frozenset({WorkItemStatus.OPEN, WorkItemStatus.CLAIMED})
    )


_RECEIVED = frozenset({CaseStatus.RECEIVED})
_RUNNING = frozenset({CaseStatus.IN_PROCESS, CaseStatus.SUSPENDED, CaseStatus.DECIDED})
_ACCEPT_STAGE = frozenset({Stage.ACCEPT})
_CLERK = frozenset({Role.CLERK})
_STAFF = frozenset({Role.CLERK, Role.HANDLER, Role.APPROVER})
_NOT_YOURS = "该待办不在您的岗位上；如需办理，请由承办岗位处理。"

RULES: dict[Action, ActionRule] = {
    Action.ACCEPT: ActionRule(_RECEIVED, Holder.WORK_ITEM, _ACCEPT_STAGE, roles=_CLERK),
    Action.REFUSE_ACCEPTANCE: ActionRule(_RECEIVED, Holder.WORK_ITEM, _ACCEPT_STAGE, roles=_CLERK),
    Action.REQUEST_CORRECTION: ActionRule(_RECEIVED, Holder.WORK_ITEM, _ACCEPT_STAGE, roles=_CLERK),
    Action.SUPPLY_CORRECTION: ActionRule(
        frozenset({CaseStatus.CORRECTION}), Holder.WORK_ITEM, _ACCEPT_STAGE, roles=_CLERK
    ),
    Action.CLAIM: ActionRule(
        _RECEIVED | _RUNNING | {CaseStatus.CORRECTION},
        Holder.WORK_ITEM,
        work_statuses=frozenset({WorkItemStatus.OPEN}),
    ),
    Action.RELEASE: ActionRule(
        _RECEIVED | _RUNNING | {CaseStatus.CORRECTION},
        Holder.WORK_ITEM,
        work_statuses=frozenset({WorkItemStatus.CLAIMED}),
    ),
    Action.COMPLETE: ActionRule(
        _RUNNING, Holder.WORK_ITEM, not_stages=frozenset({Stage.ACCEPT, Stage.DELIVER}), roles=_STAFF
    ),
    Action.START_PROCEDURE: ActionRule(frozenset({CaseStatus.IN_PROCESS}), Holder.WORK_ITEM, roles=_STAFF),
    Action.END_PROCEDURE: ActionRule(frozenset({CaseStatus.SUSPENDED}), Holder.SCOPE, roles=_STAFF),
    Action.DELIVER: ActionRule(_RUNNING, Holder.WORK_ITEM, frozenset({Stage.DELIVER}), roles=_STAFF),
}


@dataclass(frozen=True)
class Situation:
    """A case and one of its work items as far as the table asks; the item fields are None when no item is meant."""

    status: CaseStatus
    home_region: str
    department: str
    stage: Stage | None = None
    lane: Lane | None = None
    work_status: WorkItemStatus | None = None
    post_id: int | None = None
    officer_id: int | None = None
    holder_name: str = ""


@dataclass(frozen=True)
class Verdict:
    """May the action be taken now? If not: why, in Chinese, and whether it is a matter of rights."""

    action: Action
    possible: bool
    reason: str = ""
    is_about_rights: bool = False

    def to_dict(self) -> dict[str, object]:
        return {
            "action": self.action.value,
            "label": self.action.label,
            "possible": self.possible,
            "reason": self.reason,
        }


def verdict(action: Action, situation: Situation, actor: Actor) -> Verdict:
    """The table's answer for this actor, now."""
    rule = RULES[action]
    if situation.status not in rule.statuses:
        allowed = "、".join(s.label for s in CaseStatus if s in rule.statuses)
        return Verdict(action, False, f"办件当前为“{situation.status.label}”，{action.label}只能在“{allowed}”时进行。")
    if reason := _step_reason(action, rule, situation):
        return Verdict(action, False, reason)
    if reason := _rights_reason(rule, situation, actor):
        return Verdict(action, False, reason, is_about_rights=True)
    return Verdict(action, True)


def require(action: Action, situation: Situation, actor: Actor) -> None:
    """Raises ActionNotAllowed or NotPermitted with the reason; the first line of every command on a case.

    Whoever does not hold the step is told only that: not how the case stands.
    """
    rule = RULES[action]
    if rule.holder is Holder.WORK_ITEM and not actor.is_system and actor.post(situation.post_id) is None:
        raise NotPermitted(_NOT_YOURS, en="This work item is not with your posts.", action=action.value)
    answer = verdict(action, situation, actor)
    if answer.possible:
        return
    error = NotPermitted if answer.is_about_rights else ActionNotAllowed
    raise error(answer.reason, en=f"{action.label_en} is not possible now", action=action.value)


def _step_reason(action: Action, rule: ActionRule, situation: Situation) -> str:
    if rule.holder is Holder.SCOPE:
        return ""
    if situation.work_status is None:
        return f"没有可以{action.label}的待办。"
    if situation.work_status not in rule.work_statuses:
        return f"该待办{situation.work_status.label}，不能{action.label}。"
    if rule.stages is not None and situation.stage not in rule.stages:
        return f"当前环节不是{'、'.join(s.label for s in rule.stages)}环节，不能{action.label}。"
    if situation.stage in rule.not_stages and situation.stage:
        return f"{situation.stage.label}环节请使用专门的操作。"
    if situation.lane and situation.lane.actor_kind is ActorKind.MACHINE:
        return "此环节由系统自动办理。"
    return ""


def _rights_reason(rule: ActionRule, situation: Situation, actor: Actor) -> str:
    if actor.is_system:
        return ""
    if rule.holder is Holder.SCOPE:
        if actor.may_see(situation.home_region, situation.department, rule.roles):
            return ""
        return "该件不在您的辖区或部门范围内，或您的岗位没有这项权限。"
    post = actor.post(situation.post_id)
    if post is None:
        return _NOT_YOURS
    if situation.officer_id not in (None, actor.officer_id):
        return f"该待办已由{situation.holder_name or '他人'}领取；如需办理，请先由其退回待领。"
    if rule.roles and not rule.roles & post.roles:
        return "您的岗位没有这项权限。"
    return ""
