"""An account is closed, or opened again (停用、启用账户)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed


@dataclass(frozen=True, kw_only=True)
class DisableOfficer(Request):
    """The account to close."""

    officer_id: int


@verb
def disable_officer(desk: Desk, request: DisableOfficer) -> Answer:
    """Nothing; every session of the officer has ended.

    Refused while cases are in the officer's hands or a seal in the officer's keeping, for oneself, and for the city's
    last administrator.
    """
    admin = AdminDesk(desk)
    row = admin.officer(request.officer_id)
    admin.require_not_self(row.id)
    admin.require_empty_hands(row.id)
    if seals := admin.staff.seals_kept_by(row.id, admin.today):
        raise ActionNotAllowed(
            f"该人员还保管着“{'、'.join(seals)}”的印章；请先办理印章交接。",
            en="The officer keeps a seal; hand it over first.",
            rule="seal_custodian",
        )
    roles = admin.roles_held(row.id)
    admin.staff.change("officer", row.id, {"active": False})
    admin.require_administrator_remains(roles)
    admin.staff.end_sessions(row.id)
    admin.audit("disable_officer", "officer", row.id)
    return {"officer_id": row.id, "active": False}


@dataclass(frozen=True, kw_only=True)
class EnableOfficer(Request):
    """The account to open again."""

    officer_id: int


@verb
def enable_officer(desk: Desk, request: EnableOfficer) -> Answer:
    """Nothing; the officer may sign in and holds what was held before."""
    admin = AdminDesk(desk)
    row = admin.officer(request.officer_id)
    admin.require_not_self(row.id)
    admin.require_compatible(admin.roles_held(row.id))
    admin.staff.change("officer", row.id, {"active": True})
    admin.audit("enable_officer", "officer", row.id)
    return {"officer_id": row.id, "active": True}
