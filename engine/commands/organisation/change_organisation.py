"""What is known of a body changes (变更单位信息); region and department stay, they decide its posts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk, changed
from engine.commands.organisation.body_entries import BodyEntries, body_values
from engine.commands.verb import Answer, Desk, Request, verb


@dataclass(frozen=True, kw_only=True)
class ChangeOrganisation(Request, BodyEntries):
    """Every entry as it shall be from now on."""

    organisation_id: int


@verb
def change_organisation(desk: Desk, request: ChangeOrganisation) -> Answer:
    """Names of the entries that changed."""
    admin = AdminDesk(desk)
    row = admin.organisation(request.organisation_id)
    values = changed(row, body_values(admin, request, row.id))
    admin.staff.change("organisation", row.id, values)
    before = {name: row._mapping[name] for name in values}
    admin.audit("change_organisation", "organisation", row.id, before=before, after=values)
    return {"organisation_id": row.id, "changed": sorted(values)}
