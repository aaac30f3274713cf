"""Which post (岗位) gets a step, and which officer of it: dispatch rules first, then lane, case region and department.

Pure: the posts, rules and officers are handed in; every answer says why it was given (流转依据).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.policy.identifiers import region_level, region_parent
from engine.terms import ActorKind, Lane, Level, Role, Stage, Term


class Assignment(Term):
    """How a post hands its work to the officers who hold it (岗内分派)."""

    SHARED = "shared", "共享待领", "Shared queue"
    LEAST_LOADED = "least_loaded", "待办最少者", "Fewest claimed items"
    ROUND_ROBIN = "round_robin", "依次轮派", "By turns"


class Why(Term):
    """Why a step came to its post; kept with the event that opened the step."""

    RULE = "rule", "分派规则", "Dispatch rule"
    COUNTER = "counter", "收件窗口", "The counter that received it"
    DEPARTMENT = "department", "本部门就近", "Nearest post of the department"
    NEAREST = "nearest", "综合岗位就近", "Nearest post for every department"


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
    assignment: str = Assignment.SHARED


@dataclass(frozen=True)
class DispatchRule:
    """A rule (分派规则) in force that fits the step. `item_id`, `department` and `stage` are None or empty for all.

    region_code  where the cases live for which it was made; `officer_id` the officer it names (指定承办人)
    """

    id: int
    post: PostCandidate
    region_code: str
    item_id: int | None = None
    department: str | None = None
    stage: str = ""
    officer_id: int | None = None


@dataclass(frozen=True)
class Routing:
    """The post of a step and why; `named` is the officer a rule names for it."""

    post: PostCandidate
    why: Why
    rule_id: int | None = None
    named: int | None = None


@dataclass(frozen=True)
class OfficerPresent:
    """An officer who may take work of a post today, and how many items of it they hold.

    places  whose places they take: their own and those of officers on leave whose deputy they are
    """

    id: int
    places: frozenset[int]
    load: int = 0


@dataclass(frozen=True)
class RouteQuestion:
    """What to ask the list of posts for: the lane to search and the regions from nearest upwards.

    drawn_lane and chain are what rules are made for: the lane as drawn, the case's region and all above it.
    """

    lane: Lane
    regions: tuple[str, ...]
    drawn_lane: Lane
    chain: tuple[str, ...]


def route_question(lane: Lane, home_region: str, level: Level | None = None) -> RouteQuestion | None:
    """Where to look for the post of a lane; None for the machine's own lane."""
    if lane.actor_kind is ActorKind.MACHINE:
        return None
    wanted = level or _FIRST_LEVEL[lane]
    chain = tuple(region_chain(home_region))
    regions = tuple(r for r in chain if region_level(r).rank <= wanted.rank)
    return RouteQuestion(_ACTING_LANE.get(lane, lane), regions, lane, chain)


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


def choose_rule(rules: Sequence[DispatchRule], chain: Sequence[str]) -> DispatchRule | None:
    """The rule that counts: nearest region, then for the item, the department or any, then for the stage; the newest last.

    `chain` is the case's region and everything above it, nearest first.
    """

    def rank(rule: DispatchRule) -> tuple[int, int, bool, int]:
        breadth = 0 if rule.item_id is not None else 1 if rule.department is not None else 2
        return chain.index(rule.region_code), breadth, not rule.stage, -rule.id

    return min(rules, key=rank, default=None)


def route(
    rules: Sequence[DispatchRule],
    candidates: Sequence[PostCandidate],
    question: RouteQuestion,
    stage: Stage | None,
    department: str,
) -> Routing | None:
    """The post of a step: a rule's if one fits, else the best of the candidates; None when there is neither."""
    if rule := choose_rule(rules, question.chain):
        return Routing(rule.post, Why.RULE, rule.id, rule.officer_id)
    post = choose_post(candidates, question, stage, department)
    if post is None:
        return None
    return Routing(post, Why.DEPARTMENT if post.department == department else Why.NEAREST)


def choose_officer(
    present: Sequence[OfficerPresent], assignment: str, *, named: int | None = None, turn: int = 0
) -> int | None:
    """Who of those present gets the work item; None leaves it to the whole post.

    named  the officer of a rule: themself or, on leave, their deputy; without either the post's own way decides
    turn   the number of this item in the post's row of turns (轮派), from 1
    """
    stands = [o for o in present if named in o.places]
    if stands:
        return min(stands, key=lambda o: (o.id != named, o.load, o.id)).id
    if not present or assignment == Assignment.SHARED:
        return None
    if assignment == Assignment.LEAST_LOADED:
        return min(present, key=lambda o: (o.load, o.id)).id
    return sorted(o.id for o in present)[(turn - 1) % len(present)]
