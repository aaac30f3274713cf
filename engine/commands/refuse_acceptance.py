"""Not accepted (不予受理): with the legal reason, the competent body and the remedies."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.notices import write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class RefuseAcceptance(Request):
    """`reason` and `legal_basis` are mandatory (行政许可法 32, rule P02); `conditions` are the ids of unmet conditions."""

    work_item_id: int
    version: int | None = None
    reason: str
    legal_basis: str
    competent_body: str = ""
    conditions: tuple[str, ...] = ()


@verb
def refuse_acceptance(desk: Desk, request: RefuseAcceptance) -> Answer:
    """The closed case and its non-acceptance notice."""
    errors = {
        name: [text]
        for name, value, text in (
            ("reason", request.reason, "请写明不予受理的理由。"),
            ("legal_basis", request.legal_basis, "请写明法律依据（文件名称和条款）。"),
        )
        if not value.strip()
    }
    if errors:
        raise FormInvalid(errors=errors)
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.REFUSE_ACCEPTANCE)
    account = change.close(CaseResult.NOT_ACCEPTED)
    change.happened(
        "acceptance_refused",
        {
            "reason_digest": desk.office.sealer.digest(request.reason),
            "legal_basis": request.legal_basis,
            "conditions": list(request.conditions),
            **account,
        },
    )
    reason = {"reason": request.reason, "legal_basis": request.legal_basis, "competent_body": request.competent_body}
    desk.uow.cases.put_personal(change.case_id, {"step:refuse_acceptance": desk.office.sealer.encrypt_json(reason)})
    change.tell("applicant", "acceptance_refused", {"number": change.values["number"]})
    number = write_notice(change, "refusal_of_acceptance", {**reason, "way_out": _way_out(change, request)})
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "notice": number,
    }


def _way_out(change: CaseChange, request: RefuseAcceptance) -> str:
    ways = [c.way_out for c in change.definition.eligibility if c.id in request.conditions]
    return "；".join(dict.fromkeys(ways)) or "可以补充材料后重新申请"
