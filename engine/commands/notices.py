"""Counter documents (办理文书) written down by a verb: numbered, their facts frozen and encrypted, rendered on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.policy.identifiers import mask_identity_number
from engine.policy.routing import region_chain

# Notice kind (the key of its template) -> the word its number carries.
KINDS = {
    "acceptance": "受",
    "refusal_of_acceptance": "不受",
    "one_time_notice": "补",
    "special_procedure": "特",
    "grant": "决",
    "refusal": "决",
    "referral": "转",
    "card_notice": "监",
    "gap_commitment": "容承",
    "commitment": "承",
    "correction": "补通",
    "extension": "延",
    "withdrawal": "撤",
    "termination": "终",
    "supervision_order": "督",
}
ACCEPTANCE_LAW = "《中华人民共和国行政许可法》第三十二条"


def local_text(at: datetime | None) -> str:
    """The local date of an instant as ISO text; empty without one."""
    return local_date(at).isoformat() if at else ""


def write_notice(change: CaseChange, kind: str, facts: Mapping[str, Any], body: Row[Any] | None = None) -> str:
    """Number of the notice: 〈body〉〈kind〉〔year〕serial. Call last before `save`: its counter stays locked.

    body  the organisation that issues it; the one of the post at work if none is named
    """
    desk = change.desk
    post = desk.actor.post(change.values.get("post_id"))
    organisation = body or (
        desk.uow.organisation.organisation(post.organisation_id)
        if post
        else desk.uow.organisation.body_for(region_chain(change.values["home_region"]), change.values["department"])
    )
    if organisation is None:
        return ""
    year = local_date(desk.now).year
    series = f"{organisation.short_name}{KINDS[kind]}〔{year}〕"
    application = applicant_of(change)
    frozen = {
        "body_name": organisation.name,
        "body_code": organisation.uscc,
        "seal_name": organisation.seal_name,
        "case_number": change.values["number"],
        "phone": organisation.phone,
        "complaint_phone": organisation.complaint_phone,
        "applicant": change.values["applicant_name"],
        "id_number": mask_identity_number(str(application["form"].get("applicant_id") or "")),
        "item": change.definition.title,
        "query_code": application["query_password"],
        "received_on": local_text(change.values["received_at"]),
        "accepted_on": local_text(change.current("accepted_at")),
        "officer": desk.actor.name,
        "legal_basis": legal_basis(change),
        **facts,
    }
    return desk.uow.certificates.add_notice(
        {
            "case_id": change.case_id,
            "kind": kind,
            "series": series,
            "issued_at": desk.now,
            "facts_cipher": desk.office.sealer.encrypt_json(frozen),
        }
    )


def applicant_of(change: CaseChange) -> dict[str, Any]:
    """The decrypted application: form answers, facts for the result and the query password."""
    parts = change.desk.uow.cases.personal(change.case_id)
    application: dict[str, Any] = change.desk.office.sealer.decrypt_json(parts["application"])
    return application


def legal_basis(change: CaseChange) -> str:
    """The first law the definition names, with its article."""
    first = next(iter(change.definition.legal_basis), None)
    return f"{first.title}{first.article}" if first else ""
