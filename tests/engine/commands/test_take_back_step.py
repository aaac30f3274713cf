"""Taken back (收回已办): only by who did the step, only while nobody has laid a hand on what came after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Row

from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.take_back_step import TakeBackStep, take_back_step
from engine.errors import ActionNotAllowed, NotFound
from engine.office.taking_back import Hindrance
from engine.office.taking_back import take_back as ask
from engine.policy.actors import SYSTEM
from engine.policy.operations import Action
from engine.queries.case_actions import case_actions
from tests.shapes import CALLED, MULTI_INSTANCE, PARALLEL, ShapedStory

Shaped = Callable[..., ShapedStory]


def done_step(story: ShapedStory, node: str) -> Row[Any]:
    """The step done last at this node, with its work item."""
    return story.rows(
        "SELECT s.token, w.* FROM steps s JOIN work_items w USING (case_id, token) WHERE s.case_id = :case"
        " AND s.node_id = :node AND s.status = 'done' ORDER BY CAST(s.token AS integer) DESC LIMIT 1",
        node=node,
    )[0]


def take_back(story: ShapedStory, node: str, by: str = "") -> dict[str, Any]:
    step = done_step(story, node)
    actor = story.actor(by) if by else story.holder(step)
    return take_back_step(story.office, actor, TakeBackStep(case_number=story.number, token=step.token))


def refusal(story: ShapedStory, node: str) -> str:
    """The rule by which the command refuses; the page says the same."""
    with pytest.raises(ActionNotAllowed) as refused:
        take_back(story, node)
    step = done_step(story, node)
    offered = case_actions(story.office, story.holder(step), story.number).done_steps
    told = {offer.token: offer.verdict for offer in offered}[step.token]
    assert (told.possible, told.rule, told.reason) == (False, refused.value.detail["rule"], refused.value.message)
    return told.rule


def test_a_step_taken_back_is_open_again_with_its_officer(shaped: Shaped) -> None:
    story = shaped().until("review")
    step = done_step(story, "visit")
    offers = case_actions(story.office, story.holder(step), story.number)
    assert [(o.step_name, o.verdict.possible) for o in offers.done_steps] == [("入户调查", True)]
    assert next(v for v in offers.verdicts if v.action is Action.TAKE_BACK).possible
    take_back(story, "visit")
    again = story.item("visit")
    assert (story.open_nodes(), again.status, again.officer_id) == (["visit"], "claimed", step.officer_id)
    assert story.kinds()[-1] == "step_taken_back"
    assert story.faults() == []
    story.to_its_end()
    assert story.faults() == []


def test_a_branch_that_waits_at_the_join_is_taken_back_alone(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    story.complete("visit")
    story.complete("family")
    take_back(story, "family")
    assert story.open_nodes() == ["check", "family", "publicity"]
    story.to_its_end()
    assert story.faults() == []


def test_the_step_before_a_fork_is_taken_back_with_all_its_branches(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    assert story.case().status == "suspended"
    take_back(story, "review")
    assert (story.open_nodes(), story.case().status) == (["review"], "in_process")
    assert story.faults() == []


def test_the_last_branch_is_taken_back_from_behind_the_join_the_others_not(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    for node in ("publicity", "check", "assess", "visit", "family"):
        story.complete(node)
    assert refusal(story, "assess") == "moved_on"
    take_back(story, "family")
    assert story.open_nodes() == ["family"]
    story.complete("family")
    assert story.open_nodes() == ["summary"]
    assert story.faults() == []


def test_a_step_inside_a_called_process_is_taken_back(shaped: Shaped) -> None:
    story = shaped(CALLED).until("review")
    take_back(story, "talk")
    assert story.open_nodes() == ["talk"]
    story.to_its_end()
    assert story.faults() == []


def test_whoever_claims_the_next_step_ends_the_taking_back_even_after_releasing_it(shaped: Shaped) -> None:
    story = shaped().until("review")
    item = story.item("review")
    claim_work_item(story.office, story.holder(item), ClaimWorkItem(work_item_id=item.id))
    assert refusal(story, "visit") == "touched"
    release_work_item(story.office, story.holder(item), ClaimWorkItem(work_item_id=item.id))
    assert refusal(story, "visit") == "touched"


def test_once_a_later_step_is_done_an_earlier_one_is_not_taken_back(shaped: Shaped) -> None:
    story = shaped().until("publicity")
    assert refusal(story, "visit") == "moved_on"


def test_once_the_reminder_of_the_next_step_has_rung_the_case_has_moved_on(shaped: Shaped) -> None:
    story = shaped().until("review")
    token = story.rows("SELECT token FROM timers WHERE case_id = :case AND cancelled_at IS NULL")[0].token
    story.office.clock.advance(timedelta(days=10))  # type: ignore[attr-defined]
    fire_timer(story.office, SYSTEM, FireTimer(case_id=story.case_id, token=token))
    assert refusal(story, "visit") == "moved_on"


def test_what_a_machine_is_to_do_next_is_not_taken_from_it(shaped: Shaped) -> None:
    """A worker may be at it outside of any transaction."""
    story = shaped().until("review")
    step, leased = done_step(story, "visit"), SimpleNamespace(kind="machine", version=2, part="main", status="claimed")
    with story.office.unit_of_work() as uow:
        done, event = (
            uow.history.one_done(story.case_id, step.token),
            uow.history.event_closing(story.case_id, step.token),
        )
        case = uow.cases.lock(story.case_id)
        assert done is not None
        assert event is not None
        assert case is not None
        shelved = story.office.definitions.by_id(uow.definitions, case.version_id)
        found = ask(shelved, case.state, case.facts, done, event, [leased])  # type: ignore[list-item]
    assert isinstance(found, Hindrance)
    assert found.rule == "machine"


def test_acceptance_is_not_taken_back_because_the_applicant_was_told(shaped: Shaped) -> None:
    story = shaped().until("visit")
    assert refusal(story, "accept") == "notice_written"


def test_a_decision_is_not_taken_back(shaped: Shaped) -> None:
    story = shaped().until("register")
    assert refusal(story, "decide") == "status"


def test_the_answer_of_one_of_several_departments_is_not_taken_back(shaped: Shaped) -> None:
    story = shaped(MULTI_INSTANCE).until("joint_check")
    story.complete("joint_check")
    assert refusal(story, "joint_check") == "several_instances"


def test_nobody_takes_back_what_another_did(shaped: Shaped) -> None:
    story = shaped().until("review")
    with pytest.raises(NotFound):
        take_back(story, "visit", by="street")


def test_a_return_is_not_taken_back(shaped: Shaped) -> None:
    """It may have closed parallel branches, which opening the sender's step alone would not bring back."""
    story = shaped().until("review")
    item = story.item("review")
    officer = story.holder(item)
    return_case(story.office, officer, ReturnCase(work_item_id=item.id, target="visit", reason="不清"))
    assert [o.step_name for o in case_actions(story.office, officer, story.number).done_steps] == ["受理"]
    with pytest.raises(NotFound):
        take_back_step(story.office, officer, TakeBackStep(case_number=story.number, token=item.token))


def test_a_straight_way_back_outlives_a_taking_back(shaped: Shaped) -> None:
    story = shaped().until("decide")
    item = story.item("decide")
    back = ReturnCase(work_item_id=item.id, target="visit", reason="不清", directly=True)
    return_case(story.office, story.holder(item), back)
    story.complete("visit")
    take_back(story, "visit")
    story.complete("visit")
    assert story.open_nodes() == ["decide"]
    assert story.faults() == []
