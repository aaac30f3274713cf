"""The second pair of eyes (批准人): what an officer may only do with the approval of another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.errors import FormInvalid
from engine.policy.routing import region_chain


def require_approver(change: CaseChange, officer_id: int | None) -> Row[Any]:
    """The approver named: he holds an approver's post over the case, and nobody approves for himself (rule P08)."""
    desk, regions = change.desk, region_chain(change.values["home_region"])
    found = desk.uow.organisation.approvers(regions, change.values["department"], local_date(desk.now))
    named: Row[Any] | None = next((row for row in found if row.officer_id == officer_id), None)
    if named is None or officer_id == desk.actor.officer_id:
        raise FormInvalid(errors={"approver_id": ["请选择对该件有审批权的其他人员为批准人。"]})
    return named
