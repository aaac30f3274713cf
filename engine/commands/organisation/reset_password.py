"""An officer forgot the password (重置密码): a new one for one sign-in, told once."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk, one_time_password
from engine.commands.sign_in import HASHER
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed


@dataclass(frozen=True, kw_only=True)
class ResetPassword(Request):
    """Whose password."""

    officer_id: int


@verb
def reset_password(desk: Desk, request: ResetPassword) -> Answer:
    """The one-time password; it must be changed at the next sign-in, and every session has ended."""
    admin = AdminDesk(desk)
    row = admin.officer(request.officer_id)
    admin.require_not_self(row.id)
    if row.is_demo:
        raise ActionNotAllowed("演示账号的密码不能重置。", en="Demo accounts keep their password.", rule="demo_account")
    password = one_time_password()
    admin.staff.change("officer", row.id, {"password_hash": HASHER.hash(password), "must_change_password": True})
    admin.staff.end_sessions(row.id)
    admin.audit("reset_password", "officer", row.id)
    return {"officer_id": row.id, "sign_in_name": row.sign_in_name, "one_time_password": password}
