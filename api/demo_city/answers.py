"""Answers people of the demo city give: forms filled so that the item fits them, steps filled as officers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.definitions.model import FormField, ItemDefinition, NodeModel
from engine.errors import CaseworkError
from engine.office import Office
from engine.office.application import read_application
from engine.office.shelves import ShelvedDefinition
from engine.policy.facts import Person, assemble_facts
from engine.records.unit_of_work import UnitOfWork

MOST_LOOKS = 400
MOST_TRIES = 4
REFUSED_SHARE = 0.1

Found = tuple[Row[Any], dict[str, Any], dict[str, str]]


class AnswerWriter:
    """Fills forms; deterministic for one random source."""

    def __init__(self, office: Office, random: Random) -> None:
        self._office, self._random = office, random
        self._facts: dict[int, tuple[date, Mapping[str, Any]]] = {}

    def applicant_for(
        self, uow: UnitOfWork, shelved: ShelvedDefinition, residents: Sequence[Row[Any]], at: datetime
    ) -> Found | None:
        """A resident the item fits, with a form and documents; sometimes, as in life, one it does not fit."""
        unfit: Found | None = None
        for _ in range(MOST_TRIES):
            resident = self._likely(shelved.definition, residents, local_date(at))
            form = self._form(shelved.definition, resident, local_date(at))
            documents = self._documents(shelved.definition)
            try:
                application = read_application(
                    self._office,
                    uow,
                    shelved,
                    form=form,
                    documents=documents,
                    home_region=resident.reside_region,
                    now=at,
                )
            except CaseworkError:
                continue
            if application.eligibility.outcome != "not_eligible":
                return resident, form, documents
            unfit = unfit or (resident, form, documents)
        return unfit if self._random.random() < REFUSED_SHARE else None

    def _likely(self, definition: ItemDefinition, residents: Sequence[Row[Any]], today: date) -> Row[Any]:
        """Somebody whom no condition on registered facts excludes, if a few hundred looks find one."""
        rules = [
            c.when for c in definition.eligibility if not any(n.startswith(("form.", "policy.")) for n in c.when.names)
        ]
        resident = self._random.choice(residents)
        for _ in range(MOST_LOOKS):
            facts = self._registered_facts(resident, today)
            if all(rule.evaluate(facts) is not False for rule in rules):
                return resident
            resident = self._random.choice(residents)
        return resident

    def _registered_facts(self, resident: Row[Any], today: date) -> Mapping[str, Any]:
        known = self._facts.get(resident.id)
        if known is None or known[0] != today:
            person = Person(
                name=resident.name,
                birth_on=resident.birth_on,
                sex=resident.sex,
                hukou_region=resident.hukou_region,
                reside_region=resident.reside_region,
                alive=resident.alive,
                attributes=resident.attributes,
                household=resident.household,
            )
            region = resident.reside_region
            facts = assemble_facts(
                today=today, home_region=region, policy={}, form={}, applicant=person, subject=person
            )
            self._facts[resident.id] = known = (today, facts)
        return known[1]

    def step_answers(self, definition: ItemDefinition, node: NodeModel, today: date) -> dict[str, Any]:
        """What an officer enters in the section a step shows."""
        section = definition.section(node.form) if node.form else None
        if section is None:
            return {}
        return {f.name: value for f in section.fields if (value := self._value(f, today)) is not None}

    def _form(self, definition: ItemDefinition, resident: Row[Any], today: date) -> dict[str, Any]:
        sealer = self._office.sealer
        known = {
            **sealer.decrypt_json(resident.personal_cipher),
            "name": resident.name,
            "id_number": sealer.decrypt(resident.identity_cipher),
        }
        form: dict[str, Any] = {}
        for section in definition.form:
            if section.provided_by != "applicant":
                continue
            for form_field in section.fields:
                if form_field.type == "person_list":
                    form[form_field.name] = [
                        {"name": known["name"], "relation": "本人", "id_number": known["id_number"]}
                    ]
                    continue
                value = known.get(form_field.prefill.partition(".")[2]) if form_field.prefill else None
                form[form_field.name] = value if value else self._value(form_field, today)
        return {name: value for name, value in form.items() if value is not None}

    def _documents(self, definition: ItemDefinition) -> dict[str, str]:
        """Most people bring everything; one in eight forgets something."""
        brought = [rule.id for rule in definition.documents if rule.required or rule.when is not None]
        if brought and self._random.random() < 0.12:
            brought.remove(self._random.choice(brought))
        return dict.fromkeys(brought, "paper")

    def _value(self, form_field: FormField, today: date) -> Any:
        random = self._random
        if form_field.choices:
            return random.choice(form_field.choices[:-1] or form_field.choices).value
        match form_field.type:
            case "boolean":
                return random.random() < 0.9
            case "integer" | "decimal":
                low = form_field.minimum if form_field.minimum is not None else Decimal(1)
                high = form_field.maximum if form_field.maximum is not None else low + 800
                return int(low + (high - low) * Decimal(random.random()))
            case "date":
                return (today - timedelta(days=random.randint(20, 500))).isoformat()
            case "phone":
                return f"1990101{random.randint(0, 9999):04d}"
            case "bank_account":
                return f"99{random.randint(10**14, 10**15 - 1)}"
            case "person_list" | "attachment" | "id_number" | "region":
                return None
            case _:
                return f"{form_field.label}见附件"
