"""Who acts: officers with the posts they hold, and the data scope the posts give them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.errors import NotPermitted
from engine.policy.identifiers import significant_prefix
from engine.terms import Role

CITY_WIDE_ROLES = frozenset({Role.SUPERVISOR, Role.E_SUPERVISION, Role.POLICY_OFFICER, Role.ORG_ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class PostHeld:
    """A post (岗位) an officer holds today. `department` None: every department (综合窗口)."""

    id: int
    name: str
    organisation_id: int
    organisation_name: str
    region_code: str
    department: str | None
    lane: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Scope:
    """One part of what an actor may see: a region by the digits its codes share, and a department or all."""

    region_prefix: str
    department: str | None

    def covers(self, region_code: str, department: str) -> bool:
        return region_code.startswith(self.region_prefix) and self.department in (None, department)


@dataclass(frozen=True)
class Actor:
    """The officer (or machine) on whose behalf a verb runs. `officer_id` 0 is the system itself."""

    officer_id: int
    name: str
    posts: tuple[PostHeld, ...]
    source: str = ""

    @property
    def is_system(self) -> bool:
        return self.officer_id == 0

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(role for post in self.posts for role in post.roles)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        return tuple({Scope(significant_prefix(p.region_code), p.department): None for p in self.posts})

    @cached_property
    def post_ids(self) -> tuple[int, ...]:
        return tuple(p.id for p in self.posts)

    def may_see(self, region_code: str, department: str) -> bool:
        """Whether a case of this region and department lies in the actor's data scope."""
        return self.is_system or any(s.covers(region_code, department) for s in self.scopes)

    def post_with(self, *roles: str) -> PostHeld:
        """The first post that carries one of the roles. Raises NotPermitted naming the roles."""
        for post in self.posts:
            if post.roles & set(roles):
                return post
        names = "、".join(Role(role).label for role in roles)
        raise NotPermitted(
            f"此操作需要“{names}”岗位；如确需办理，请联系本单位管理员。", en=f"needs a post with role {roles}"
        )

    def post(self, post_id: int | None) -> PostHeld | None:
        return next((p for p in self.posts if p.id == post_id), None)


SYSTEM = Actor(0, "系统", ())
