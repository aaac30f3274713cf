"""Whom a step may be handed to, and who may be asked to sign it (转办、委派、加签的人选)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.policy.actors import ASKED_LANES, CASE_WORKERS
from engine.policy.routing import region_chain
from engine.terms import Lane, Role, Stage

_WANTED: dict[Stage | None, frozenset[Role]] = {
    Stage.ACCEPT: frozenset({Role.CLERK}),
    Stage.DELIVER: frozenset({Role.CLERK}),
    Stage.DECIDE: frozenset({Role.APPROVER}),
}


@dataclass(frozen=True)
class StepPlace:
    """What a step asks of whoever takes it: stage, lane, its own department and region, and those of the case."""

    stage: Stage | None
    lane: Lane
    department: str
    region: str
    case_department: str
    home_region: str


def roles_to_hold(stage: Stage | None) -> frozenset[Role]:
    """The roles of which a post must carry one to hold a step of this stage, or to sign it as an equal (会签)."""
    return _WANTED.get(stage, frozenset(CASE_WORKERS))


def regions_to_hold(place: StepPlace) -> list[str]:
    """Where a post may stand to hold the step: in the case's region or above; a decision never moves to a lower level."""
    return region_chain(place.region if place.stage is Stage.DECIDE else place.home_region)


def departments_to_ask(place: StepPlace) -> tuple[str, ...]:
    """Whose posts may be asked to advise or sign: the step's department and the case's, beside general posts."""
    return tuple(dict.fromkeys((place.department, place.case_department)))


def may_hold(place: StepPlace, lane: str) -> bool:
    """Whether a post of this lane may hold the step: posts that are only asked (协查、评议 …) take no other lane's step."""
    return lane not in ASKED_LANES or place.lane in ASKED_LANES


def refusal(names: Sequence[str]) -> str:
    """Why officers cannot be chosen, with the way out."""
    return f"{'、'.join(names)}不能选：请从候选名单中选择在岗、无须回避、尚未参与本环节的人员。"
