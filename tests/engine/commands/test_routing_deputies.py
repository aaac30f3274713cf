"""A deputy does the work of somebody on leave, in their own name, and the record says for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.sign_in import SignIn, sign_in
from engine.errors import NotPermitted
from engine.policy.actors import SYSTEM
from engine.queries.session import session
from engine.queries.timeline import case_timeline
from engine.queries.worklist import WorklistFilter, worklist
from tests.engine.commands.staffing import TODAY, Staffing
from tests.story import AMOUNT, ANSWERS, Story


@pytest.fixture
def review(staffing: Staffing) -> int:
    return staffing.post_id("街道审核岗", "street")


def checked(story: Story) -> Story:
    story.receive()
    story.accept()
    for node in ("joint_check", "joint_check"):
        story.complete(node)
    return story


def test_the_deputy_takes_over_what_the_absent_officer_had_claimed_and_both_names_are_on_the_record(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    story, street = checked(module_story), staffing.actor("street")
    item = story.item("opinion")
    claim_work_item(story.office, street, ClaimWorkItem(work_item_id=item.id))
    deputy = staffing.hire()
    with pytest.raises(NotPermitted):
        complete_work_item(story.office, deputy, CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"]))
    staffing.leave(street.officer_id, deputy.officer_id)
    deputy = staffing.actor(deputy.name)
    complete_work_item(story.office, deputy, CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"]))
    event = story.events()[-1]
    assert (event.officer_id, event.payload["for"]) == (deputy.officer_id, street.officer_id)
    assert case_timeline(story.office, SYSTEM, story.number)[-1].who == f"{deputy.name}代{street.name}"
    assert staffing.faults() == ()


def test_the_deputy_sees_the_worklist_of_the_post_and_may_release_what_was_claimed(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    story, street = checked(module_story), staffing.actor("street")
    item = story.item("opinion")
    claim_work_item(story.office, street, ClaimWorkItem(work_item_id=item.id))
    deputy = staffing.hire()
    staffing.leave(street.officer_id, deputy.officer_id, post_id=review)
    deputy = staffing.actor(deputy.name)
    assert [post.id for post in deputy.posts] == [review], "a leave for one post gives that post only"
    assert (deputy.posts[0].deputy_for, deputy.posts[0].deputy_for_name) == (street.officer_id, street.name)
    lines = worklist(story.office, deputy, WorklistFilter(q=story.number)).page.lines
    assert item.id in [line.id for line in lines]
    release_work_item(story.office, deputy, ClaimWorkItem(work_item_id=item.id))
    assert story.item("opinion").officer_id is None
    assert staffing.faults() == ()


def test_the_absent_officer_keeps_the_posts_and_a_colleague_acts_in_their_own_name(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    story, street, colleague = checked(module_story), staffing.actor("street"), staffing.actor("s0101")
    staffing.leave(street.officer_id, colleague.officer_id)
    assert staffing.actor("street").posts == street.posts
    item = story.item("opinion")
    complete_work_item(
        story.office, staffing.actor("s0101"), CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"])
    )
    assert "for" not in story.events()[-1].payload


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)], ids=["over", "not yet begun"])
def test_outside_the_days_of_the_leave_nobody_deputises(
    module_story: Story, staffing: Staffing, review: int, days: tuple[int, int]
) -> None:
    deputy = staffing.hire()
    first, last = (TODAY + timedelta(days=n) for n in days)
    staffing.leave(staffing.officer_id("street"), deputy.officer_id, days=(first, last))
    assert staffing.actor(deputy.name).posts == ()


def test_a_leave_called_off_ends_the_deputising(module_story: Story, staffing: Staffing) -> None:
    deputy = staffing.hire()
    leave = staffing.leave(staffing.officer_id("street"), deputy.officer_id)
    assert staffing.actor(deputy.name).posts
    staffing.run("UPDATE leaves SET cancelled_at = now() WHERE id = :id", id=leave)
    assert staffing.actor(deputy.name).posts == ()


def test_a_session_knows_the_deputised_posts_and_whose_cases_to_avoid(module_story: Story, staffing: Staffing) -> None:
    office, window = module_story.office, staffing.officer_id("window")
    staffing.leave(staffing.officer_id("street"), window)
    staffing.relative(window, ANSWERS["applicant_id"])
    token = sign_in(office, SYSTEM, SignIn(name="window", password="yimen-demo", allow_demo=True))["token"]
    found = session(office, token)
    assert found is not None
    assert found.actor == staffing.actor("window")
    assert found.actor.stands_in_for == {staffing.officer_id("street")}
    assert found.actor.avoids == {office.sealer.blind_index(ANSWERS["applicant_id"])}


def test_a_relatives_case_may_not_be_claimed_or_done_but_may_be_done_by_a_colleague(
    module_story: Story, staffing: Staffing
) -> None:
    story = checked(module_story)
    item = story.item("opinion")
    staffing.relative(staffing.officer_id("street"), ANSWERS["applicant_id"])
    for attempt in (
        lambda actor: claim_work_item(story.office, actor, ClaimWorkItem(work_item_id=item.id)),
        lambda actor: complete_work_item(
            story.office, actor, CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"])
        ),
    ):
        with pytest.raises(Exception, match="回避") as refused:
            attempt(staffing.actor("street"))
        assert refused.value.detail["rule"] == "conflict_of_interest"
    complete_work_item(
        story.office, staffing.actor("s0101"), CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"])
    )
    assert staffing.faults() == ()
