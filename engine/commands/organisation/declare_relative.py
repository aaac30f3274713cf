"""An officer declares a near relative (申报近亲属), whose cases are then for others (回避)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.organisation.admin_desk import audit, require_filled, wrong
from engine.commands.organisation.own_identity import identity_index
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.administration import RELATIONS


@dataclass(frozen=True, kw_only=True)
class DeclareRelative(Request):
    """`relation`: a key of RELATIONS."""

    id_number: str
    relation: str


@verb
def declare_relative(desk: Desk, request: DeclareRelative) -> Answer:
    """Nothing; the number is kept as its blind index only, so nobody can read back whom it names."""
    require_filled(id_number=request.id_number)
    if request.relation not in RELATIONS:
        raise wrong("relation", "请选择关系。", "unknown relation")
    index = identity_index(desk, request.id_number)
    assert index is not None
    desk.uow.staff.declare_relative(desk.actor.officer_id, index, request.relation, desk.now)
    audit(desk, "declare_relative", "officer", desk.actor.officer_id, relation=request.relation)
    return {}
