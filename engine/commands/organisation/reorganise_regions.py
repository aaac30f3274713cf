"""Regions are merged or get other codes (区划调整): the tree from that day on, and who works where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from engine.commands.organisation.admin_desk import AdminDesk, require_filled, wrong
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid, NotPermitted
from engine.policy.identifiers import region_level, region_parent


@dataclass(frozen=True)
class RegionMove:
    """One region taken over by another. `name` of the new one, "" for that of the old."""

    from_code: str
    to_code: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ReorganiseRegions(Request):
    """effective_on  the first day of the new tree: today or before, because posts and residents move at once
    move_bodies   whether organisations and posts of the old regions go on in the new ones
    """

    moves: tuple[RegionMove, ...]
    effective_on: date
    document_no: str
    move_bodies: bool = True


@verb
def reorganise_regions(desk: Desk, request: ReorganiseRegions) -> Answer:
    """How many regions were created and ended. Open cases follow one by one: see `move_case_region`.

    Closed cases keep their region, and the old rows their dates, so that past figures stay as they were.
    """
    admin = AdminDesk(desk)
    if not admin.area.is_city_wide:
        raise NotPermitted("区划调整由市级机构管理员办理。", en="needs the administrator of the city")
    require_filled(document_no=request.document_no)
    if request.effective_on > admin.today:
        raise wrong("effective_on", "请在生效当日或之后办理。", "Do it on the day it takes effect, or later.")
    old = _old_regions(admin, request.moves)
    created = _new_regions(admin, request, old)
    for move in request.moves:
        admin.staff.take_over_region(
            move.from_code, move.to_code, request.effective_on, move_bodies=request.move_bodies
        )
        change = {"from_code": move.from_code, "to_code": move.to_code, "effective_on": request.effective_on}
        made = {"document_no": request.document_no.strip(), "made_by": desk.actor.officer_id or None}
        admin.staff.add("region_change", {**change, **made, "made_at": desk.now})
    moved = {move.from_code: move.to_code for move in request.moves}
    admin.audit("reorganise_regions", "region", 0, moves=moved, effective_on=str(request.effective_on))
    return {"created": created, "ended": len(old)}


def _old_regions(admin: AdminDesk, moves: tuple[RegionMove, ...]) -> dict[str, Row[Any]]:
    """The regions that end, each of which exists today together with nothing below it that is left behind."""
    if not moves:
        raise wrong("moves", "请至少填写一行。", "No region is named.")
    froms = [move.from_code for move in moves]
    if len(set(froms)) != len(froms) or set(froms) & {move.to_code for move in moves}:
        raise wrong("moves", "同一旧代码只能出现一次，且不能又作新代码。", "A code appears twice.")
    found: dict[str, Row[Any]] = {}
    for move in moves:
        row = admin.staff.region(move.from_code, admin.today)
        if row is None:
            raise wrong("moves", f"没有区划{move.from_code}。", "no such region")
        if region_level(move.from_code) is not region_level(move.to_code):
            raise wrong("moves", f"{move.from_code}与{move.to_code}不是同一级区划。", "not of the same level")
        found[move.from_code] = row
    left = [code for code in admin.staff.regions_below(froms, admin.today) if code not in found]
    if left:
        raise FormInvalid(
            errors={"moves": [f"下级区划也要写明去向：{'、'.join(left[:6])}{' 等' if len(left) > 6 else ''}。"]}
        )
    return found


def _new_regions(admin: AdminDesk, request: ReorganiseRegions, old: dict[str, Row[Any]]) -> int:
    """Create what does not exist yet, higher levels first."""
    created = 0
    for move in sorted(request.moves, key=lambda move: (region_level(move.to_code).rank, move.to_code)):
        if admin.staff.region(move.to_code, admin.today):
            continue
        if admin.staff.region_was_used(move.to_code):
            raise wrong("moves", f"代码{move.to_code}已停用，不能再用。", "The code was ended before.")
        parent = region_parent(move.to_code)
        if parent is None or parent in old or admin.staff.region(parent, admin.today) is None:
            raise wrong("moves", f"{move.to_code}的上级区划不存在或同时撤销。", "The region above does not exist.")
        name = move.name.strip() or old[move.from_code].name
        level = region_level(move.to_code).value
        values = {"code": move.to_code, "name": name, "level": level, "parent_code": parent}
        admin.staff.add_region({**values, "valid_from": request.effective_on})
        created += 1
    return created
