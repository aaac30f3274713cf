"""Who can approve a special procedure (批准人) for a case."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.routing import region_chain
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.terms import Role


@dataclass(frozen=True)
class Approver:
    """An officer with an approver's post over the case's region."""

    officer_id: int
    name: str
    post_name: str


_SQL = (
    "SELECT DISTINCT ON (o.id) o.id AS officer_id, o.name, p.name AS post_name FROM posts p"
    " JOIN post_holdings h ON h.post_id = p.id JOIN officers o ON o.id = h.officer_id"
    " WHERE p.active AND o.active AND :role = ANY(p.roles) AND p.region_code = ANY(:regions)"
    " AND (p.department IS NULL OR p.department = :department) AND h.held_from <= :today"
    " AND (h.held_to IS NULL OR h.held_to >= :today) ORDER BY o.id, p.id LIMIT 50"
)


def approvers(office: Office, actor: Actor, number: str) -> tuple[Approver, ...]:
    """The approvers over a case inside the actor's scope, without the actor: nobody approves for himself."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        values = {
            "role": Role.APPROVER.value,
            "regions": region_chain(case.home_region),
            "department": case.department,
            "today": local_date(office.clock.now()),
        }
        rows = connection.execute(statement(_SQL), values)
        return tuple(Approver(**row._mapping) for row in rows if row.officer_id != actor.officer_id)
