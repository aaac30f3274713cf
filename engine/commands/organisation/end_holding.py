"""An officer gives up a post (卸任)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.commands.organisation.admin_desk import AdminDesk, wrong
from engine.commands.verb import Answer, Desk, Request, verb


@dataclass(frozen=True, kw_only=True)
class EndHolding(Request):
    """`last_on` is the last day of it; without one it ends at once."""

    officer_id: int
    post_id: int
    last_on: date | None = None


@verb
def end_holding(desk: Desk, request: EndHolding) -> Answer:
    """The last day. Refused while the officer has claimed work items there, or is the city's last administrator."""
    admin = AdminDesk(desk)
    admin.post(request.post_id)
    last_on = request.last_on or admin.yesterday
    if last_on < admin.yesterday:
        raise wrong("last_on", "卸任日期不能早于今天。", "The last day is past.")
    admin.end_holding(request.officer_id, request.post_id, last_on)
    admin.audit("end_holding", "officer", request.officer_id, post=request.post_id, last_on=str(last_on))
    return {"officer_id": request.officer_id, "post_id": request.post_id, "last_on": last_on}
