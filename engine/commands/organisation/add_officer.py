"""A new officer (录入人员) with a password for the first sign-in, told once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from engine.commands.organisation.admin_desk import AdminDesk, one_time_password, require_filled, wrong
from engine.commands.organisation.assign_post import give_post
from engine.commands.organisation.own_identity import identity_index
from engine.commands.sign_in import HASHER
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotPermitted

_SIGN_IN_NAME = re.compile(r"[a-z][a-z0-9._-]{2,29}")


@dataclass(frozen=True, kw_only=True)
class AddOfficer(Request):
    """sign_in_name  3 to 30 of a-z 0-9 . _ - beginning with a letter; it never changes
    id_number     the officer's own identity number, kept as its blind index only: nobody handles their own case
    post_id       the first post; only whoever administers the whole city may leave it open
    """

    sign_in_name: str
    name: str
    id_number: str = ""
    post_id: int | None = None
    held_from: date | None = None


@verb
def add_officer(desk: Desk, request: AddOfficer) -> Answer:
    """The id, and the one-time password, which must be changed at the first sign-in."""
    admin = AdminDesk(desk)
    require_filled(sign_in_name=request.sign_in_name, name=request.name)
    if not _SIGN_IN_NAME.fullmatch(request.sign_in_name):
        raise wrong("sign_in_name", "用户名为3至30个小写字母、数字、点或横线，以字母开头。", "not a sign-in name")
    if admin.staff.is_taken("officer", None, sign_in_name=request.sign_in_name):
        raise wrong("sign_in_name", "该用户名已有人使用，请换一个。", "The sign-in name is taken.")
    if request.post_id is None and not admin.area.is_city_wide:
        raise NotPermitted("请同时选择该人员的第一个岗位。", en="Choose the officer's first post.")
    password = one_time_password()
    key = admin.staff.add(
        "officer",
        {
            "sign_in_name": request.sign_in_name,
            "name": request.name.strip(),
            "password_hash": HASHER.hash(password),
            "must_change_password": True,
            "identity_index": identity_index(desk, request.id_number),
            "created_at": desk.now,
        },
    )
    admin.audit("add_officer", "officer", key)
    if request.post_id is not None:
        give_post(admin, key, request.post_id, request.held_from or admin.today, None)
    return {"officer_id": key, "sign_in_name": request.sign_in_name, "one_time_password": password}
