"""Counter documents (办理文书) written down by a verb: numbered, their facts frozen and encrypted, rendered on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.clock import LOCAL_ZONE, local_date
from engine.commands.case_change import CaseChange
from engine.policy.identifiers import mask_identity_number
from engine.policy.routing import region_chain

KINDS = {
    "acceptance": "受",
    "non_acceptance": "不受",
    "correction": "补",
    "special_procedure": "特",
    "decision": "决",
}


def local_text(at: datetime | None) -> str:
    """2026年3月2日 of an instant, as counter documents write it."""
    if at is None:
        return ""
    local = at.astimezone(LOCAL_ZONE)
    return f"{local.year}年{local.month}月{local.day}日"


def write_notice(change: CaseChange, kind: str, facts: Mapping[str, Any]) -> str:
    """Number of the notice: 〈body〉〈kind〉〔year〕serial. Call last before `save`: its counter stays locked."""
    desk = change.desk
    post = desk.actor.post(change.values.get("post_id"))
    organisation = (
        desk.uow.organisation.organisation(post.organisation_id)
        if post
        else desk.uow.organisation.body_for(region_chain(change.values["home_region"]), change.values["department"])
    )
    if organisation is None:
        return ""
    year = local_date(desk.now).year
    series = f"{organisation.short_name}{KINDS[kind]}〔{year}〕"
    number = f"{series}{desk.uow.counters.next(f'notice:{organisation.id}:{kind}:{year}')}号"
    application = applicant_of(change)
    frozen = {
        "case_number": change.values["number"],
        "item": change.definition.title,
        "item_code": change.definition.code,
        "applicant": change.values["applicant_name"],
        "applicant_id": mask_identity_number(str(application["form"].get("applicant_id") or "")),
        "query_password": application["query_password"],
        "date": local_text(desk.now),
        "officer": desk.actor.name,
        "body": organisation.name,
        "body_code": organisation.uscc,
        "seal_name": organisation.seal_name,
        "phone": organisation.phone,
        "complaint_phone": organisation.complaint_phone,
        "address": organisation.address,
        **facts,
    }
    desk.uow.certificates.add_notice(
        {
            "case_id": change.case_id,
            "kind": kind,
            "number": number,
            "issued_at": desk.now,
            "facts_cipher": desk.office.sealer.encrypt_json(frozen),
        }
    )
    return number


def applicant_of(change: CaseChange) -> dict[str, Any]:
    """The decrypted application: form answers, facts for the result and the query password."""
    parts = change.desk.uow.cases.personal(change.case_id)
    application: dict[str, Any] = change.desk.office.sealer.decrypt_json(parts["application"])
    return application
