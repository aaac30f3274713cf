"""Taking an application at the counter (窗口受理): choose the item, read the identity number, fill in, receive."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, current_session, roles
from api.rest.recorded import names_a_person, record_person
from api.web import frame
from api.web.guidance import before_identity, while_filling
from api.web.submitted import read_answers, read_documents
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.definitions.model import ItemDefinition
from engine.errors import FormInvalid
from engine.queries.acceptance_preview import AcceptancePreview, acceptance_preview
from engine.queries.item_catalogue import ItemCatalogue, ItemLine, item_catalogue
from engine.queries.region_choices import community_choices
from engine.queries.service_guide import ServiceGuide, service_guide
from engine.terms import LegalityStatus, Role

pages = Blueprint("acceptance_pages", __name__)

# Answers that make the registry be asked.
_PERSONS = ("applicant_id", "subject_id")
# How a document comes that is not handed in on paper, by who provides it.
_MODES = {"data_share": "share"}


@pages.get("/accept")
@roles(Role.CLERK)
def choose_item() -> str:
    """The items this city handles, found by Chinese words, pinyin initials or code, grouped by department."""
    frame.at(frame.ACCEPTANCE)
    q = request.args.get("q", "")[:60]
    found = item_catalogue(frame.office(), q, kind=request.args.get("kind", "")[:20])
    values = {"groups": grouped(found), "found": found, "q": q}
    return render_template(
        "acceptance/item_list.html.j2" if frame.is_fragment() else "acceptance/items.html.j2", **values
    )


def grouped(found: ItemCatalogue) -> dict[str, list[ItemLine]]:
    """The lines by the name of their department."""
    groups: dict[str, list[ItemLine]] = {}
    for line in found.lines:
        groups.setdefault(line.department_name, []).append(line)
    return groups


@pages.get("/accept/<item>")
@roles(Role.CLERK)
def ask_identity(item: str) -> str:
    """The first step: whose application is it?"""
    frame.at(frame.ACCEPTANCE)
    return _identity_page(service_guide(frame.office(), item))


@pages.post("/accept/<item>/form")
@roles(Role.CLERK)
def fill_in(item: str) -> ResponseReturnValue:
    """The form with what is known and what follows from the answers so far; looking somebody up is recorded."""
    frame.at(frame.ACCEPTANCE)
    guide = service_guide(frame.office(), item)
    try:
        preview = _preview(guide.definition)
    except FormInvalid as refusal:
        return _identity_page(guide, refusal), 422
    _record_lookup(guide, preview)
    return _form_page(guide, preview)


def _record_lookup(guide: ServiceGuide, preview: AcceptancePreview) -> None:
    """Whoever is looked up is recorded, once: the form brings back the proof of it, which no client can make."""
    if hmac.compare_digest(request.form.get("started", "").encode(), _proof().encode()):
        return
    for number in _persons():
        record_person("prefill_application", number, {"item": guide.key, "found": preview.person_found})


def _proof() -> str:
    """What shows that this officer's looking up of these persons was recorded."""
    return frame.office().sealer.digest(f"lookup|{current_actor().officer_id}|{'|'.join(_persons())}")


def _persons() -> list[str]:
    """The whole identity numbers on the form."""
    return [number for field in _PERSONS if names_a_person(number := request.form.get(field, ""))]


@pages.post("/accept/<item>")
@roles(Role.CLERK)
def receive(item: str) -> ResponseReturnValue:
    """The received case, opened at its next action; a slip where it is not for this counter; the form with its errors."""
    frame.at(frame.ACCEPTANCE)
    guide = service_guide(frame.office(), item)
    answers, documents = _answers(guide.definition), _documents(guide.definition)
    asked = ReceiveCase(
        item=guide.key,
        form=answers,
        documents=documents,
        home_region=request.form.get("home_region", "")[:12],
        idempotency_key=request.form.get("idempotency_key", "")[:60],
    )
    try:
        answer = receive_case(frame.office(), current_actor(), asked)
    except FormInvalid as refusal:
        try:
            preview = _preview(guide.definition)
        except FormInvalid as unusable:
            return _identity_page(guide, unusable), 422
        _record_lookup(guide, preview)
        return _form_page(guide, preview, _first_messages(refusal)), 422
    if answer["outcome"] != "received":
        return render_template("acceptance/slip.html.j2", guide=guide, answer=answer, applicant=answers)
    next_action = "request_correction" if request.form.get("then") == "request_correction" else "accept"
    return frame.go(f"/cases/{answer['number']}?do={next_action}")


