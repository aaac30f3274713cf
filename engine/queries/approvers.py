"""Who can approve a special procedure (批准人) for a case."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.routing import region_chain
from engine.queries.reading import reading
from engine.queries.scope import visible_case
from engine.records.organisation import OrganisationRecords


@dataclass(frozen=True)
class Approver:
    """An officer with an approver's post over the case's region."""

    officer_id: int
    name: str
    post_name: str


def approvers(office: Office, actor: Actor, number: str) -> tuple[Approver, ...]:
    """The approvers over a case inside the actor's scope, without the actor: nobody approves for himself."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        regions, today = region_chain(case.home_region), local_date(office.clock.now())
        rows = OrganisationRecords(connection).approvers(regions, case.department, today)
        return tuple(Approver(**row._mapping) for row in rows if row.officer_id != actor.officer_id)
