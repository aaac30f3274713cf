"""What is known of an officer changes (变更人员信息)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk, changed, require_filled
from engine.commands.organisation.own_identity import identity_index
from engine.commands.verb import Answer, Desk, Request, verb


@dataclass(frozen=True, kw_only=True)
class ChangeOfficer(Request):
    """An empty `id_number` leaves the one on record."""

    officer_id: int
    name: str
    id_number: str = ""


@verb
def change_officer(desk: Desk, request: ChangeOfficer) -> Answer:
    """Names of the entries that changed; the trail has no more than these."""
    admin = AdminDesk(desk)
    row = admin.officer(request.officer_id)
    require_filled(name=request.name)
    values: Answer = {"name": request.name.strip()}
    if index := identity_index(desk, request.id_number):
        values["identity_index"] = index
    values = changed(row, values)
    admin.staff.change("officer", row.id, values)
    admin.audit("change_officer", "officer", row.id, changed=sorted(values))
    return {"officer_id": row.id, "changed": sorted(values)}
