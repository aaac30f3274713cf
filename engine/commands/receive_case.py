"""A submission arrives at a counter or online (收件): the case gets its number and its first step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed
from engine.office.application import Application, read_application
from engine.office.shelves import ShelvedDefinition
from engine.policy.actors import PostHeld
from engine.policy.facts import declared
from engine.policy.form_answers import PERSONAL_TYPES
from engine.policy.identifiers import significant_prefix
from engine.policy.names import pinyin_initials
from engine.policy.routing import region_chain
from engine.records.events import GENESIS
from engine.runtime import start
from engine.terms import Card, CaseStatus, Channel, LegalityStatus, Role


@dataclass(frozen=True, kw_only=True)
class ReceiveCase(Request):
    """What the counter hands in.

    form        answers by field name; applicant_name, applicant_id and applicant_phone are always asked
    documents   document id -> how it came: paper | upload | share | commitment
    home_region 12-digit community code; only for applicants the registry does not know
    """

    item: str
    form: Mapping[str, Any]
    documents: Mapping[str, str] = field(default_factory=dict)
    channel: str = Channel.COUNTER
    home_region: str = ""
    post_id: int | None = None


@verb
def receive_case(desk: Desk, request: ReceiveCase) -> Answer:
    """Number, first work item and query password of the new case, or the referral where this counter may not take it."""
    post = _receiving_post(desk, request)
    shelved = desk.office.definitions.in_force(desk.uow.definitions, request.item, local_date(desk.now))
    application = read_application(
        desk.office,
        desk.uow,
        shelved,
        form=request.form,
        documents=request.documents,
        home_region=request.home_region,
        now=desk.now,
    )
    home_region = application.home_region or post.region_code
    if refusal := _not_issuable(desk, shelved):
        return refusal
    if not shelved.definition.cross_city and not home_region.startswith(significant_prefix(post.region_code)):
        return _referral(desk, shelved, home_region)
    _refuse_own_case(desk, application)
    return _open_case(desk, request, shelved, application, post, home_region)


def _receiving_post(desk: Desk, request: ReceiveCase) -> PostHeld:
    post = desk.actor.post(request.post_id) if request.post_id else None
    return post if post and Role.CLERK in post.roles else desk.actor.post_with(Role.CLERK)


def _refuse_own_case(desk: Desk, application: Application) -> None:
    """Nobody takes in their own or a near relative's application (回避)."""
    if desk.office.sealer.blind_index(application.id_number) in desk.actor.avoids:
        raise ActionNotAllowed(
            "申请人是您本人或您申报的近亲属，依法应当回避；请由其他窗口人员收件。",
            en="The applicant is the officer or a declared relative; another officer must receive the case.",
            rule="conflict_of_interest",
        )


def _not_issuable(desk: Desk, shelved: ShelvedDefinition) -> Answer | None:
    """A certificate the community must not issue gets a referral slip (不予出具证明告知单), not a case."""
    legality = desk.office.references.legality(desk.uow.definitions, shelved.definition)
    if legality is None or legality.status is LegalityStatus.ISSUE:
        return None
    return {
        "outcome": "not_issuable",
        "legality": legality.status.value,
        "reason": f"{shelved.definition.title}：{legality.status.label}",
        "basis": legality.basis,
        "competent_body": legality.competent_body,
        "alternative": legality.alternative,
    }


def _referral(desk: Desk, shelved: ShelvedDefinition, home_region: str) -> Answer:
    chain = region_chain(home_region)
    body = desk.uow.organisation.body_for(chain, None)
    return {
        "outcome": "referred",
        "reason": f"{shelved.definition.title}由户籍或居住地窗口受理，本窗口不能受理。",
        "home_region": home_region,
        "competent_body": body.name if body else "",
        "address": body.address if body else "",
        "phone": body.phone if body else "",
    }


def _open_case(
    desk: Desk,
    request: ReceiveCase,
    shelved: ShelvedDefinition,
    application: Application,
    post: PostHeld,
    home_region: str,
) -> Answer:
    definition, now = shelved.definition, desk.now
    advance = start(shelved.process, application.facts)
    kept = declared(application.facts, definition.rule_facts - _personal_paths(shelved))
    password = desk.office.query_password()
    values: dict[str, Any] = {
        "version_id": shelved.version_id,
        "item_id": shelved.item_id,
        "department": definition.department,
        "kind": definition.case_kind,
        "status": CaseStatus.RECEIVED,
        "channel": Channel(request.channel),
        "accept_region": post.region_code,
        "home_region": home_region,
        "resident_id": application.resident_id,
        "applicant_name": application.name,
        "applicant_initials": pinyin_initials(application.name)[:60],
        "applicant_index": desk.office.sealer.blind_index(application.id_number),
        "received_at": now,
        "calendar_id": desk.office.references.calendar(desk.uow.definitions).text_id,
        "event_seq": 0,
        "event_hash": GENESIS,
    }
    # The number is asked for last before the rows: its counter stays locked until the commit.
    day = local_date(now)
    serial = desk.uow.counters.next(f"case:{post.region_code}:{day:%y%m%d}")
    values["number"] = f"{post.region_code}{day:%y%m%d}{serial:04d}"
    sealed = desk.office.sealer.encrypt_json(application.personal(password))
    case_id = desk.uow.cases.add(values, advance.state, kept, sealed)
    desk.uow.cases.add_documents(application.document_rows(case_id, now))
    desk.uow.cases.use_licences(case_id, application.licence_uses(), now, desk.actor.officer_id or None)
    change = CaseChange(desk, case_id, shelved, _fresh({**values, "state": advance.state}, kept, post))
    dates = change.set_dates()
    account = change.move(advance)
    change.set_card()
    documents = {line.rule.id: line.status for line in application.documents}
    change.happened(
        "case_received",
        {
            "number": values["number"],
            "item": definition.key,
            "version": shelved.version_id,
            "channel": values["channel"],
        }
        | {"home": home_region, "documents": documents, **dates, **account},
    )
    change.save()
    return {
        "outcome": "received",
        "case_id": case_id,
        "number": values["number"],
        "query_password": password,
        "status": change.status.value,
        "work_items": [line["item"] for line in account.get("opened", ()) if "item" in line],
        "documents": [line.to_dict() for line in application.documents],
        "eligibility": application.eligibility.to_dict(),
    }


def _fresh(values: Mapping[str, Any], facts: Mapping[str, Any], post: PostHeld) -> dict[str, Any]:
    """A case row as `CaseChange` expects it, before anything happened."""
    empty = dict.fromkeys(
        (
            "result",
            "accepted_at",
            "decided_at",
            "closed_at",
            "delivered_at",
            "promised_due_at",
            "statutory_due_at",
            "acceptance_due_at",
            "correction_due_at",
            "correction_asked_at",
            "supplied_at",
            "delivery_due_at",
            "deferred_due_at",
            "urged_at",
        )
    )
    empty.update(card=Card.NONE, extension=0)
    return {**empty, **values, "facts": facts, "revision": 0, "receiving_post": post, "post_id": post.id}


def _personal_paths(shelved: ShelvedDefinition) -> frozenset[str]:
    fields = shelved.definition.fields.values()
    return frozenset(f"form.{f.name}" for f in fields if f.type in PERSONAL_TYPES)
