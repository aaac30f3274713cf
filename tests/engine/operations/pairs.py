"""One row of a pair matrix: a verb done on a new case, then every verb tried after it, each undone again."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import CaseworkError
from engine.office import Office
from engine.policy.operations import Action
from tests.engine.operations.drivers import DRIVERS, do, tries
from tests.engine.operations.effects import disagreements
from tests.engine.operations.one_transaction import in_one_transaction, undone
from tests.engine.operations.scene import Scene, Try
from tests.engine.operations.standing import Standing, standing

ALLOWED = "ok"
# The order in which the table refuses; what comes later than all of them is a condition or the command's own.
_ORDER = ("status", "not_last_doer", "no_work_item", "part", "work_status", "stage", "machine", "rights")


def row(office: Office, key: str, first: Action) -> dict[Action, str]:
    """For every verb what comes of it after `first`: `ok`, or the code of the rule that refuses it.

    Fails when a verb breaks a law of the case, does otherwise than its row says, or refuses without a rule.
    """
    with in_one_transaction(office) as here:
        scene = Scene.of_shape(here, key)
        DRIVERS[first].ready(scene)
        before = _sound(scene, f"{first.label}之前")
        do(scene, first)
        after = _agreed(scene, first, before, first.label)
        return {second: _cell(scene, first, second, after) for second in Action}


def _cell(scene: Scene, first: Action, second: Action, before: Standing) -> str:
    refusals: list[str] = []
    for one in tries(scene, second):
        with undone(scene.office):
            refused = refusal(one)
            if not refused:
                _agreed(scene, second, before, f"{first.label}之后{second.label}")
                return ALLOWED
        if refused == "status":
            return refused
        refusals.append(refused)
    assert refusals, f"nobody tried {second.value}"
    return max(refusals, key=lambda rule: _ORDER.index(rule) if rule in _ORDER else len(_ORDER))


def refusal(one: Try) -> str:
    """The rule that refuses the attempt; empty when it succeeds. An error without a rule is a fault."""
    try:
        one.attempt()
    except CaseworkError as error:
        rule = error.detail.get("rule")
        if not rule:
            raise
        return str(rule)
    return ""


def _agreed(scene: Scene, action: Action, before: Standing, told: str) -> Standing:
    after = _sound(scene, told)
    wrong = disagreements(action, before, after)
    assert not wrong, f"{told}：{wrong}"
    return after


def _sound(scene: Scene, told: str) -> Standing:
    now = standing(scene.story)
    broken = [*now.broken, *_of_twin(scene, now)]
    assert not broken, f"{told}：{broken}"
    return now


def _of_twin(scene: Scene, now: Standing) -> Iterator[str]:
    """The other application has changed only where this one was merged into it."""
    if now.case.merged_into is not None:
        yield from standing(scene.twin).broken
