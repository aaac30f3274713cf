"""Front-desk acceptance (受理): the clock starts, the process moves on, the acceptance notice is written."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.notices import local_text, write_notice
from engine.commands.office import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed
from engine.policy.actions import Action
from engine.policy.case_clocks import limit_of
from engine.policy.eligibility import check_eligibility
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
    change.values["accepted_at"] = desk.now
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
    number = write_notice(
        change, "acceptance", _notice_facts(change, [row.title for row in documents if row.status != "not_needed"])
    )
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


def _notice_facts(change: CaseChange, documents: list[str]) -> dict[str, object]:
    limits = change.definition.limits
    return {
        "documents": documents,
        "accepted_on": local_text(change.desk.now),
        "promised_limit": limit_of(limits.promised).label,
        "statutory_limit": limit_of(limits.statutory).label,
        "promised_due_on": local_text(change.current("promised_due_at")),
        "statutory_due_on": local_text(change.current("statutory_due_at")),
        "not_counted": [p.title for p in limits.special_procedures],
        "fee": change.definition.fee,
    }
