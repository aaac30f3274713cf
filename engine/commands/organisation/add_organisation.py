"""A new body (设立实施主体)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk
from engine.commands.organisation.body_entries import BodyEntries, body_values
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotPermitted


@dataclass(frozen=True, kw_only=True)
class AddOrganisation(Request, BodyEntries):
    """What the body is; `department` "" for a body of all departments (政府、街道、社区)."""

    region_code: str
    department: str = ""


@verb
def add_organisation(desk: Desk, request: AddOrganisation) -> Answer:
    """The id of the body. NotPermitted where region or department lie outside the administrator's area."""
    admin = AdminDesk(desk)
    region = admin.region(request.region_code)
    if not admin.area.covers(region.code, request.department or None):
        raise NotPermitted("该区划或部门不在您的管理范围内，请由上级机构管理员设立。", en="outside your area")
    values = body_values(admin, request)
    place = {"region_code": region.code, "department": request.department or None}
    key = admin.staff.add("organisation", {**values, **place})
    admin.audit("add_organisation", "organisation", key, **place)
    return {"organisation_id": key}
