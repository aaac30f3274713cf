"""Would this application be accepted, and what is still missing (资格预判)? Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.clock import local_date
from engine.definitions.model import Legality
from engine.office import Office
from engine.office.application import read_application
from engine.policy.actors import Actor
from engine.policy.documents import DocumentLine, missing_documents
from engine.policy.eligibility import Eligibility
from engine.terms import Role


@dataclass(frozen=True)
class EligibilityCheck:
    """What receipt would find. `legality` is given for certificates; one that is not `issue` is not issued here."""

    item: str
    version: int
    applicant_name: str
    is_registered: bool
    home_region: str
    eligibility: Eligibility
    documents: tuple[DocumentLine, ...]
    missing: tuple[DocumentLine, ...]
    legality: Legality | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "version": self.version,
            "applicant_name": self.applicant_name,
            "is_registered": self.is_registered,
            "home_region": self.home_region,
            **self.eligibility.to_dict(),
            "documents": [line.to_dict() for line in self.documents],
            "missing": [line.rule.id for line in self.missing],
            "legality": self.legality.status.value if self.legality else None,
        }


def eligibility_check(
    office: Office,
    actor: Actor,
    item: str,
    form: Mapping[str, Any],
    documents: Mapping[str, str],
    home_region: str = "",
) -> EligibilityCheck:
    """The judgement of every condition and the material list for these answers.

    Raises FormInvalid as receipt would. Needs a clerk's or handler's post, since the registry is asked.
    """
    actor.post_with(Role.CLERK, Role.HANDLER)
    now = office.clock.now()
    with office.unit_of_work() as uow:
        shelved = office.definitions.in_force(uow.definitions, item, local_date(now))
        application = read_application(
            office, uow, shelved, form=form, documents=documents, home_region=home_region, now=now
        )
        legality = office.references.legality(uow.definitions, shelved.definition)
    return EligibilityCheck(
        item=shelved.definition.key,
        version=shelved.version,
        applicant_name=application.name,
        is_registered=application.resident_id is not None,
        home_region=application.home_region,
        eligibility=application.eligibility,
        documents=application.documents,
        missing=missing_documents(application.documents),
        legality=legality,
    )
