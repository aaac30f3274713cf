"""A post changes (变更岗位): its duties, lane, department, way of sharing work, or whether it is there at all."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk, changed
from engine.commands.organisation.post_entries import PostEntries, post_values
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed

# Changes of these change what a holder may do or see.
_RIGHTS = frozenset({"roles", "lane", "region_code", "department", "active"})


@dataclass(frozen=True, kw_only=True)
class ChangePost(Request, PostEntries):
    """Every entry as it shall be from now on."""

    post_id: int
    active: bool = True


@verb
def change_post(desk: Desk, request: ChangePost) -> Answer:
    """Names of the entries that changed. A post with open work items stays active until they are elsewhere."""
    admin = AdminDesk(desk)
    row = admin.post(request.post_id)
    body = admin.organisation(row.organisation_id)
    values = changed(row, {**post_values(admin, body, request, row.id), "active": request.active})
    if not request.active and row.active:
        _require_no_work(admin, row.id)
    if values.keys() & _RIGHTS:
        for holder in admin.staff.holders(row.id, admin.today):
            admin.require_not_self(holder.officer_id)
            admin.require_compatible(admin.roles_held(holder.officer_id, without_post=row.id) | set(request.roles))
    admin.staff.change("post", row.id, values)
    admin.require_administrator_remains(row.roles)
    before = {name: row._mapping[name] for name in values}
    admin.audit("change_post", "post", row.id, before=before, after=values)
    return {"post_id": row.id, "changed": sorted(values)}


def _require_no_work(admin: AdminDesk, post_id: int) -> None:
    count = admin.staff.open_work_of_post(post_id)
    if count:
        raise ActionNotAllowed(
            f"该岗位还有{count}件待办；请先用“转办”或“离岗交接”移交给其他岗位，再停用。",
            en=f"The post still has {count} open work items; transfer them first.",
            rule="open_work",
            open_work_items=count,
        )
