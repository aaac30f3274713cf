"""One open case follows its region (办件随区划调整), so that routing finds posts for it again."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotPermitted
from engine.policy.administration import admin_area
from engine.terms import CaseStatus


@dataclass(frozen=True, kw_only=True)
class MoveCaseRegion(Request):
    """The case, by id."""

    case_id: int


@verb
def move_case_region(desk: Desk, request: MoveCaseRegion) -> Answer:
    """Whether the case moved: a closed one and one that was moved already stay; so the sweep may be repeated."""
    if not admin_area(desk.actor).is_city_wide:
        raise NotPermitted("区划调整由市级机构管理员办理。", en="needs the administrator of the city")
    change = CaseChange.at_case(desk, request.case_id)
    old = change.values["home_region"]
    new = desk.uow.staff.successor_of(old, local_date(desk.now))
    if new is None or change.status in (CaseStatus.CLOSED, CaseStatus.ARCHIVED):
        return {"moved": False}
    change.set(home_region=new)
    change.happened("region_changed", {"from": old, "to": new})
    change.save()
    return {"moved": True, "home_region": new}
