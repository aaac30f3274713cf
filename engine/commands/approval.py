"""Acts that need a second person (批准): the approver the request names has the power, and is not the actor."""

from __future__ import annotations

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.errors import FormInvalid
from engine.policy.routing import region_chain


def require_approver(change: CaseChange, officer_id: int) -> None:
    """The approver holds an approver's post over the case, and nobody approves for himself (rule P08)."""
    desk, regions = change.desk, region_chain(change.values["home_region"])
    found = desk.uow.organisation.approvers(regions, change.values["department"], local_date(desk.now))
    if officer_id == desk.actor.officer_id or officer_id not in {row.officer_id for row in found}:
        raise FormInvalid(errors={"approver_id": ["请选择对该件有审批权的其他人员为批准人。"]})
