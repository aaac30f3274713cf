"""Who holds what is looked at (权限复核), and each right kept or taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.commands.organisation.admin_desk import AdminDesk, wrong
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid, NotFound

KEEP, REMOVE = "keep", "remove"


@dataclass(frozen=True, kw_only=True)
class OpenAccessReview(Request):
    """One body, or without one everything in the administrator's area."""

    organisation_id: int | None = None


@verb
def open_access_review(desk: Desk, request: OpenAccessReview) -> Answer:
    """The id of the review and how many holdings are to be judged, as they are now."""
    admin = AdminDesk(desk)
    if request.organisation_id is not None:
        admin.organisation(request.organisation_id)
    if admin.staff.open_review(request.organisation_id, desk.actor.officer_id):
        raise ActionNotAllowed("您已有一次未完成的复核，请先完成。", en="A review is open.", rule="review_open")
    held = [
        h
        for h in admin.staff.all_held(admin.today)
        if admin.area.covers(h.region_code, h.department) and request.organisation_id in (None, h.organisation_id)
    ]
    if not held:
        raise ActionNotAllowed("范围内没有任职记录可复核。", en="Nothing to review.", rule="nothing_held")
    seen = admin.staff.last_sign_ins(sorted({h.officer_id for h in held}))
    lines = [
        {
            "officer_id": h.officer_id,
            "post_id": h.post_id,
            "region_code": h.region_code,
            "department": h.department,
            "roles": list(h.roles),
            "held_from": str(h.held_from),
            "last_sign_in_at": seen[h.officer_id].isoformat() if h.officer_id in seen else None,
            "verdict": "",
        }
        for h in held
    ]
    values = {"organisation_id": request.organisation_id, "opened_at": desk.now, "opened_by": desk.actor.officer_id}
    key = admin.staff.add("review", {**values, "findings": {"lines": lines}})
    admin.audit("open_access_review", "access_review", key, lines=len(lines))
    return {"review_id": key, "lines": len(lines)}


@dataclass(frozen=True, kw_only=True)
class CloseAccessReview(Request):
    """verdicts  "officer id-post id" -> keep or remove, for every line"""

    review_id: int
    verdicts: Mapping[str, str]


@verb
def close_access_review(desk: Desk, request: CloseAccessReview) -> Answer:
    """How many holdings were kept and removed; what is removed ends at once."""
    admin = AdminDesk(desk)
    review = admin.staff.row("review", request.review_id)
    lines = review.findings["lines"] if review else []
    if review is None or not all(admin.area.covers(line["region_code"], line["department"]) for line in lines):
        raise NotFound("没有这次复核，或不在您的管理范围内。", en="no such review in your area")
    if review.closed_at is not None:
        raise ActionNotAllowed("这次复核已经完成。", en="The review is closed.", rule="review_closed")
    judged = [{**line, "verdict": request.verdicts.get(line_key(line), "")} for line in lines]
    open_lines = {line_key(line): ["请选择保留或收回。"] for line in judged if line["verdict"] not in (KEEP, REMOVE)}
    if open_lines:
        raise FormInvalid(f"还有{len(open_lines)}项没有结论。", en="Some lines are not judged.", errors=open_lines)
    removed = [line for line in judged if line["verdict"] == REMOVE]
    for line in removed:
        _remove(admin, line)
    admin.staff.change("review", review.id, {"closed_at": desk.now, "findings": {"lines": judged}})
    counts = {"kept": len(judged) - len(removed), "removed": len(removed)}
    admin.audit("close_access_review", "access_review", review.id, **counts)
    return {"review_id": review.id, **counts}


def line_key(line: Mapping[str, Any]) -> str:
    """What a verdict names its line by."""
    return f"{line['officer_id']}-{line['post_id']}"


def _remove(admin: AdminDesk, line: Mapping[str, Any]) -> None:
    """End the holding, unless it has ended since the review was opened."""
    if admin.staff.holding(line["officer_id"], line["post_id"], admin.today) is None:
        return
    try:
        admin.end_holding(line["officer_id"], line["post_id"], admin.yesterday)
    except ActionNotAllowed as refusal:
        raise wrong(line_key(line), refusal.message, refusal.en or "cannot be removed now") from refusal
    admin.audit("end_holding", "officer", line["officer_id"], post=line["post_id"], by="access_review")
