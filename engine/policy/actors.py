"""Who acts: officers with the posts they hold, and the data scope the posts give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from engine.errors import NotPermitted
from engine.policy.identifiers import significant_prefix
from engine.terms import Lane, Role

# Who works on cases, and who may open a case at all; everybody else gets figures, events or definitions, never a file.
CASE_WORKERS = frozenset({Role.CLERK, Role.HANDLER, Role.APPROVER})
CASE_READERS = CASE_WORKERS | {Role.SUPERVISOR}
# A post that is only asked for its opinion sees the cases it was asked about, not those of its whole region.
ASKED_LANES = frozenset(
    {Lane.CONSULTED_DEPARTMENT, Lane.REVIEW_PANEL, Lane.ASSESSOR, Lane.SERVICE_PROVIDER, Lane.LINE_SYSTEM}
)


@dataclass(frozen=True)
class PostHeld:
    """A post (岗位) an officer holds today. `department` None: every department (综合窗口).

    stands_in_for  officers on leave whose deputy on this post the officer is today (请假代理)
    deputy_for     the first of them where the post is held only in their place, with the name for the record
    """

    id: int
    name: str
    organisation_id: int
    organisation_name: str
    region_code: str
    department: str | None
    lane: str
    roles: frozenset[str]
    deputy_for: int | None = None
    deputy_for_name: str = ""
    stands_in_for: frozenset[int] = frozenset()

    @property
    def scope(self) -> Scope | None:
        """The part of the city whose cases the post may see; None for a post that is only asked (协查、评议、评定 …)."""
        return None if self.lane in ASKED_LANES else Scope(significant_prefix(self.region_code), self.department)


@dataclass(frozen=True)
class Scope:
    """One part of what an actor may see: a region by the digits its codes share, and a department or all."""

    region_prefix: str
    department: str | None

    def covers(self, region_code: str, department: str) -> bool:
        return region_code.startswith(self.region_prefix) and self.department in (None, department)


@dataclass(frozen=True)
class Actor:
    """The officer (or machine) on whose behalf a verb runs. `officer_id` 0 is the system itself.

    avoids  blind indexes of the officer's own and near relatives' identity numbers: their cases are for others (回避)
    """

    officer_id: int
    name: str
    posts: tuple[PostHeld, ...]
    source: str = ""
    avoids: frozenset[bytes] = frozenset()

    @property
    def is_system(self) -> bool:
        return self.officer_id == 0

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(role for post in self.posts for role in post.roles)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        return tuple({scope: None for p in self.posts if (scope := p.scope)})

    @cached_property
    def reader(self) -> Actor:
        """The same officer with only those posts that may open case files (最小授权)."""
        return replace(self, posts=tuple(p for p in self.posts if p.roles & CASE_READERS))

    @property
    def works_on_cases(self) -> bool:
        """Whether personal details are part of the duty; a supervisor's is the handling, not the person."""
        return self.is_system or bool(self.roles & CASE_WORKERS)

    @cached_property
    def stands_in_for(self) -> frozenset[int]:
        """Every officer on leave whose deputy the actor is today, on whichever post."""
        return frozenset(absent for post in self.posts for absent in post.stands_in_for)

    def acts_for(self, post_id: int | None, holder_id: int | None = None) -> int | None:
        """The officer on leave for whom the actor acts on this post; `holder_id` is who holds the work item, if any."""
        post = self.post(post_id)
        if post is None:
            return None
        return holder_id if holder_id in post.stands_in_for else post.deputy_for

    @cached_property
    def post_ids(self) -> tuple[int, ...]:
        return tuple(p.id for p in self.posts)

    def may_see(self, region_code: str, department: str, roles: frozenset[Role] = CASE_READERS) -> bool:
        """Whether one post both carries one of the roles and covers cases of this region and department."""
        fitting = (p.scope for p in self.posts if p.roles & roles)
        return self.is_system or any(s.covers(region_code, department) for s in fitting if s)

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
