"""Who held a step keeps it when it opens again (原承办人续办): the same post, and the officer who still holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.clock import local_date
from engine.terms import WorkItemStatus

if TYPE_CHECKING:
    from engine.commands.case_change import CaseChange

# Where a step stands in the diagram: path of calls, node, instance.
Place = tuple[str, str, int | None]


@dataclass(frozen=True)
class Kept:
    """The post and officer a step had, no post where routing is to find one.

    before_return  the state to which the case goes straight back once the step is done (直接返回)
    """

    post_id: int | None = None
    region_code: str = ""
    officer_id: int | None = None
    before_return: bytes | None = None


def holders_of(change: CaseChange, tokens: Sequence[str]) -> dict[Place, Kept]:
    """Who held these open or past steps, by place. Steps of posts that are no longer in use are left to routing."""
    rows = change.desk.uow.history.holders(change.case_id, tokens, local_date(change.desk.now))
    return {
        (r.path, r.node_id, r.instance): Kept(r.post_id, r.region_code, r.officer_id, r.before_return) for r in rows
    }


def sent_back(kept: Mapping[Place, Kept], places: Iterable[Place], before: bytes | None) -> dict[Place, Kept]:
    """The holders of these places, whose steps go straight back to the state `before` once they are done, if one is given."""
    return {place: replace(kept.get(place, Kept()), before_return=before) for place in places}


def held_again(
    kept: Mapping[Place, Kept], rows: tuple[dict[str, Any], dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of an opening step, given back to whoever held it before."""
    step, item = rows
    holder = kept.get((step["path"], step["node_id"], step["instance"]))
    if holder is None:
        return rows
    step = {**step, "before_return": holder.before_return}
    if holder.post_id is None or item["post_id"] is None:
        return step, item
    status = WorkItemStatus.CLAIMED if holder.officer_id else WorkItemStatus.OPEN
    held = {"post_id": holder.post_id, "officer_id": holder.officer_id, "status": status}
    return {**step, "region_code": holder.region_code}, {**item, **held}
