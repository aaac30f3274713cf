"""An administrator's desk (机构管理): what the verbs of this package share, after waiting for every other change of it.

Whatever lies outside the administrator's area does not exist here; what would take the city its last administrator,
or give one person duties that do not go together, is refused in one place.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.verb import Answer, Desk
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.policy.administration import admin_area, incompatible_roles
from engine.records.staff import StaffRecords
from engine.terms import Role

# Read out over the telephone without mistakes: no 0 o 1 l i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Twelve random letters and digits in groups of four, for the first sign-in (一次性密码)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def require_filled(**values: str) -> None:
    """Raises FormInvalid naming every field that is empty."""
    empty = {name: ["请填写。"] for name, value in values.items() if not value.strip()}
    if empty:
        raise FormInvalid(en="Some entries are missing.", errors=empty)


def wrong(field: str, words: str, en: str) -> FormInvalid:
    """The error of one field."""
    return FormInvalid(words, en=en, errors={field: [words]})


def audit(desk: Desk, action: str, kind: str, key: int, **detail: Any) -> None:
    """One entry about a change of the organisation; `detail` holds codes and ids, never a value of a person."""
    entry = {"at": desk.now, "officer_id": desk.actor.officer_id or None, "action": action, "object_kind": kind}
    desk.uow.sessions.audit({**entry, "object_id": str(key), "source": desk.actor.source[:64], "detail": detail})


class AdminDesk:
    """The administrator at work. NotPermitted for officers without an administrator's post."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.area = admin_area(desk.actor)
        self.today: date = local_date(desk.now)
        self.staff: StaffRecords = desk.uow.staff
        self.staff.alone()

    def organisation(self, key: int) -> Row[Any]:
        row = self.staff.row("organisation", key)
        if row is None or not self.area.covers(row.region_code, row.department):
            raise NotFound("没有这个单位，或不在您的管理范围内。", en="no such organisation in your area")
        return row

    def post(self, key: int) -> Row[Any]:
        row = self.staff.row("post", key)
        if row is None or not self.area.covers(row.region_code, row.department):
            raise NotFound("没有这个岗位，或不在您的管理范围内。", en="no such post in your area")
        return row

    def officer(self, key: int) -> Row[Any]:
        """An officer all of whose posts lie in the area; without a post, where the last one lay.

        Else an administrator could take over an account that reaches beyond the own area.
        """
        row = self.staff.row("officer", key)
        held = self.staff.held_by(key, self.today) if row else []
        last = None if held or row is None else self.staff.last_held_by(key)
        where = held or ([last] if last else [])
        inside = all(self.area.covers(h.region_code, h.department) for h in where) if where else self.area.is_city_wide
        if row is None or not inside:
            raise NotFound(
                "没有这个人员，或其岗位超出您的管理范围；请由上级机构管理员办理。", en="no such officer in your area"
            )
        return row

    def region(self, code: str) -> Row[Any]:
        row = self.staff.region(code, self.today)
        if row is None:
            raise wrong("region_code", "没有这个行政区划，请重新选择。", "no such region")
        return row

    def require_not_self(self, officer_id: int) -> None:
        """Nobody gives or widens a right of their own (职责分离)."""
        if officer_id == self.desk.actor.officer_id:
            raise NotPermitted("不能给自己设岗或改变自己的权限，请由另一位机构管理员办理。", en="not for yourself")

    def require_compatible(self, roles: Iterable[str]) -> None:
        """Raises when one officer would hold duties that do not go together (不相容职责)."""
        if clash := incompatible_roles(roles):
            raise ActionNotAllowed(
                f"同一人员不能既任“{clash[0]}”又任“{clash[1]}”；请另选人员，或先结束其原有岗位。",
                en="These duties may not be joined in one person.",
                rule="incompatible_roles",
            )

    def roles_held(self, officer_id: int, *, without_post: int | None = None) -> set[str]:
        """Roles of every holding that has not ended."""
        held = self.staff.held_by(officer_id, self.today)
        return {role for h in held if h.post_id != without_post for role in h.roles}

    def require_administrator_remains(self, roles: Iterable[str]) -> None:
        """Asked after the change, where administrators' rights were taken: somebody must still administer the city."""
        if Role.ORG_ADMIN in set(roles) and not self.staff.city_administrators(self.today):
            raise ActionNotAllowed(
                "这是全市最后一位在岗的机构管理员；请先任命另一位，再办理。",
                en="The last active administrator of the city must stay.",
                rule="last_administrator",
            )

    def require_empty_hands(self, officer_id: int, post_id: int | None = None) -> None:
        """Raises while the officer has claimed work items, naming the cases."""
        cases = self.staff.cases_in_hand(officer_id, post_id)
        if cases:
            named = "、".join(cases[:5]) + (f" 等{len(cases)}件" if len(cases) > 5 else "")
            raise ActionNotAllowed(
                f"该人员手上还有已领取的办件：{named}；请先转办，或办理离岗交接。",
                en=f"The officer still has {len(cases)} claimed work items; hand them over first.",
                rule="open_work",
                cases=cases,
            )

    def end_holding(self, officer_id: int, post_id: int, last_on: date) -> Row[Any]:
        """The officer holds the post until this day, the last one included; yesterday: from now on no more."""
        held = self.staff.holding(officer_id, post_id, self.today)
        if held is None:
            raise NotFound("该人员现在没有担任这个岗位。", en="no such holding")
        if last_on < self.today:
            self.require_empty_hands(officer_id, post_id)
        self.staff.end_holding(officer_id, post_id, last_on, self.today)
        self.require_administrator_remains(held.roles)
        return held

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def audit(self, action: str, kind: str, key: int, **detail: Any) -> None:
        audit(self.desk, action, kind, key, **detail)


def changed(row: Row[Any], values: Answer) -> Answer:
    """Those values that differ from the row's."""
    return {name: value for name, value in values.items() if row._mapping[name] != value}
