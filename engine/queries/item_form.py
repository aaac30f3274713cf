"""The form of an item (申请表) with what the registry already knows filled in (信息预填)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import local_date
from engine.definitions.model import FormField, FormSection
from engine.errors import FormInvalid
from engine.office import Office
from engine.office.application import find_person
from engine.office.shelves import ShelvedDefinition
from engine.policy.actors import Actor
from engine.policy.facts import assemble_facts, look_up
from engine.policy.identifiers import resident_id_problem
from engine.records.unit_of_work import UnitOfWork
from engine.terms import Role


@dataclass(frozen=True)
class FieldView:
    """One question. `value` is the prefilled answer, `show_if` the condition in FEEL under which it is asked."""

    name: str
    label: str
    label_en: str
    type: str
    required: bool
    unit: str
    hint: str
    choices: tuple[str, ...]
    minimum: str | None
    maximum: str | None
    max_length: int | None
    show_if: str
    value: Any


@dataclass(frozen=True)
class SectionView:
    """A group of questions."""

    id: str
    title: str
    title_en: str
    provided_by: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class ItemForm:
    """The form of the version in force. `person_found` is None when nobody was asked for.

    `home_region` is the registered community; empty: the counter must ask for it.
    """

    item: str
    title: str
    version: int
    person_found: bool | None
    home_region: str
    sections: tuple[SectionView, ...]


def item_form(office: Office, actor: Actor, item: str, applicant_id: str = "", subject_id: str = "") -> ItemForm:
    """The applicant's sections of an item; with an identity number, prefilled from the registry.

    Prefill reveals whole numbers, so it needs a clerk's post and the door records it.
    """
    with office.unit_of_work() as uow:
        shelved = office.definitions.in_force(uow.definitions, item, local_date(office.clock.now()))
        sections = [s for s in shelved.definition.form if s.provided_by == "applicant"]
        if not applicant_id:
            return _form(shelved, section_views(sections), None, "")
        actor.post_with(Role.CLERK, Role.HANDLER)
        facts, home_region = _known(office, uow, applicant_id, subject_id)
        views = section_views(sections, facts)
        return _form(shelved, views, bool(home_region), home_region)


def section_views(sections: Sequence[FormSection], facts: Mapping[str, Any] | None = None) -> tuple[SectionView, ...]:
    """Sections as data; `facts` fill in the fields that name a prefill path."""
    return tuple(
        SectionView(s.id, s.title, s.title_en, s.provided_by, tuple(_field(f, facts or {}) for f in s.fields))
        for s in sections
    )


def _known(office: Office, uow: UnitOfWork, applicant_id: str, subject_id: str) -> tuple[Mapping[str, Any], str]:
    today = local_date(office.clock.now())
    for name, number in (("applicant_id", applicant_id), ("subject_id", subject_id)):
        if number and (problem := resident_id_problem(number, today)):
            raise FormInvalid(problem, errors={name: [problem]})
    row, person = find_person(office, uow, applicant_id)
    _, subject = find_person(office, uow, subject_id)
    if row is None:
        return {"form": {"applicant_id": applicant_id}}, ""
    policy = office.references.policy(uow.definitions, today)
    facts = assemble_facts(
        today=today,
        home_region=row.reside_region,
        policy=policy,
        form={},
        applicant=person,
        subject=subject or person,
    )
    return facts, row.reside_region


def _form(
    shelved: ShelvedDefinition, sections: tuple[SectionView, ...], person_found: bool | None, home_region: str
) -> ItemForm:
    definition = shelved.definition
    return ItemForm(definition.key, definition.title, shelved.version, person_found, home_region, sections)


def _field(form_field: FormField, facts: Mapping[str, Any]) -> FieldView:
    value = look_up(facts, form_field.prefill) if form_field.prefill else None
    return FieldView(
        name=form_field.name,
        label=form_field.label,
        label_en=form_field.label_en,
        type=form_field.type,
        required=form_field.required,
        unit=form_field.unit,
        hint=form_field.hint,
        choices=tuple(choice.value for choice in form_field.choices),
        minimum=str(form_field.minimum) if form_field.minimum is not None else None,
        maximum=str(form_field.maximum) if form_field.maximum is not None else None,
        max_length=form_field.max_length,
        show_if=form_field.show_if.text if form_field.show_if else "",
        value=value,
    )
