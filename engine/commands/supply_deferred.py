"""Documents that were to follow are handed in (收取容缺材料)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import CommitmentStatus


@dataclass(frozen=True, kw_only=True)
class SupplyDeferred(Request):
    """documents  document id -> how it came: paper | upload | share"""

    case_number: str
    documents: Mapping[str, str]


@verb
def supply_deferred(desk: Desk, request: SupplyDeferred) -> Answer:
    """What is still to follow. A document that comes late is taken in; the broken promise stays on record."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.SUPPLY_DEFERRED)
    owed = {row.document_id: row.title for row in desk.uow.cases.documents(change.case_id) if row.status == "deferred"}
    unknown = [name for name in request.documents if name not in owed]
    if unknown or not request.documents:
        texts = [f"“{name}”不是该件待补交的材料。" for name in unknown] or ["请勾选收到的材料。"]
        raise FormInvalid(errors={"documents": texts})
    change.receive_documents(request.documents)
    change.settle(list(request.documents), CommitmentStatus.KEPT)
    still = [title for name, title in owed.items() if name not in request.documents]
    if not still:
        change.set(deferred_due_at=None)
    change.set_card()
    change.happened("deferred_supplied", {"documents": sorted(request.documents)})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "missing": still,
        "deferred_due_at": change.current("deferred_due_at"),
    }
