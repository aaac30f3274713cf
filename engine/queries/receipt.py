"""The receipt of a submission (收件凭证): what was handed in, to whom, and how to follow the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.identifiers import mask_identity_number
from engine.policy.routing import region_chain
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.cases import CaseRecords
from engine.records.definitions import DefinitionRecords
from engine.records.organisation import OrganisationRecords
from engine.terms import Role


@dataclass(frozen=True)
class ReceivedDocument:
    """One line of the slip; `is_reused` where an electronic licence stands in for the paper."""

    title: str
    form: str
    copies: int
    is_reused: bool


@dataclass(frozen=True)
class Receipt:
    """Everything the slip prints. `query_password` is the applicant's: the door records that it was shown."""

    number: str
    item_title: str
    item_title_en: str
    applicant_name: str
    id_number: str
    received_at: datetime
    received_by: str
    body_name: str
    phone: str
    complaint_phone: str
    query_password: str
    tracking_url: str
    documents: tuple[ReceivedDocument, ...]


_RECEIVED_BY = (
    "SELECT o.name FROM case_events e JOIN officers o ON o.id = e.officer_id"
    " WHERE e.case_id = :case_id AND e.kind = 'case_received'"
)


def receipt(office: Office, actor: Actor, number: str) -> Receipt:
    """The receipt of a case inside the actor's scope. It bears the query password, so only a counter prints it."""
    actor.post_with(Role.CLERK)
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        records = CaseRecords(connection)
        application = office.sealer.decrypt_json(records.personal(case.id)["application"])
        body = OrganisationRecords(connection).body_for(region_chain(case.accept_region), case.department)
        received_by = connection.execute(statement(_RECEIVED_BY), {"case_id": case.id}).scalar()
        rules = {rule.id: rule for rule in shelved.definition.documents}
        documents = tuple(
            ReceivedDocument(
                row.title, rules[row.document_id].form, rules[row.document_id].copies, row.status == "reused"
            )
            for row in records.documents(case.id)
            if row.status in ("received", "reused")
        )
    return Receipt(
        number=case.number,
        item_title=case.item_title,
        item_title_en=case.item_title_en,
        applicant_name=case.applicant_name,
        id_number=mask_identity_number(str(application["form"].get("applicant_id") or "")),
        received_at=case.received_at,
        received_by=received_by or "",
        body_name=body.name if body else "",
        phone=body.phone if body else "",
        complaint_phone=body.complaint_phone if body else "",
        query_password=application["query_password"],
        tracking_url=f"{office.public_url}/progress",
        documents=documents,
    )
