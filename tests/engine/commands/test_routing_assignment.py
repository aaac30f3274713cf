"""Inside a post the work goes to officers who are there and free of the case; else it waits for all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.errors import ActionNotAllowed, NotPermitted
from engine.policy.actors import Actor
from tests.engine.commands.staffing import Staffing
from tests.story import AMOUNT, ANSWERS, Story

APPLICANT = ANSWERS["applicant_id"]


@pytest.fixture
def review(staffing: Staffing) -> int:
    """The reviewing post of the demo street, on which `street` and `s0101` stand."""
    return staffing.post_id("街道审核岗", "street")


def opinion_of(story: Story):
    story.receive()
    story.accept()
    for node in ("joint_check", "joint_check"):
        story.complete(node)
    return story.item("opinion")


def to_publicity(story: Story) -> None:
    opinion_of(story)
    story.complete("opinion")


def holders_of(story: Story, staffing: Staffing, count: int) -> list[int]:
    return [opinion_of(Story(story.office)).officer_id for _ in range(count)]


def test_turns_go_round_everyone_on_the_post(module_story: Story, staffing: Staffing, review: int) -> None:
    staffing.assign(review, "round_robin")
    both = {staffing.officer_id("street"), staffing.officer_id("s0101")}
    found = holders_of(module_story, staffing, 4)
    assert set(found[:2]) == set(found[2:]) == both
    assert staffing.faults() == ()


def test_the_officer_with_the_fewest_claimed_items_is_next(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    fresh = [staffing.hire(review).officer_id for _ in range(3)]
    staffing.assign(review, "least_loaded")
    known = {staffing.officer_id("street"), staffing.officer_id("s0101")}
    found = [officer for officer in holders_of(module_story, staffing, 9) if officer not in known]
    assert set(found) == set(fresh)
    loads = [found.count(officer) for officer in fresh]
    assert max(loads) - min(loads) <= 1
    assert staffing.faults() == ()


def test_nobody_gets_their_own_case_a_relatives_or_one_while_on_leave_without_a_deputy_there(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    staffing.assign(review, "least_loaded")
    own = staffing.hire(review, identity=APPLICANT)
    street, s0101 = staffing.officer_id("street"), staffing.officer_id("s0101")
    staffing.relative(street, APPLICANT)
    assert opinion_of(module_story).officer_id == s0101
    absent = staffing.hire()
    staffing.leave(s0101, absent.officer_id)
    staffing.run("UPDATE officers SET active = false WHERE id = :id", id=absent.officer_id)
    item = opinion_of(Story(module_story.office))
    assert (item.officer_id, item.status) == (None, "open"), "nobody is left, so it waits for the whole post"
    assert own.officer_id not in (street, s0101)
    assert staffing.faults() == ()


def test_the_deputy_gets_what_falls_to_an_officer_on_leave(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    deputy = staffing.hire()
    staffing.assign(review, "round_robin")
    staffing.leave(staffing.officer_id("street"), deputy.officer_id, post_id=review)
    staffing.leave(staffing.officer_id("s0101"), deputy.officer_id)
    item = opinion_of(module_story)
    assert item.officer_id == deputy.officer_id
    done = CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"])
    complete_work_item(module_story.office, staffing.actor(deputy.name), done)
    assert module_story.events()[-1].payload["for"] in {staffing.officer_id("street"), staffing.officer_id("s0101")}
    assert staffing.faults() == ()


def test_who_handled_the_case_is_not_given_its_decision(module_story: Story, staffing: Staffing) -> None:
    deciding = staffing.post_id("区县审批岗", "district")
    staffing.assign(deciding, "round_robin")
    story = module_story
    to_publicity(story)
    window = story.holder(story.item("publicity"))
    both = staffing.hire(deciding, story.item("publicity").post_id)
    others = {staffing.officer_id("district"), staffing.officer_id("d01-civil_affairs")}
    item = story.item("publicity")
    assert window.officer_id != both.officer_id
    complete_work_item(story.office, both, CompleteWorkItem(work_item_id=item.id))
    assert story.item("district_decision").officer_id in others
    for _ in range(3):
        again = Story(story.office)
        to_publicity(again)
        complete_work_item(again.office, both, CompleteWorkItem(work_item_id=again.item("publicity").id))
        assert again.item("district_decision").officer_id in others
    assert staffing.faults() == ()


def test_who_handled_a_case_may_not_decide_it_even_from_the_shared_queue(
    module_story: Story, staffing: Staffing
) -> None:
    story = module_story
    to_publicity(story)
    deciding = staffing.post_id("区县审批岗", "district")
    both = staffing.hire(deciding, story.item("publicity").post_id)
    complete_work_item(story.office, both, CompleteWorkItem(work_item_id=story.item("publicity").id))
    decision = CompleteWorkItem(work_item_id=story.item("district_decision").id, decision="grant")
    with pytest.raises(ActionNotAllowed) as refused:
        complete_work_item(story.office, both, decision)
    assert refused.value.detail["rule"] == "separation"
    story.complete("district_decision")


def test_an_assigned_item_is_its_officers_alone(module_story: Story, staffing: Staffing, review: int) -> None:
    staffing.assign(review, "least_loaded")
    item = opinion_of(module_story)
    others = {"street", "s0101"} - {
        name for name in ("street", "s0101") if staffing.officer_id(name) == item.officer_id
    }
    with pytest.raises(NotPermitted):
        complete_work_item(module_story.office, staffing.actor(others.pop()), CompleteWorkItem(work_item_id=item.id))


def test_posts_that_hand_out_in_turns_do_not_lock_each_other_out(module_story: Story, staffing: Staffing) -> None:
    """Each acceptance opens steps on two posts with turns; many at once take the turns in one order."""
    story = module_story
    story.receive()
    story.accept()
    posts = {row.post_id for row in story.items()}
    assert len(posts) == 2
    for post in posts:
        staffing.hire(post)
        staffing.assign(post, "round_robin")
    waiting = [Story(story.office) for _ in range(24)]
    for one in waiting:
        one.receive()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.accept(), waiting))
    assert all(item.officer_id for one in waiting for item in one.items())
    assert staffing.faults() == ()


def test_a_clerk_may_not_receive_their_own_or_a_relatives_application(module_story: Story, staffing: Staffing) -> None:
    counter = staffing.post_id("街道综合窗口", "street")
    own: Actor = staffing.hire(counter, identity=APPLICANT)
    staffing.relative(staffing.officer_id("window"), APPLICANT)
    for name in (own.name, "window"):
        with pytest.raises(ActionNotAllowed, match="其他窗口人员") as refused:
            module_story.receive(by=name)
        assert refused.value.detail["rule"] == "conflict_of_interest"
    staffing.reset()
    assert module_story.receive()["outcome"] == "received"


def test_a_leave_that_is_over_or_not_yet_begun_leaves_the_work_where_it_falls(
    module_story: Story, staffing: Staffing, review: int
) -> None:
    deputy = staffing.hire()
    staffing.assign(review, "least_loaded")
    for name in ("street", "s0101"):
        staffing.leave(staffing.officer_id(name), deputy.officer_id, days=(date(2026, 2, 1), date(2026, 3, 1)))
        staffing.leave(staffing.officer_id(name), deputy.officer_id, days=(date(2026, 3, 3), date(2026, 3, 9)))
    assert opinion_of(module_story).officer_id in {staffing.officer_id("street"), staffing.officer_id("s0101")}
