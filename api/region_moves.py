"""Open cases follow a change of regions (区划调整), one case per transaction, as many at a time as a request may take."""

from __future__ import annotations

from engine.commands.organisation.move_case_region import MoveCaseRegion, move_case_region
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.organisation_regions import cases_to_move

CASES_AT_ONCE = 200


def move_open_cases(office: Office, actor: Actor, most: int = CASES_AT_ONCE) -> int:
    """How many cases were moved; asked again, it goes on where it stopped, whatever stopped it."""
    waiting = cases_to_move(office, actor, most)
    return sum(move_case_region(office, actor, MoveCaseRegion(case_id=key))["moved"] for key in waiting)