def _answers(definition: ItemDefinition) -> dict[str, Any]:
    questions = [f for s in definition.form if s.provided_by == "applicant" for f in s.fields]
    return read_answers(questions, request.form)


def _documents(definition: ItemDefinition) -> dict[str, str]:
    modes = {rule.id: _MODES.get(rule.provided_by, "paper") for rule in definition.documents}
    return read_documents(request.form, modes)


def _preview(definition: ItemDefinition) -> AcceptancePreview:
    return acceptance_preview(
        frame.office(),
        current_actor(),
        definition.key,
        _answers(definition),
        _documents(definition),
        request.form.get("home_region", "")[:12],
    )


def _identity_page(guide: ServiceGuide, refusal: FormInvalid | None = None) -> str:
    return render_template(
        _template(),
        guide=guide,
        preview=None,
        applicant_id=request.form.get("applicant_id", "")[:18],
        errors=(errors := _first_messages(refusal) if refusal else {}),
        summary=errors,
        guidance=before_identity(),
        draft_name=_draft_name(guide),
    )


def _form_page(guide: ServiceGuide, preview: AcceptancePreview, errors: Mapping[str, str] | None = None) -> str:
    attempted = errors is not None or "attempted" in request.form
    shown = {**preview_faults(preview), **(errors or {})} if attempted else {}
    return render_template(
        _template(),
        guide=guide,
        preview=preview,
        attempted=attempted,
        errors=shown,
        summary=_in_form_order(shown, preview),
        communities=community_choices(frame.office()) if _needs_regions(preview) else (),
        legality_is_issue=preview.legality is None or preview.legality.status is LegalityStatus.ISSUE,
        documents=[line.to_dict() for line in preview.documents],
        conditions=preview.eligibility.to_dict()["conditions"],
        guidance=while_filling(preview),
        idempotency_key=request.form.get("idempotency_key") or secrets.token_urlsafe(16),
        proof_of_record=_proof(),
        draft_name=_draft_name(guide),
    )


def preview_faults(preview: AcceptancePreview) -> dict[str, str]:
    """What is still wrong, once sending was tried: first message by field."""
    faults = {str(name): _first(told) for name, told in preview.faults.items()}
    if not preview.home_region:
        faults["home_region"] = "居民库中没有此人，请选择其居住的社区。"
    return faults


def _needs_regions(preview: AcceptancePreview) -> bool:
    asks = any(f.type == "region" for s in preview.sections for f in s.fields)
    return asks or not preview.person_found


def _in_form_order(errors: Mapping[str, str], preview: AcceptancePreview) -> dict[str, str]:
    """Errors in the order of the fields, each with the label of its field."""
    labels = {f.name: f.label for s in preview.sections for f in s.fields}
    order = ["home_region", *labels]
    return {
        name: f"{labels[name]}：{errors[name]}" if name in labels else errors[name]
        for name in sorted(errors, key=lambda n: order.index(n) if n in order else len(order))
    }


def _first_messages(refusal: FormInvalid) -> dict[str, str]:
    """The first message of each field, whatever the nesting of the check's answer."""
    found = refusal.detail.get("errors")
    return (
        {str(name): _first(told) for name, told in found.items()} if isinstance(found, Mapping) else {"": str(refusal)}
    )


def _first(told: Any) -> str:
    while isinstance(told, list | tuple | Mapping) and told:
        told = next(iter(told.values())) if isinstance(told, Mapping) else told[0]
    return str(told)


def _template() -> str:
    return "acceptance/body.html.j2" if frame.is_fragment() else "acceptance/accept.html.j2"


def _draft_name(guide: ServiceGuide) -> str:
    """The name a draft of this officer for this item is kept under in the browser."""
    found = current_session()
    return f"{found.sign_in_name if found else ''}:{guide.key}"
