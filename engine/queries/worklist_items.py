"""Which items (事项) an officer's open work items belong to, for the filter of the worklist."""

from __future__ import annotations

from dataclasses import dataclass

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.reading import reading, statement
from engine.queries.worklist import CASE_OF_ITEM, OPEN_ITEMS


@dataclass(frozen=True)
class WorklistItem:
    """One item with the number of open work items."""

    key: str
    title: str
    count: int


_SQL = (
    f"SELECT i.key, i.title, count(*) AS count FROM work_items w {CASE_OF_ITEM}"
    f" JOIN items i ON i.id = c.item_id{OPEN_ITEMS}"
    " GROUP BY i.key, i.title, i.code ORDER BY i.code"
)


def worklist_items(office: Office, actor: Actor) -> tuple[WorklistItem, ...]:
    """The items of the actor's open work items, by catalogue code."""
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), {"posts": list(actor.post_ids)})
        return tuple(WorklistItem(**row._mapping) for row in rows)
