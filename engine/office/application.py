"""An application read and judged: answers checked, registry asked, facts put together, documents listed.

Used by `receive_case` and by the eligibility query, so that the counter sees beforehand exactly what receipt will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import local_date
from engine.errors import FormInvalid
from engine.office.shelves import ShelvedDefinition
from engine.policy.documents import DocumentLine, LicenceHeld, list_documents
from engine.policy.eligibility import Eligibility, check_eligibility
from engine.policy.facts import Person, assemble_facts, look_up
from engine.policy.form_answers import check_answers
from engine.policy.identifiers import identity_number_for_matching
from engine.records.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy import Row

    from engine.office import Office


@dataclass(frozen=True)
class Application:
    """One application: who, what was answered, what is known, what it means."""

    name: str
    id_number: str
    answers: Mapping[str, Any]
    resident_id: int | None
    home_region: str
    facts: Mapping[str, Any]
    outcome_facts: Mapping[str, Any]
    documents: tuple[DocumentLine, ...]
    eligibility: Eligibility

    def personal(self, password: str) -> dict[str, Any]:
        """What is kept encrypted: answers, the facts the result's face needs, and the query password."""
        return {"form": dict(self.answers), "facts": dict(self.outcome_facts), "query_password": password}

    def document_rows(self, case_id: int, at: datetime) -> list[dict[str, Any]]:
        return [
            {
                "case_id": case_id,
                "document_id": line.rule.id,
                "title": line.rule.title,
                "required": line.required,
                "status": line.status,
                "mode": line.mode,
                "licence_id": line.licence_id,
                "received_at": at if line.status in ("received", "reused") else None,
            }
            for line in self.documents
        ]

    def licence_uses(self) -> list[tuple[int, str]]:
        return [(line.licence_id, line.rule.id) for line in self.documents if line.licence_id is not None]


def read_application(
    office: Office,
    uow: UnitOfWork,
    shelved: ShelvedDefinition,
    *,
    form: Mapping[str, Any],
    documents: Mapping[str, str],
    home_region: str,
    now: datetime,
) -> Application:
    """The application as the engine sees it. Raises FormInvalid with the errors of every field."""
    definition, today = shelved.definition, local_date(now)
    sections = [s for s in definition.form if s.provided_by == "applicant"]
    resident, person = find_person(office, uow, str(form.get("applicant_id") or ""))
    _, subject = find_person(office, uow, str(form.get("subject_id") or ""))
    home = resident.reside_region if resident else home_region
    policy = office.references.policy(uow.definitions, today)
    known = assemble_facts(
        today=today, home_region=home or "0" * 12, policy=policy, form={}, applicant=person, subject=subject or person
    )
    answers = check_answers(sections, form, today, known)
    if not home:
        raise FormInvalid(errors={"home_region": ["居民库中没有此人，请选择其居住的社区。"]})
    facts = {**known, "form": answers}
    held = [
        LicenceHeld(row.id, row.type, row.trust_grade, row.status, row.valid_until)
        for row in (uow.registry.licences(resident.id) if resident else ())
    ]
    outcome_paths = frozenset().union(*(e.names for e in definition.outcome.facts.values()))
    return Application(
        name=str(answers.get("applicant_name") or (person.name if person else "")),
        id_number=identity_number_for_matching(str(answers.get("applicant_id") or "")),
        answers=answers,
        resident_id=resident.id if resident else None,
        home_region=home,
        facts=facts,
        outcome_facts={path: look_up(facts, path) for path in sorted(outcome_paths) if not path.startswith("form.")},
        documents=list_documents(definition, facts, documents, held, today),
        eligibility=check_eligibility(definition, facts, shelved.labels),
    )


def find_person(office: Office, uow: UnitOfWork, id_number: str) -> tuple[Row[Any] | None, Person | None]:
    """The registered resident of an identity number, as row and as facts; None when the registry has nobody."""
    if not id_number:
        return None, None
    row = uow.registry.resident(office.sealer.blind_index(identity_number_for_matching(id_number)))
    if row is None:
        return None, None
    personal = office.sealer.decrypt_json(row.personal_cipher)
    return row, Person(
        name=row.name,
        birth_on=row.birth_on,
        sex=row.sex,
        hukou_region=row.hukou_region,
        reside_region=row.reside_region,
        alive=row.alive,
        relation=row.relation,
        personal={**personal, "id_number": office.sealer.decrypt(row.identity_cipher)},
        attributes=row.attributes,
        household=row.household,
    )
