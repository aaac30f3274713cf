"""Extension of the limit (延期, rule R7): once, before it expires, approved, and told to the applicant in writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.commands.approval import require_approver
from engine.commands.case_change import CaseChange
from engine.commands.notices import local_text, write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import LimitRule
from engine.errors import FormInvalid
from engine.policy.case_clocks import limit_of
from engine.policy.limits import Limit
from engine.policy.operations import Action

_LAW = "《中华人民共和国行政许可法》第四十二条"


@dataclass(frozen=True, kw_only=True)
class ExtendLimit(Request):
    """amount  how much is added, in the unit of the item's limits; `approver_id` another officer than the actor"""

    work_item_id: int
    version: int | None = None
    amount: int
    reason: str
    approver_id: int


@verb
def extend_limit(desk: Desk, request: ExtendLimit) -> Answer:
    """Both due dates later by the extension; a clock that stands goes on standing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.EXTEND)
    most = change.definition.limits.extension
    assert most is not None, "the table asks for it"
    _require_request(request, most)
    approver = require_approver(change, request.approver_id)
    old = {name: change.values[name] for name in ("promised_due_at", "statutory_due_at")}
    change.set(extension=request.amount)
    dates = change.set_dates()
    desk.uow.work.sort_again(change.case_id, change.current("promised_due_at"))
    change.set_card()
    desk.uow.commitments.extend(
        {
            "case_id": change.case_id,
            "amount": request.amount,
            "reason_cipher": desk.office.sealer.encrypt_json({"reason": request.reason}),
            "approver_id": request.approver_id,
            "asked_by": desk.actor.officer_id,
            "extended_at": desk.now,
            **{f"old_{name}": at for name, at in old.items()},
        }
    )
    reason = desk.office.sealer.digest(request.reason)
    payload = {"amount": request.amount, "approver": request.approver_id, "reason": reason, **dates}
    change.happened("limit_extended", payload)
    change.tell("applicant", "limit_extended", {"number": change.values["number"]})
    number = write_notice(change, "extension", _facts(change, request, approver.name, old["promised_due_at"]))
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "promised_due_at": change.current("promised_due_at"),
        "statutory_due_at": change.current("statutory_due_at"),
        "notice": number,
    }


def _require_request(request: ExtendLimit, most: LimitRule) -> None:
    errors = {}
    if not 0 < request.amount <= most.amount:
        errors["amount"] = [f"该事项最多可延期{limit_of(most).label}。"]
    if not request.reason.strip():
        errors["reason"] = ["请写明延期的理由。"]
    if errors:
        raise FormInvalid(errors=errors)


def _facts(change: CaseChange, request: ExtendLimit, approver: str, old_due_at: datetime) -> dict[str, Any]:
    return {
        "reason": request.reason,
        "approver": approver,
        "extension": Limit(request.amount, change.definition.limits.promised.unit).label,
        "old_due_on": local_text(old_due_at),
        "new_due_on": local_text(change.current("promised_due_at")),
        "legal_basis": _LAW,
    }
