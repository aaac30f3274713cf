"""A seal changes hands (印章交接): who keeps it from which day on, by which document (国办发〔2025〕33号)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.commands.organisation.admin_desk import AdminDesk, require_filled, wrong
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed


@dataclass(frozen=True, kw_only=True)
class SetCustodian(Request):
    """`held_from`: the first day with the new custodian; today without one. `document_no`: of the hand-over record."""

    organisation_id: int
    officer_id: int
    document_no: str
    held_from: date | None = None


@verb
def set_custodian(desk: Desk, request: SetCustodian) -> Answer:
    """The id of the custody; the one before it ends the day before, so that a seal never has two custodians."""
    admin = AdminDesk(desk)
    body = admin.organisation(request.organisation_id)
    require_filled(document_no=request.document_no)
    held_from = request.held_from or admin.today
    if not body.seal_name:
        raise ActionNotAllowed("该单位没有登记印章名称，请先补充单位信息。", en="No seal on record.", rule="no_seal")
    officer = admin.staff.row("officer", request.officer_id)
    held = admin.staff.held_by(request.officer_id, admin.today)
    if officer is None or not officer.active or body.id not in {h.organisation_id for h in held}:
        raise wrong("officer_id", "印章应由本单位在岗人员保管。", "The custodian must hold a post of this body.")
    before = admin.staff.custody(body.id)
    if before is not None and before.custodian_id == officer.id and before.held_to is None:
        raise ActionNotAllowed("印章现在就由该人员保管。", en="The officer keeps it already.", rule="keeps_already")
    if before is not None and held_from <= before.held_from:
        raise wrong("held_from", f"交接日期应晚于上一次交接（{before.held_from}）。", "before the last hand-over")
    values = {
        "organisation_id": body.id,
        "seal_name": body.seal_name,
        "custodian_id": officer.id,
        "held_from": held_from,
        "document_no": request.document_no.strip(),
        "made_by": desk.actor.officer_id or None,
        "made_at": desk.now,
    }
    key = admin.staff.hand_over_seal(values, before)
    was = before.custodian_id if before is not None else None
    admin.audit("set_custodian", "organisation", body.id, before=was, after=officer.id, held_from=str(held_from))
    return {"custody_id": key}
