"""The applicant brings what the one-time notice asked for (补正)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import CaseStatus


@dataclass(frozen=True, kw_only=True)
class SupplyCorrection(Request):
    """documents  document id -> how it came: paper | upload | share | commitment"""

    work_item_id: int
    version: int | None = None
    documents: Mapping[str, str]


@verb
def supply_correction(desk: Desk, request: SupplyCorrection) -> Answer:
    """The case received again; what is still missing is named, and the case can then only be accepted or refused."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.SUPPLY_CORRECTION)
    rows = {row.document_id: row for row in desk.uow.cases.documents(change.case_id)}
    unknown = [name for name in request.documents if name not in rows]
    if unknown or not request.documents:
        raise FormInvalid(
            errors={"documents": [f"材料清单中没有“{name}”。" for name in unknown] or ["请勾选收到的材料。"]}
        )
    desk.uow.cases.receive_documents(change.case_id, request.documents, desk.now)
    change.changes.update(status=CaseStatus.RECEIVED, supplied_at=desk.now)
    dates = change.set_dates()
    change.set_card()
    change.happened(
        "correction_supplied", {"documents": dict(request.documents), "item": request.work_item_id, **dates}
    )
    change.save()
    still = [
        r.title
        for r in rows.values()
        if r.required and r.status == "missing" and r.document_id not in request.documents
    ]
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "missing": still,
    }
