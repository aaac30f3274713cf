"""An application as far as it has been filled in (受理预览): what to ask next, what is known, what would follow.

Lenient where `eligibility_check` is strict: answers that are missing or wrong are left out and their conditions stay
*unknown*, so that the counter sees the judgement grow while it types. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.definitions.model import FormSection, ItemDefinition, Legality
from engine.errors import FormInvalid
from engine.office import Office
from engine.office.application import find_person
from engine.office.shelves import ShelvedDefinition
from engine.policy.actors import Actor
from engine.policy.case_clocks import limit_of
from engine.policy.clocks import DueDate, due
from engine.policy.documents import DocumentLine, LicenceHeld, list_documents, missing_documents
from engine.policy.eligibility import Eligibility, check_eligibility
from engine.policy.facts import Person, assemble_facts, look_up
from engine.policy.form_answers import check_answers
from engine.policy.identifiers import resident_id_problem, significant_prefix
from engine.queries.household_members import household_members
from engine.records.unit_of_work import UnitOfWork
from engine.terms import Role


@dataclass(frozen=True)
class AcceptancePreview:
    """The application at the counter, half filled in.

    answers      what was entered, and what the registry knows where nothing was entered yet
    prefilled    names of the answers that came from the registry
    asked        names of the fields to show now
    faults       what is wrong with the answers as they stand: field name -> messages
    is_referral  this counter would hand the applicant on to the home counter
    """

    definition: ItemDefinition
    version: int
    legality: Legality | None
    person_found: bool
    home_region: str
    home_region_name: str
    is_referral: bool
    answers: Mapping[str, Any]
    prefilled: frozenset[str]
    asked: frozenset[str]
    faults: Mapping[str, Any]
    eligibility: Eligibility
    documents: tuple[DocumentLine, ...]
    missing: tuple[DocumentLine, ...]
    promised: DueDate
    statutory: DueDate

    @property
    def sections(self) -> tuple[FormSection, ...]:
        """The applicant's sections with the fields to show now; empty sections are left out."""
        shown = (
            replace(s, fields=tuple(f for f in s.fields if f.name in self.asked))
            for s in self.definition.form
            if s.provided_by == "applicant"
        )
        return tuple(s for s in shown if s.fields)


def acceptance_preview(
    office: Office,
    actor: Actor,
    item: str,
    form: Mapping[str, Any],
    documents: Mapping[str, str],
    home_region: str = "",
) -> AcceptancePreview:
    """The preview for an applicant's identity number (`form["applicant_id"]`) and the answers so far.

    Raises FormInvalid only for that number. Needs a clerk's post and reveals whole numbers: the door records it.
    """
    post = actor.post_with(Role.CLERK)
    now = office.clock.now()
    today = local_date(now)
    applicant_id = str(form.get("applicant_id") or "")
    if problem := resident_id_problem(applicant_id, today):
        raise FormInvalid(problem, errors={"applicant_id": [problem]})
    with office.unit_of_work() as uow:
        shelved = office.definitions.in_force(uow.definitions, item, today)
        resident, person = find_person(office, uow, applicant_id)
        _, subject = find_person(office, uow, _person_number(form.get("subject_id"), today))
        home = resident.reside_region if resident else home_region
        known = assemble_facts(
            today=today,
            home_region=home or "0" * 12,
            policy=office.references.policy(uow.definitions, today),
            form={},
            applicant=person,
            subject=subject or person,
        )
        if resident and any(f.prefill == "household.members" for f in shelved.definition.fields.values()):
            known["household"] = {**known.get("household", {}), "members": household_members(office, uow, resident)}
        answers, prefilled = _prefilled(shelved.definition, form, known, subject)
        accepted, faults = _acceptable(shelved.definition, answers, today, known)
        facts = {**known, "form": accepted}
        region = uow.organisation.region(home) if home else None
        lines = list_documents(shelved.definition, facts, documents, _licences(uow, resident), today)
        promised, statutory = _due_dates(office, uow, shelved, home or post.region_code, now)
        legality = office.references.legality(uow.definitions, shelved.definition)
    return AcceptancePreview(
        definition=shelved.definition,
        version=shelved.version,
        legality=legality,
        person_found=person is not None,
        home_region=home,
        home_region_name=region.name if region else "",
        is_referral=_is_referral(shelved.definition, home, post.region_code),
        answers=answers,
        prefilled=prefilled,
        asked=_asked(shelved.definition, {**known, "form": answers}),
        faults=faults,
        eligibility=check_eligibility(shelved.definition, facts, shelved.labels),
        documents=lines,
        missing=missing_documents(lines),
        promised=promised,
        statutory=statutory,
    )


def _person_number(value: Any, today: date) -> str:
    """A whole identity number to look a person up with, or ""."""
    text = str(value or "")
    return "" if resident_id_problem(text, today) else text


def _prefilled(
    definition: ItemDefinition, form: Mapping[str, Any], known: Mapping[str, Any], subject: Person | None
) -> tuple[dict[str, Any], frozenset[str]]:
    """Answers with the registry's values where nothing was entered; what a clerk has emptied stays empty."""
    answers, prefilled = dict(form), set()
    for f in definition.fields.values():
        value = look_up(known, f.prefill) if f.prefill else None
        if value is None:
            continue
        # The person served is looked up later than the form was first shown.
        late = f.prefill.startswith("subject.") and subject is not None and not form.get(f.name)
        if f.name not in form or late:
            answers[f.name] = value
        if answers[f.name] == value:
            prefilled.add(f.name)
    return answers, frozenset(prefilled)


def _applicant_sections(definition: ItemDefinition) -> list[FormSection]:
    return [s for s in definition.form if s.provided_by == "applicant"]


def _acceptable(
    definition: ItemDefinition, answers: Mapping[str, Any], today: date, known: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers that hold by themselves, and what is wrong with the others."""
    sections = _applicant_sections(definition)
    given = {name: value for name, value in answers.items() if name in {f.name for s in sections for f in s.fields}}
    try:
        return check_answers(sections, given, today, known), {}
    except FormInvalid as error:
        told = error.detail.get("errors")
        faults = dict(told) if isinstance(told, Mapping) else {}
    sound = [replace(s, fields=tuple(f for f in s.fields if f.name not in faults)) for s in sections]
    return check_answers(sound, {n: v for n, v in given.items() if n not in faults}, today, known), faults


def _asked(definition: ItemDefinition, facts: Mapping[str, Any]) -> frozenset[str]:
    fields = (f for s in _applicant_sections(definition) for f in s.fields)
    return frozenset(f.name for f in fields if f.show_if is None or f.show_if.is_met(facts))


def _licences(uow: UnitOfWork, resident: Row[Any] | None) -> list[LicenceHeld]:
    rows = uow.registry.licences(resident.id) if resident else ()
    return [LicenceHeld(row.id, row.type, row.trust_grade, row.status, row.valid_until) for row in rows]


def _due_dates(
    office: Office, uow: UnitOfWork, shelved: ShelvedDefinition, home: str, now: datetime
) -> tuple[DueDate, DueDate]:
    limits = shelved.definition.limits
    calendar = office.references.calendar(uow.definitions).calendar.for_place(home, shelved.definition.department)
    return due(now, limit_of(limits.promised), (), calendar), due(now, limit_of(limits.statutory), (), calendar)


def _is_referral(definition: ItemDefinition, home: str, post_region: str) -> bool:
    return bool(home) and not definition.cross_city and not home.startswith(significant_prefix(post_region))
