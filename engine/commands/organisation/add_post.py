"""A new post (设立岗位): what routing finds, or a duty of supervision and administration."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import AdminDesk
from engine.commands.organisation.post_entries import PostEntries, post_values
from engine.commands.verb import Answer, Desk, Request, verb


@dataclass(frozen=True, kw_only=True)
class AddPost(Request, PostEntries):
    """The post and the body it belongs to."""

    organisation_id: int


@verb
def add_post(desk: Desk, request: AddPost) -> Answer:
    """The id of the post; nobody holds it yet."""
    admin = AdminDesk(desk)
    body = admin.organisation(request.organisation_id)
    values = post_values(admin, body, request)
    key = admin.staff.add("post", {**values, "organisation_id": body.id})
    admin.audit("add_post", "post", key, organisation=body.id, **values)
    return {"post_id": key}
