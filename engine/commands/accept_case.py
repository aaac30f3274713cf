"""Front-desk acceptance (受理): the clock starts, the process moves on, the acceptance notice is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.commands.case_change import CaseChange
from engine.commands.notices import ACCEPTANCE_LAW, local_text, write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import DocumentRule
from engine.definitions.schema import DOCUMENT_FORMS
from engine.errors import ActionNotAllowed
from engine.policy.case_clocks import limit_of
from engine.policy.eligibility import check_eligibility
from engine.policy.operations import Action
from engine.runtime import complete
from engine.terms import CaseStatus


@dataclass(frozen=True, kw_only=True)
class AcceptCase(Request):
    """insist_reason  why the case is accepted although a condition is not met (申请人坚持申请); empty otherwise"""

    work_item_id: int
    version: int | None = None
    insist_reason: str = ""


@verb
def accept_case(desk: Desk, request: AcceptCase) -> Answer:
    """The case in process with its promised and statutory due dates. Refused while documents are missing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.ACCEPT)
    documents = desk.uow.cases.documents(change.case_id)
    _refuse_gaps([row.title for row in documents if row.required and row.status == "missing"])
    unmet = _unmet(change)
    if unmet and not request.insist_reason:
        raise ActionNotAllowed(
            f"有{len(unmet)}项条件不符合：{'；'.join(unmet)}。请作不予受理，或注明申请人坚持申请的理由后受理。",
            en="Some conditions are not met.",
            unmet=unmet,
        )
    change.changes.update(accepted_at=desk.now, status=CaseStatus.IN_PROCESS)
    dates = change.set_dates()
    account = change.move(
        complete(change.shelved.process, change.state, change.values["token"], "accept", change.facts),
        done=change.values["token"],
        decision="accept",
    )
    change.set_card()
    insisted = desk.office.sealer.digest(request.insist_reason) if request.insist_reason else None
    change.happened("case_accepted", {**dates, "insisted": insisted, "item": request.work_item_id, **account})
    if insisted:
        note = desk.office.sealer.encrypt_json({"insist_reason": request.insist_reason})
        desk.uow.cases.put_personal(change.case_id, {"step:accept": note})
    change.tell("applicant", "case_accepted", {"number": change.values["number"]})
    number = write_notice(change, "acceptance", _notice_facts(change, documents))
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "promised_due_at": change.current("promised_due_at"),
        "statutory_due_at": change.current("statutory_due_at"),
        "notice": number,
        "opened": account.get("opened", []),
    }


def _refuse_gaps(missing: list[str]) -> None:
    if missing:
        raise ActionNotAllowed(
            f"还缺{len(missing)}份必要材料：{'、'.join(missing)}。请补收，或一次性告知补正。",
            en="Required documents are missing.",
            missing=missing,
        )


def _unmet(change: CaseChange) -> list[str]:
    """Refusal texts of the conditions that are false on the facts frozen at receipt."""
    found = check_eligibility(change.definition, change.facts, change.shelved.labels)
    return [finding.condition.refusal for finding in found.unmet]


def _notice_facts(change: CaseChange, documents: Sequence[Row[Any]]) -> dict[str, object]:
    limits, rules = change.definition.limits, {rule.id: rule for rule in change.definition.documents}
    handed_in = [row for row in documents if row.status != "not_needed"]
    return {
        "due_on": local_text(change.current("promised_due_at")),
        "promised_limit": limit_of(limits.promised).label,
        "statutory_limit": limit_of(limits.statutory).label,
        "not_counted": "、".join(p.title for p in limits.special_procedures) or "无",
        "fee": change.definition.fee,
        "delivery_mode": "窗口领取",
        "legal_basis": ACCEPTANCE_LAW,
        "documents": [
            {
                "title": row.title,
                "form": _form_of(rules[row.document_id], row.status),
                "copies": rules[row.document_id].copies,
            }
            for row in handed_in
        ],
    }


def _form_of(rule: DocumentRule, status: str) -> str:
    return "电子证照" if status == "reused" else DOCUMENT_FORMS[rule.form]
