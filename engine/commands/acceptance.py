"""What every way of accepting a case shares (受理): the checks at the counter, the start of the clock, the notice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.commands.case_change import CaseChange
from engine.commands.notices import ACCEPTANCE_LAW, local_text, write_notice
from engine.commands.verb import Answer, Request
from engine.definitions.model import DocumentRule
from engine.definitions.schema import DOCUMENT_FORMS
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.case_clocks import limit_of
from engine.policy.eligibility import check_eligibility
from engine.runtime import complete
from engine.terms import CaseStatus

ACCEPTED = "accept"  # what an acceptance step stores as its decision


@dataclass(frozen=True, kw_only=True)
class Acceptance(Request):
    """insist_reason  why the case is accepted although a condition is not met (申请人坚持申请); empty otherwise"""

    work_item_id: int
    version: int | None = None
    insist_reason: str = ""


def missing_of(documents: Sequence[Row[Any]]) -> dict[str, str]:
    """Id and title of every required document that was not handed in."""
    return {row.document_id: row.title for row in documents if row.required and row.status == "missing"}


def require_documents(documents: Sequence[Row[Any]], promised: Collection[str] = ()) -> None:
    """Raises unless every required document is there or among those promised."""
    missing = [title for name, title in missing_of(documents).items() if name not in promised]
    if missing:
        raise ActionNotAllowed(
            f"还缺{len(missing)}份必要材料：{'、'.join(missing)}。请补收，或一次性告知补正。",
            en="Required documents are missing.",
            rule="documents_missing",
            missing=missing,
        )


def require_promisable(
    change: CaseChange, documents: Sequence[Row[Any]], named: Collection[str], field: str
) -> list[DocumentRule]:
    """The rules of the documents a promise stands in for: each must be required and missing, or FormInvalid is raised.

    field  of the request, for the error. ActionNotAllowed where nothing is missing at all.
    """
    missing = missing_of(documents)
    if not missing:
        raise ActionNotAllowed(
            "该件必要材料已齐，没有可以后补或以承诺代替的；请直接受理。",
            en="No required document is missing.",
            rule="nothing_missing",
        )
    wrong = [name for name in named if name not in missing]
    if wrong or not named:
        texts = [f"“{name}”不是该件缺少的必要材料。" for name in wrong] or ["请选择缺少的材料。"]
        raise FormInvalid(errors={field: texts})
    return [rule for rule in change.definition.documents if rule.id in named]


def require_conditions(change: CaseChange, insist_reason: str) -> None:
    """Raises when a condition is false on the facts frozen at receipt, unless the applicant insists."""
    found = check_eligibility(change.definition, change.facts, change.shelved.labels)
    unmet = [finding.condition.refusal for finding in found.unmet]
    if unmet and not insist_reason:
        raise ActionNotAllowed(
            f"有{len(unmet)}项条件不符合：{'；'.join(unmet)}。请作不予受理，或注明申请人坚持申请的理由后受理。",
            en="Some conditions are not met.",
            rule="conditions_unmet",
            unmet=unmet,
        )


def take_in(change: CaseChange, request: Acceptance, documents: Sequence[Row[Any]]) -> Answer:
    """The case in process: clocks started, process moved on, acceptance notice written. The verb saves."""
    desk = change.desk
    change.changes.update(accepted_at=desk.now, status=CaseStatus.IN_PROCESS)
    dates = change.set_dates()
    account = change.move(
        complete(change.shelved.process, change.state, change.values["token"], ACCEPTED, change.facts),
        done=change.values["token"],
        decision=ACCEPTED,
    )
    change.set_card()
    insisted = desk.office.sealer.digest(request.insist_reason) if request.insist_reason else None
    change.happened("case_accepted", {**dates, "insisted": insisted, "item": request.work_item_id, **account})
    if insisted:
        note = desk.office.sealer.encrypt_json({"insist_reason": request.insist_reason})
        desk.uow.cases.put_personal(change.case_id, {"step:accept": note})
    change.tell("applicant", "case_accepted", {"number": change.values["number"]})
    number = write_acceptance_notice(change, documents)
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "promised_due_at": change.current("promised_due_at"),
        "statutory_due_at": change.current("statutory_due_at"),
        "notice": number,
        "opened": account.get("opened", []),
    }


def write_acceptance_notice(change: CaseChange, documents: Sequence[Row[Any]]) -> str:
    """Number of the acceptance notice (受理通知书): what was handed in, until when, what is not counted."""
    limits, rules = change.definition.limits, {rule.id: rule for rule in change.definition.documents}
    handed_in = [row for row in documents if row.status in ("received", "reused")]
    facts: Mapping[str, Any] = {
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
    return write_notice(change, "acceptance", facts)


def _form_of(rule: DocumentRule, status: str) -> str:
    return "电子证照" if status == "reused" else DOCUMENT_FORMS[rule.form]
