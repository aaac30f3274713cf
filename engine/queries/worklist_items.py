"""Which items (事项) an officer's open work items belong to, for the filter of the worklist."""

from __future__ import annotations

from dataclasses import dataclass

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.reading import reading, statement


@dataclass(frozen=True)
class WorklistItem:
    """One item with the number of open work items."""

    key: str
    title: str
    count: int


_SQL = (
    "SELECT i.key, i.title, count(*) AS count FROM work_items w JOIN cases c ON c.id = w.case_id"
    " JOIN items i ON i.id = c.item_id WHERE w.post_id = ANY(:posts) AND w.status IN ('open', 'claimed')"
    " GROUP BY i.key, i.title, i.code ORDER BY i.code"
)


def worklist_items(office: Office, actor: Actor) -> tuple[WorklistItem, ...]:
    """The items of the actor's open work items, by catalogue code."""
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), {"posts": list(actor.post_ids)})
        return tuple(WorklistItem(**row._mapping) for row in rows)
