"""The applicant brings what the one-time notice asked for (补正)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import CaseStatus


@dataclass(frozen=True, kw_only=True)
class SupplyCorrection(Request):
    """documents  what came and how (paper | upload | share): a document's id, or that of the condition it proves
    note       what was put right where nothing was asked to be handed in
    """

    work_item_id: int
    version: int | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@verb
def supply_correction(desk: Desk, request: SupplyCorrection) -> Answer:
    """The case received again; what is still missing is named, and the case can then only be accepted or refused."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.SUPPLY_CORRECTION)
    rows = {row.document_id: row for row in desk.uow.cases.documents(change.case_id)}
    _require_something(change, request, rows)
    received = {name: how for name, how in request.documents.items() if name in rows}
    desk.uow.cases.receive_documents(change.case_id, received, desk.now)
    if request.note.strip():
        note = desk.office.sealer.encrypt_json({"note": request.note})
        desk.uow.cases.put_personal(change.case_id, {f"step:supplied:{desk.now:%Y%m%d%H%M%S}": note})
    change.changes.update(status=CaseStatus.RECEIVED, supplied_at=desk.now)
    dates = change.set_dates()
    change.set_card()
    change.happened(
        "correction_supplied",
        {
            "documents": received,
            "evidence": sorted(request.documents.keys() - received) or None,
            "item": request.work_item_id,
            **dates,
        },
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


def _require_something(change: CaseChange, request: SupplyCorrection, rows: Mapping[str, object]) -> None:
    provable = {condition.id for condition in change.definition.eligibility if condition.evidence}
    wrong = [f"材料清单中没有“{name}”。" for name in request.documents if name not in rows and name not in provable]
    if not (request.documents or request.note.strip()):
        wrong = ["请勾选收到的材料，或注明补正了什么。"]
    if wrong:
        raise FormInvalid(errors={"documents": wrong})
