"""An officer is away and somebody deputises (请假代理); and the leave is called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.organisation.admin_desk import AdminDesk, audit, wrong
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, NotFound, NotPermitted
from engine.policy.administration import incompatible_roles
from engine.policy.identifiers import region_parent

LONGEST_LEAVE = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class SetLeave(Request):
    """Both days included. `officer_id`: for somebody else, by an administrator; `post_id`: this post only."""

    deputy_id: int
    from_on: date
    to_on: date
    officer_id: int | None = None
    post_id: int | None = None
    reason: str = ""


@verb
def set_leave(desk: Desk, request: SetLeave) -> Answer:
    """The id of the leave. The deputy is of the same body or the one above, is there, and may hold these duties."""
    officer_id = request.officer_id or desk.actor.officer_id
    if officer_id == desk.actor.officer_id:
        desk.uow.staff.alone()
    else:
        _require_administrator(desk, officer_id, request.deputy_id)
    today, staff = local_date(desk.now), desk.uow.staff
    _check_days(request, today)
    posts = [h for h in staff.held_by(officer_id, today) if request.post_id in (None, h.post_id)]
    if not posts:
        raise wrong("post_id", "没有可以请人代理的岗位。", "no post to deputise for")
    deputy = staff.row("officer", request.deputy_id)
    if deputy is None or not deputy.active or deputy.id == officer_id:
        raise wrong("deputy_id", "请另选一位在岗人员代理。", "not a possible deputy")
    held = staff.held_by(deputy.id, today)
    for post in posts:
        if not any(_stands_near(h, post) for h in held):
            words = f"“{post.post_name}”须由本单位或上级单位的人员代理，请另选代理人。"
            raise wrong("deputy_id", words, "The deputy must be of the same body or the one above.")
    others = staff.leaves_touching([officer_id, deputy.id], request.from_on, request.to_on)
    _check_others(others, officer_id, deputy.id, request.post_id)
    taken = [role for leave in others if leave.deputy_id == deputy.id for role in _roles_of(desk, leave, today)]
    _check_roles([role for h in [*held, *posts] for role in h.roles] + taken)
    values = {
        "officer_id": officer_id,
        "deputy_id": deputy.id,
        "post_id": request.post_id,
        "from_on": request.from_on,
        "to_on": request.to_on,
        "reason": request.reason.strip(),
        "made_by": desk.actor.officer_id,
        "made_at": desk.now,
    }
    key = staff.add("leave", values)
    days = {"from_on": str(request.from_on), "to_on": str(request.to_on)}
    audit(desk, "set_leave", "officer", officer_id, deputy=deputy.id, post=request.post_id, **days)
    return {"leave_id": key}


def _require_administrator(desk: Desk, officer_id: int, deputy_id: int) -> None:
    admin = AdminDesk(desk)
    admin.officer(officer_id)
    if deputy_id == desk.actor.officer_id:
        raise NotPermitted("不能指定自己代理他人的岗位，请由另一位机构管理员办理。", en="not for yourself")


def _check_days(request: SetLeave, today: date) -> None:
    if request.from_on < today:
        raise wrong("from_on", "开始日期不能早于今天。", "The first day is past.")
    if request.to_on < request.from_on:
        raise wrong("to_on", "结束日期不能早于开始日期。", "The last day is before the first.")
    if request.to_on - request.from_on > LONGEST_LEAVE:
        raise wrong("to_on", "一次请假最多一年；更长的请办理离岗交接。", "A leave lasts a year at most.")


def _stands_near(held: Row[Any], post: Row[Any]) -> bool:
    """Whether a holding is in the post's own body, or in the body above it of the same or of all departments."""
    if held.organisation_id == post.organisation_id:
        return True
    is_above = held.body_region == region_parent(post.body_region)
    return is_above and (post.body_department is None or held.body_department in (None, post.body_department))


def _check_others(others: list[Row[Any]], officer_id: int, deputy_id: int, post_id: int | None) -> None:
    for leave in others:
        days = f"{leave.from_on}至{leave.to_on}"
        if leave.officer_id == officer_id and (leave.post_id == post_id or None in (leave.post_id, post_id)):
            raise wrong("from_on", f"这几天已登记过请假（{days}），请先取消。", "There is a leave on these days.")
        if leave.officer_id == deputy_id:
            raise wrong("deputy_id", f"代理人这几天也请假（{days}），请另选代理人。", "The deputy is away as well.")
        if leave.deputy_id == officer_id:
            words = f"这几天正代理{leave.officer_name}的岗位（{days}），请先由其另选代理人。"
            raise wrong("from_on", words, "The officer deputises on these days.")


def _roles_of(desk: Desk, leave: Row[Any], today: date) -> list[str]:
    """Duties somebody takes over in another leave."""
    held = desk.uow.staff.held_by(leave.officer_id, today)
    return [role for h in held if leave.post_id in (None, h.post_id) for role in h.roles]


def _check_roles(roles: list[str]) -> None:
    if clash := incompatible_roles(roles):
        raise ActionNotAllowed(
            f"代理后同一人将既任“{clash[0]}”又任“{clash[1]}”，不能代理；请另选代理人。",
            en="The deputy would hold duties that do not go together.",
            rule="incompatible_roles",
        )


@dataclass(frozen=True, kw_only=True)
class CancelLeave(Request):
    """The leave to call off."""

    leave_id: int


@verb
def cancel_leave(desk: Desk, request: CancelLeave) -> Answer:
    """Nothing; from now on nobody deputises. The officer's own, or an administrator's act."""
    desk.uow.staff.alone()
    leave = desk.uow.staff.row("leave", request.leave_id)
    if leave is None:
        raise NotFound("没有这次请假。", en="no such leave")
    if leave.officer_id != desk.actor.officer_id:
        AdminDesk(desk).officer(leave.officer_id)
    if leave.cancelled_at is not None or leave.to_on < local_date(desk.now):
        raise ActionNotAllowed("这次请假已经结束或取消。", en="The leave is over.", rule="leave_over")
    desk.uow.staff.change("leave", leave.id, {"cancelled_at": desk.now})
    audit(desk, "cancel_leave", "officer", leave.officer_id, leave=leave.id)
    return {"leave_id": leave.id}
