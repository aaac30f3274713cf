"""An officer takes a post (任职) from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.commands.organisation.admin_desk import AdminDesk, wrong
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed


@dataclass(frozen=True, kw_only=True)
class AssignPost(Request):
    """Both days included; without `held_from` from today on, without `held_to` for good."""

    officer_id: int
    post_id: int
    held_from: date | None = None
    held_to: date | None = None


@verb
def assign_post(desk: Desk, request: AssignPost) -> Answer:
    """Nothing more than its ids. Nobody gives a post to themselves, nor duties that do not go together to one person."""
    admin = AdminDesk(desk)
    admin.officer(request.officer_id)
    give_post(admin, request.officer_id, request.post_id, request.held_from or admin.today, request.held_to)
    return {"officer_id": request.officer_id, "post_id": request.post_id}


def give_post(admin: AdminDesk, officer_id: int, post_id: int, held_from: date, held_to: date | None) -> None:
    """The holding, after every rule; shared with the entry of a new officer."""
    admin.require_not_self(officer_id)
    post = admin.post(post_id)
    if not post.active:
        raise ActionNotAllowed("该岗位已停用，请先启用。", en="The post is not active.", rule="inactive_post")
    if held_from < admin.today:
        raise wrong("held_from", "任职日期不能早于今天。", "The first day is past.")
    if held_to is not None and held_to < held_from:
        raise wrong("held_to", "结束日期不能早于任职日期。", "The last day is before the first.")
    if admin.staff.holding(officer_id, post_id, admin.today):
        raise ActionNotAllowed("该人员已担任这个岗位。", en="The officer holds this post.", rule="held_already")
    admin.require_compatible(admin.roles_held(officer_id) | set(post.roles))
    admin.staff.hold(officer_id, post_id, held_from, held_to)
    admin.audit(
        "assign_post", "officer", officer_id, post=post_id, held_from=str(held_from), held_to=str(held_to or "")
    )
