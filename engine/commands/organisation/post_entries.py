"""What is entered about a post, checked (岗位信息)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.commands.organisation.admin_desk import AdminDesk, require_filled, wrong
from engine.errors import NotPermitted
from engine.policy.administration import ASSIGNMENTS, lane_is_staffed, roles_problem
from engine.policy.identifiers import significant_prefix
from engine.terms import Level, Role


@dataclass(frozen=True, kw_only=True)
class PostEntries:
    """Name, place and duties of a post.

    region_code  of the body or below; "" for the body's own
    department   "" for all departments, where the body is of all departments
    lane         a value of Lane, or "" for posts that routing never finds (监察、管理、审计)
    """

    name: str
    roles: tuple[str, ...]
    lane: str = ""
    region_code: str = ""
    department: str = ""
    assignment: str = "shared"


def post_values(admin: AdminDesk, body: Row[Any], entries: PostEntries, key: int | None = None) -> dict[str, Any]:
    """The columns. FormInvalid for what cannot be, NotPermitted for what exceeds the administrator's own area."""
    require_filled(name=entries.name)
    region = admin.region(entries.region_code or body.region_code)
    department = entries.department or body.department
    if not region.code.startswith(significant_prefix(body.region_code)):
        raise wrong("region_code", "岗位的区划应为本单位的区划或其下级。", "The post's region is outside its body's.")
    if body.department and department != body.department:
        raise wrong("department", "岗位的部门应与单位一致。", "The post's department differs from its body's.")
    if department and not admin.staff.has_department(department):
        raise wrong("department", "没有这个部门，请重新选择。", "no such department")
    if not admin.area.covers(region.code, department):
        raise NotPermitted("该岗位的辖区或部门超出您的管理范围，请由上级机构管理员设置。", en="outside your area")
    if not lane_is_staffed(entries.lane):
        raise wrong("lane", "请选择一条由岗位办理的泳道。", "This lane has no posts.")
    if entries.assignment not in ASSIGNMENTS:
        raise wrong("assignment", "请选择分派方式。", "unknown assignment")
    if strange := set(entries.roles) - {role.value for role in Role}:
        raise wrong("roles", f"没有这样的职责：{'、'.join(sorted(strange))[:60]}。", "unknown role")
    if problem := roles_problem(entries.roles, entries.lane, Level(region.level), admin.area):
        raise wrong("roles", problem, "These duties cannot be given to this post.")
    if admin.staff.is_taken("post", key, organisation_id=body.id, name=entries.name.strip()):
        raise wrong("name", "本单位已有同名岗位，请换一个名称。", "Another post of this body has this name.")
    return {
        "name": entries.name.strip(),
        "roles": [role.value for role in Role if role in entries.roles],
        "lane": entries.lane,
        "region_code": region.code,
        "department": department,
        "assignment": entries.assignment,
    }
