"""What may be done with a case (可办操作) now, and why the rest may not: the table of operations enforced in one place.

Every command on an existing case begins with `require`; `/actions` shows the same verdicts with the reason why not.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import ActionNotAllowed, NotPermitted
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, ActionRule, Holder
from engine.terms import ActorKind, CaseStatus, Lane, Part, Stage, WorkItemStatus

_NOT_YOURS = "该待办不在您的岗位上；如需办理，请由承办岗位处理。"


@dataclass(frozen=True)
class Situation:
    """A case and one of its work items as far as the table asks; the item fields are None when no item is meant.

    signers          other people's unfinished work items on the same step (加签、会签、委派)
    has_signed       the main holder has decided and waits for signers after
    handled_before   the actor did another step of a case whose item keeps handling and deciding apart
    reasoned         the request carries the recorded reason that the rule asks for
    deferred_late    documents that did not follow by their date (容缺) and are still missing
    has_earlier      a step was done before, so that a return has a target
    """

    status: CaseStatus
    home_region: str
    department: str
    stage: Stage | None = None
    lane: Lane | None = None
    part: Part = Part.MAIN
    work_status: WorkItemStatus | None = None
    post_id: int | None = None
    officer_id: int | None = None
    holder_name: str = ""
    is_last_doer: bool = False
    sign_rule: str = ""
    signers: int = 0
    delegated: bool = False
    has_signed: bool = False
    conflict: bool = False
    handled_before: bool = False
    corrected: bool = False
    reasoned: bool = False
    extended: bool = False
    may_extend: bool = False
    expired: bool = False
    has_earlier: bool = True
    deferred_open: int = 0
    deferred_late: int = 0
    commitments_open: int = 0
    urged_today: bool = False
    orders_open: int = 0
    orders_answered: int = 0
    cards_open: int = 0
    issued: bool = False


@dataclass(frozen=True)
class Verdict:
    """May the action be taken now? If not: why, in Chinese, by which rule, and whether it is a matter of rights."""

    action: Action
    possible: bool
    reason: str = ""
    rule: str = ""
    is_about_rights: bool = False

    def to_dict(self) -> dict[str, object]:
        return {
            "action": self.action.value,
            "label": self.action.label,
            "possible": self.possible,
            "reason": self.reason,
            "rule": self.rule,
        }


def verdict(action: Action, situation: Situation, actor: Actor) -> Verdict:
    """The table's answer for this actor, now."""
    rule = RULES[action]
    if situation.status not in rule.statuses:
        allowed = "、".join(s.label for s in CaseStatus if s in rule.statuses)
        return Verdict(
            action, False, f"办件当前为“{situation.status.label}”，{action.label}只能在“{allowed}”时进行。", "status"
        )
    if refusal := _step_refusal(action, rule, situation):
        return Verdict(action, False, refusal[1], refusal[0])
    if reason := _rights_reason(rule, situation, actor):
        return Verdict(action, False, reason, "rights", is_about_rights=True)
    for condition in rule.conditions:
        if not condition.holds(situation):
            return Verdict(action, False, condition.reason, condition.code)
    return Verdict(action, True)


def require(action: Action, situation: Situation, actor: Actor) -> None:
    """Raises ActionNotAllowed or NotPermitted with the reason; the first line of every command on a case.

    Whoever does not hold the step is told only that: not how the case stands.
    """
    rule = RULES[action]
    if rule.holder is Holder.WORK_ITEM and not actor.is_system and actor.post(situation.post_id) is None:
        raise NotPermitted(_NOT_YOURS, en="This work item is not with your posts.", action=action.value, rule="rights")
    answer = verdict(action, situation, actor)
    if answer.possible:
        return
    error = NotPermitted if answer.is_about_rights else ActionNotAllowed
    raise error(
        answer.reason,
        en=f"{action.label_en} is not possible now ({answer.rule})",
        action=action.value,
        rule=answer.rule,
    )


def _step_refusal(action: Action, rule: ActionRule, situation: Situation) -> tuple[str, str] | None:
    """Code and reason of what the step itself stands against."""
    if rule.holder is Holder.SCOPE:
        return None
    if rule.holder is Holder.LAST_DOER:
        return (
            None
            if situation.is_last_doer
            else ("not_last_doer", "只有刚办完上一环节的人员，在下一环节还没有人动手时可以收回。")
        )
    if situation.work_status is None:
        return "no_work_item", f"没有可以{action.label}的待办。"
    if situation.part not in rule.parts:
        parts = "、".join(p.label for p in Part if p in rule.parts)
        return "part", f"您在该环节是“{situation.part.label}”，{action.label}由“{parts}”进行。"
    if situation.work_status not in rule.work_statuses:
        return "work_status", f"该待办{situation.work_status.label}，不能{action.label}。"
    if rule.stages is not None and situation.stage not in rule.stages:
        return "stage", f"当前环节不是{'、'.join(s.label for s in rule.stages)}环节，不能{action.label}。"
    if situation.stage in rule.not_stages and situation.stage:
        return "stage", f"{situation.stage.label}环节请使用专门的操作。"
    if situation.lane and situation.lane.actor_kind is ActorKind.MACHINE:
        return "machine", "此环节由系统自动办理。"
    return None


def _rights_reason(rule: ActionRule, situation: Situation, actor: Actor) -> str:
    if actor.is_system or rule.holder is Holder.LAST_DOER:
        return ""
    if rule.holder is Holder.SCOPE:
        if actor.may_see(situation.home_region, situation.department, rule.roles):
            return ""
        return "该件不在您的辖区或部门范围内，或您的岗位没有这项权限。"
    post = actor.post(situation.post_id)
    if post is None:
        return _NOT_YOURS
    if situation.officer_id not in (None, actor.officer_id) and situation.officer_id not in post.stands_in_for:
        return f"该待办已由{situation.holder_name or '他人'}领取；如需办理，请先由其退回待领。"
    if rule.roles and not rule.roles & post.roles:
        return "您的岗位没有这项权限。"
    return ""
