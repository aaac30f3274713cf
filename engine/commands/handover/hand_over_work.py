"""An officer leaves (离岗交接): the posts pass to another on a day, and what is open in their hand follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.organisation.admin_desk import AdminDesk
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid, NotFound, NotPermitted
from engine.policy.administration import incompatible_roles

LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class HandOverWork(Request):
    """effective_on  the first day on which the receiver holds the posts; today moves everything at once
    post_ids      only these posts and the work on them; empty: everything. One handover for each receiver
    """

    from_officer_id: int
    to_officer_id: int
    reason: str
    effective_on: date
    post_ids: tuple[int, ...] = ()


@verb
def hand_over_work(desk: Desk, request: HandOverWork) -> Answer:
    """The handover with the posts it passes on, how many work items will follow, and what is still to be settled by hand.

    Work items move one case at a time afterwards (`hand_over_item`). Those the receiver must avoid (回避) go back to the
    shared queue and are named in `conflicts`; leaves and seals are named in `unsettled`. Posts and receiver lie in the
    administrator's area, as with an appointment.
    """
    admin = AdminDesk(desk)
    _check(desk, request)
    handovers, day = desk.uow.handovers, request.effective_on
    posts = handovers.posts(request.from_officer_id, day, request.post_ids)
    _check_posts(admin, request, posts)
    admin.officer(request.to_officer_id)
    handover_id = handovers.add(
        {
            "from_officer_id": request.from_officer_id,
            "to_officer_id": request.to_officer_id,
            "reason": request.reason.strip(),
            "effective_on": day,
            "post_ids": list(request.post_ids),
            "made_by": desk.actor.officer_id,
            "made_at": desk.now,
        }
    )
    handovers.pass_on(request.from_officer_id, request.to_officer_id, day, request.post_ids)
    _audit(desk, handover_id, request, [row.post_id for row in posts])
    items = handovers.items(request.from_officer_id, request.post_ids)
    avoids = desk.uow.organisation.avoided_by(request.to_officer_id)
    return {
        "handover_id": handover_id,
        "effective_on": day,
        "posts": [{"id": row.post_id, "name": row.post_name, "organisation": row.organisation_name} for row in posts],
        "work_items": len(items),
        "conflicts": [
            {"work_item_id": row.id, "number": row.number, "step": row.step_name}
            for row in items
            if bytes(row.applicant_index) in avoids
        ],
        "unsettled": _unsettled(desk, request),
    }


def _check(desk: Desk, request: HandOverWork) -> None:
    errors: dict[str, list[str]] = {}
    if not request.reason.strip() or len(request.reason) > LONGEST_REASON:
        errors["reason"] = [f"请写明离岗交接的原因，最多{LONGEST_REASON}字。"]
    if request.effective_on < local_date(desk.now):
        errors["effective_on"] = ["交接日期不能早于今天。"]
    if request.to_officer_id == request.from_officer_id:
        errors["to_officer_id"] = ["接手人不能是离岗人本人，请另选。"]
    if errors:
        raise FormInvalid(errors=errors, en="The handover is not filled in correctly.")
    if request.to_officer_id == desk.actor.officer_id:
        raise NotPermitted(
            "机构管理员不能把岗位交给自己；请由另一位机构管理员办理。",
            en="Nobody hands posts to themselves.",
            rule="own_post",
        )
    found = desk.uow.handovers.lock_officers(sorted({request.from_officer_id, request.to_officer_id}))
    if len(found) < 2:
        raise NotFound("没有这位工作人员，请重新选择。", en="no such officer")
    if not found[request.to_officer_id].active:
        raise _refused("接手人的账号已停用，请另选接手人。", "The receiver's account is disabled.")
    away = desk.uow.handovers.leaves(request.to_officer_id, request.effective_on)
    if any(row.officer_id == request.to_officer_id and row.from_on <= request.effective_on for row in away):
        raise _refused("接手人交接当天请假，请另选接手人或改期。", "The receiver is on leave that day.")


def _check_posts(admin: AdminDesk, request: HandOverWork, posts: Sequence[Row[Any]]) -> None:
    is_left = not posts and bool(admin.desk.uow.handovers.items(request.from_officer_id, request.post_ids))
    if is_left:
        # The posts ended by date and work stayed in hand: it must not be lost with them.
        admin.officer(request.from_officer_id)
    elif not posts or {row.post_id for row in posts} < set(request.post_ids):
        raise FormInvalid(
            errors={"post_ids": ["离岗人在交接日并不担任所选岗位，请重新选择。"]},
            en="The officer does not hold these posts.",
        )
    outside = [row for row in posts if not admin.area.covers(row.region_code, row.department)]
    if outside:
        raise NotPermitted(
            f"“{outside[0].post_name}”不在您管理的辖区内；请由其所在地的机构管理员办理。",
            en="A post lies outside the administrator's region.",
            rule="rights",
        )
    held = admin.desk.uow.handovers.posts(request.to_officer_id, request.effective_on)
    if clash := incompatible_roles(role for row in [*posts, *held] for role in row.roles):
        raise _refused(
            f"接手人将既任“{clash[0]}”又任“{clash[1]}”，两者不得兼任；请另选接手人。",
            "Incompatible duties would be joined.",
        )


def _refused(text: str, en: str) -> FormInvalid:
    return FormInvalid(text, errors={"to_officer_id": [text]}, en=en)


def _unsettled(desk: Desk, request: HandOverWork) -> Answer:
    leaver, day = request.from_officer_id, request.effective_on
    leaves = desk.uow.handovers.leaves(leaver, day)
    return {
        "leaves": [
            {
                "id": row.id,
                "officer": row.officer_name,
                "deputy": row.deputy_name,
                "from_on": row.from_on,
                "to_on": row.to_on,
            }
            for row in leaves
        ],
        "seals": [
            {"id": row.id, "seal": row.seal_name, "organisation": row.organisation_name}
            for row in desk.uow.handovers.custody(leaver, day)
        ],
    }


def _audit(desk: Desk, handover_id: int, request: HandOverWork, post_ids: list[int]) -> None:
    desk.uow.sessions.audit(
        {
            "at": desk.now,
            "officer_id": desk.actor.officer_id or None,
            "action": "hand_over_work",
            "object_kind": "officer",
            "object_id": str(request.from_officer_id),
            "source": desk.actor.source[:64],
            "detail": {"handover": handover_id, "to": request.to_officer_id, "posts": post_ids},
        }
    )
