"""Which post (岗位) gets a step: lane + case region + department (后台流转)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.policy.identifiers import region_level, region_parent
from engine.terms import ActorKind, Lane, Level, Role, Stage

# The level at which a lane's post is looked for first; from there upwards until one is found.
_FIRST_LEVEL = {
    Lane.APPLICANT: Level.COMMUNITY,
    Lane.GRID_WORKER: Level.COMMUNITY,
    Lane.COMMUNITY: Level.COMMUNITY,
    Lane.REVIEW_PANEL: Level.COMMUNITY,
    Lane.STREET: Level.STREET,
    Lane.SERVICE_PROVIDER: Level.STREET,
    Lane.ASSESSOR: Level.STREET,
    Lane.LINE_SYSTEM: Level.STREET,
    Lane.DISTRICT: Level.DISTRICT,
    Lane.CONSULTED_DEPARTMENT: Level.DISTRICT,
    Lane.CITY: Level.CITY,
}
# The counter post of the community acts for the applicant (前台代办) where the applicant has something to hand in.
_ACTING_LANE = {Lane.APPLICANT: Lane.COMMUNITY}
_WANTED_ROLES = {Stage.ACCEPT: Role.CLERK, Stage.DELIVER: Role.CLERK, Stage.DECIDE: Role.APPROVER}


@dataclass(frozen=True)
class PostCandidate:
    """A post that could take a step."""

    id: int
    region_code: str
    department: str | None
    roles: frozenset[str]


@dataclass(frozen=True)
class RouteQuestion:
    """What to ask the list of posts for: the lane to search and the regions from nearest upwards."""

    lane: Lane
    regions: tuple[str, ...]


def route_question(lane: Lane, home_region: str, level: Level | None = None) -> RouteQuestion | None:
    """Where to look for the post of a lane; None for the machine's own lane."""
    if lane.actor_kind is ActorKind.MACHINE:
        return None
    wanted = level or _FIRST_LEVEL[lane]
    chain = [r for r in region_chain(home_region) if region_level(r).rank <= wanted.rank]
    return RouteQuestion(_ACTING_LANE.get(lane, lane), tuple(chain))


def region_chain(region_code: str) -> list[str]:
    """The region and everything above it, nearest first."""
    chain = [region_code]
    while parent := region_parent(chain[-1]):
        chain.append(parent)
    return chain


def choose_post(
    candidates: Sequence[PostCandidate], question: RouteQuestion, stage: Stage | None, department: str
) -> PostCandidate | None:
    """The best post: nearest region, then the post of the department itself, then the role the stage calls for.

    Ties fall to the lowest id, so the same case always finds the same post.
    """
    wanted = _WANTED_ROLES.get(stage, Role.HANDLER) if stage else Role.HANDLER

    def rank(post: PostCandidate) -> tuple[int, bool, bool, bool, int]:
        is_counter = Role.CLERK in post.roles
        return (
            question.regions.index(post.region_code),
            post.department != department,
            wanted not in post.roles,
            is_counter is not (wanted is Role.CLERK),
            post.id,
        )

    return min(candidates, key=rank, default=None)
