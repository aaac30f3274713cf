"""What an organisation administrator (机构管理员) may set up, which duties one person may not join, what a password must be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import NotPermitted
from engine.policy.actors import CASE_WORKERS, Actor, Scope
from engine.policy.routing import Assignment
from engine.terms import ActorKind, Lane, Level, Role

ASSIGNMENTS = {way.value: (way.label, way.label_en) for way in Assignment}
RELATIONS = {
    "spouse": ("配偶", "Spouse"),
    "parent": ("父母", "Parent"),
    "child": ("子女", "Child"),
    "sibling": ("兄弟姐妹", "Sibling"),
    "grandparent": ("祖父母、外祖父母", "Grandparent"),
    "grandchild": ("孙子女、外孙子女", "Grandchild"),
    "in_law": ("近姻亲", "In-law"),
    "other": ("其他近亲属", "Other near relative"),
}
# These see or change something of the whole city, wherever their post stands.
CITY_ROLES = frozenset({Role.POLICY_OFFICER, Role.AUDITOR, Role.E_SUPERVISION})
_OVERSIGHT = frozenset({Role.SUPERVISOR, Role.POLICY_OFFICER, Role.AUDITOR})
# Whoever is in the first set may not also be in the second (不相容职责).
_APART: tuple[tuple[frozenset[Role], frozenset[Role]], ...] = (
    (_OVERSIGHT, CASE_WORKERS),
    (frozenset({Role.AUDITOR}), frozenset({Role.ORG_ADMIN})),
    (frozenset({Role.E_SUPERVISION}), frozenset(Role) - {Role.E_SUPERVISION}),
)
# What stands at the beginning of every list of guessed passwords.
_GUESSED_FIRST = ("yimen", "password", "passwd", "admin", "qwerty", "123456", "abcdef", "111111", "000000", "888888")
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_FEWEST_CHARACTERS = 5


@dataclass(frozen=True)
class AdminArea:
    """The part of the city one administers: regions, and the departments in them."""

    scopes: tuple[Scope, ...]

    def covers(self, region_code: str, department: str | None) -> bool:
        """Whether a body or post of this region and department (None: of all departments) lies inside."""
        return any(
            region_code.startswith(s.region_prefix) and s.department in (None, department or "?") for s in self.scopes
        )

    @property
    def is_city_wide(self) -> bool:
        """Whether it is the whole city with every department."""
        return any(len(s.region_prefix) <= 4 and s.department is None for s in self.scopes)


def admin_area(actor: Actor) -> AdminArea:
    """The area of an actor's administrator posts; NotPermitted without one."""
    if actor.is_system:
        return AdminArea((Scope("", None),))
    scopes = tuple(s for p in actor.posts if Role.ORG_ADMIN in p.roles and (s := p.scope))
    if not scopes:
        raise NotPermitted(
            f"此操作需要“{Role.ORG_ADMIN.label}”岗位；请联系本单位机构管理员办理。", en="needs an administrator's post"
        )
    return AdminArea(scopes)


def incompatible_roles(roles: Iterable[str]) -> tuple[str, str] | None:
    """Labels of two duties among these that one officer may not hold together, or None."""
    held = {Role(role) for role in roles}
    for watching, working in _APART:
        if held & watching and held & working:
            return _labels(held & watching), _labels(held & working)
    return None


def _labels(roles: Iterable[Role]) -> str:
    return "、".join(role.label for role in sorted(roles))


def lane_is_staffed(lane: str) -> bool:
    """Whether people hold posts of this lane; "" stands for posts of supervision and administration."""
    known = {lane_.value for lane_ in Lane}
    return not lane or (lane in known and Lane(lane).actor_kind not in (ActorKind.APPLICANT, ActorKind.MACHINE))


def roles_problem(roles: Iterable[str], lane: str, level: Level, area: AdminArea) -> str | None:
    """What is wrong with the duties of a post at this level, as its administrator may give them; or None."""
    wanted = {Role(role) for role in roles}
    if not wanted:
        return "请至少选择一项职责。"
    if lane and not wanted & CASE_WORKERS:
        return "有泳道的岗位要办件，请至少选择受理、经办、审批之一。"
    if clash := incompatible_roles(wanted):
        return f"“{clash[0]}”与“{clash[1]}”不能放在同一岗位。"
    if wanted & CITY_ROLES and level is not Level.CITY:
        return f"“{_labels(wanted & CITY_ROLES)}”面向全市，只能设在市级岗位。"
    if wanted & CITY_ROLES and not area.is_city_wide:
        return f"“{_labels(wanted & CITY_ROLES)}”超出您的管理范围，请由市级机构管理员设置。"
    return None


def password_problem(password: str, sign_in_name: str) -> str | None:
    """What is wrong with a new password (口令), or None: long before complicated (GB/T 22239 level 3, 8.1.4.1).

    A Chinese character counts twice, so a sentence of eight characters is long enough.
    """
    lowered = password.lower()
    if sum(2 if ord(character) > 0x2E7F else 1 for character in password) < SHORTEST_PASSWORD:
        return f"密码至少{SHORTEST_PASSWORD}个字符（汉字一个算两个），可以用一句自己记得住的话。"
    if len(password) > LONGEST_PASSWORD:
        return f"密码最多{LONGEST_PASSWORD}个字符。"
    if len(set(lowered)) < _FEWEST_CHARACTERS:
        return "密码中重复的字符太多，请换一个。"
    if sign_in_name.lower() in lowered:
        return "密码中不能含有用户名。"
    if any(word in lowered for word in _GUESSED_FIRST):
        return "密码中含有最容易被猜到的词或数字，请换一个。"
    return None
