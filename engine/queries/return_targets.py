"""Where a work item may be sent back to (可退回的环节): the earlier steps with who did them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.errors import NotFound
from engine.office import Office
from engine.office.returning import path_of, steps_to_return_to
from engine.policy.actors import Actor
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.definitions import DefinitionRecords
from engine.records.step_history import StepHistory
from engine.terms import Stage

_ITEM = (
    "SELECT c.number, w.token, cs.state FROM work_items w JOIN cases c ON c.id = w.case_id"
    " JOIN case_states cs ON cs.case_id = c.id WHERE w.id = :id AND w.post_id = ANY(:posts)"
    " AND w.status IN ('open', 'claimed', 'waiting') AND cs.state IS NOT NULL"
)


@dataclass(frozen=True)
class ReturnTarget:
    """One earlier step: how a return names it (`node_id`, `path`), and who did it last, when.

    may_go_straight_back  whether the case may come straight back from it (直接返回); not from a decision
    """

    node_id: str
    path: tuple[str, ...]
    name: str
    stage: Stage | None
    officer_name: str
    post_name: str
    done_at: datetime
    may_go_straight_back: bool


def return_targets(office: Office, actor: Actor, work_item_id: int) -> tuple[ReturnTarget, ...]:
    """The steps an open work item of the actor's posts may be sent back to, in the order of the diagram."""
    with reading(office) as connection:
        values = {"id": work_item_id, "posts": list(actor.post_ids)}
        item = connection.execute(statement(_ITEM), values).one_or_none()
        if item is None:
            raise NotFound("没有这个待办，可能已被办结；请刷新待办列表。", en="no such open work item of yours")
        case = visible_case(connection, actor, item.number)
        shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        done = StepHistory(connection).done(case.id)
        rows = steps_to_return_to(shelved, item.state, item.token, done, case.decided_at)
        return tuple(
            ReturnTarget(
                node_id=row.node_id,
                path=path_of(row),
                name=row.name,
                stage=Stage(row.stage) if row.stage else None,
                officer_name=row.officer_name or "",
                post_name=row.post_name or "",
                done_at=row.closed_at,
                may_go_straight_back=row.stage != Stage.DECIDE,
            )
            for row in rows
        )
