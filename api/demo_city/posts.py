"""What routing finds in the demo city: posts (岗位) of every body with their lanes and roles.

Every lane whose work a person records has a post: the counter and grid lanes at the community, review and outside
bodies at the street, review, approval and consultation at the bureaus; who reviews there does not approve. Posts of
supervision and administration stand in no lane (`lane` is empty) so that routing never hands them a work item.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from api.demo_city.organisations import Organisation, organisations
from engine.terms import Lane, Level, Role

NO_LANE = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One post (岗位), as a row of table `posts`; `department` none means every department."""

    name: str
    organisation: str
    region_code: str
    level: Level
    department: str | None
    lane: str
    roles: tuple[Role, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Organisation and post name: unique in the city."""
        return self.organisation, self.name


_Plan = tuple[str, str, tuple[Role, ...]]

_COUNTER = (Role.CLERK, Role.HANDLER)
_DECIDING = (Role.HANDLER, Role.APPROVER)

COMMUNITY_POSTS: tuple[_Plan, ...] = (
    ("综合窗口", Lane.COMMUNITY, _COUNTER),
    ("网格员", Lane.GRID_WORKER, (Role.HANDLER,)),
    ("评议小组召集人", Lane.REVIEW_PANEL, (Role.HANDLER,)),
)
STREET_POSTS: tuple[_Plan, ...] = (
    ("街道综合窗口", Lane.STREET, _COUNTER),
    ("街道审核岗", Lane.STREET, _DECIDING),
    ("服务机构联络岗", Lane.SERVICE_PROVIDER, (Role.HANDLER,)),
    ("条线系统联络岗", Lane.LINE_SYSTEM, (Role.HANDLER,)),
)
DISTRICT_POSTS: tuple[_Plan, ...] = (
    ("区县审核岗", Lane.DISTRICT, (Role.HANDLER,)),
    ("区县审批岗", Lane.DISTRICT, (Role.APPROVER,)),
    ("协查岗", Lane.CONSULTED_DEPARTMENT, (Role.HANDLER,)),
    ("评定机构联络岗", Lane.ASSESSOR, (Role.HANDLER,)),
)
CITY_POSTS: tuple[_Plan, ...] = (
    ("市级审批岗", Lane.CITY, _DECIDING),
    ("协查岗", Lane.CONSULTED_DEPARTMENT, (Role.HANDLER,)),
)
GOVERNMENT_POSTS: tuple[_Plan, ...] = (
    ("效能监察岗", NO_LANE, (Role.SUPERVISOR,)),
    ("业务管理员", NO_LANE, (Role.POLICY_OFFICER,)),
    ("机构管理员", NO_LANE, (Role.ORG_ADMIN,)),
    ("审计员", NO_LANE, (Role.AUDITOR,)),
    ("电子监察系统", NO_LANE, (Role.E_SUPERVISION,)),
)


@cache
def posts() -> tuple[Post, ...]:
    """Every post of the city, in the order of its organisations."""
    return tuple(
        Post(name, body.name, body.region_code, body.level, body.department, str(lane), roles)
        for body in organisations()
        for name, lane, roles in _plans_for(body)
    )


def _plans_for(body: Organisation) -> tuple[_Plan, ...]:
    if body.level is Level.CITY:
        return CITY_POSTS if body.department else GOVERNMENT_POSTS
    return {Level.DISTRICT: DISTRICT_POSTS, Level.STREET: STREET_POSTS, Level.COMMUNITY: COMMUNITY_POSTS}[body.level]
