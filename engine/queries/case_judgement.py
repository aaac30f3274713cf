"""The conditions of a received case, judged on the facts frozen at receipt: what acceptance will weigh (资格判定)."""

from __future__ import annotations

from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.eligibility import Eligibility, check_eligibility
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.definitions import DefinitionRecords

_FACTS = "SELECT facts FROM case_states WHERE case_id = :case_id"


def case_judgement(office: Office, actor: Actor, number: str) -> Eligibility:
    """Every condition with its explanation, for a case inside the actor's scope."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        facts = connection.execute(statement(_FACTS), {"case_id": case.id}).scalar_one()
    return check_eligibility(shelved.definition, facts or {}, shelved.labels)
