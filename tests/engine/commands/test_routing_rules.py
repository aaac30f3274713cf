"""A step finds its post by the rules in force, and the event says why it went there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.commands.staffing import TODAY, Staffing
from tests.story import Story

COMMUNITY, DISTRICT = "990101001001", "990101000000"


def opened(story: Story, node: str) -> dict:
    """What the last event that opened this step says of it."""
    lines = [line for event in story.events() for line in event.payload.get("opened", ()) if line["node"] == node]
    assert lines
    return lines[-1]


@pytest.fixture
def story(module_story: Story) -> Story:
    module_story.receive()
    return module_story


def to_opinion(story: Story) -> None:
    story.accept()
    for node in ("joint_check", "joint_check"):
        story.complete(node)


def test_without_a_rule_the_department_nearest_is_found_and_the_event_says_so(story: Story) -> None:
    to_opinion(story)
    assert opened(story, "acceptance")["why"] == "counter"
    assert opened(story, "joint_check")["why"] == "department"
    assert opened(story, "opinion")["why"] == "nearest"


def test_a_rule_sends_the_decisions_of_an_item_to_another_post(story: Story, staffing: Staffing) -> None:
    elsewhere = staffing.post_id("区县审批岗", "d02-civil_affairs")
    item = story.case().item_id
    made = staffing.rule(elsewhere, "district", DISTRICT, item_id=item, stage="decide")
    to_opinion(story)
    for node in ("opinion", "publicity"):
        story.complete(node)
    line = opened(story, "district_decision")
    assert (line["post"], line["why"], line["rule"]) == (elsewhere, "rule", made)
    story.complete("district_decision")
    assert staffing.faults() == ()


@pytest.mark.parametrize(
    "made_for",
    [
        {"valid_from": TODAY + timedelta(days=1)},
        {"valid_from": TODAY - timedelta(days=9), "valid_to": TODAY - timedelta(days=1)},
        {"department": "housing"},
        {"stage": "decide"},
    ],
    ids=["not yet", "no longer", "another department", "another stage"],
)
def test_a_rule_that_does_not_fit_changes_nothing(story: Story, staffing: Staffing, made_for: dict) -> None:
    staffing.rule(staffing.post_id("街道审核岗", "s0201"), "street", DISTRICT, **made_for)
    to_opinion(story)
    assert opened(story, "opinion")["why"] == "nearest"


def test_a_rule_for_another_community_changes_nothing(story: Story, staffing: Staffing) -> None:
    staffing.rule(staffing.post_id("街道审核岗", "s0201"), "street", "990102001001")
    to_opinion(story)
    assert opened(story, "opinion")["why"] == "nearest"


def test_a_rule_may_name_the_officer_and_a_post_that_is_closed_is_passed_over(story: Story, staffing: Staffing) -> None:
    street = staffing.post_id("街道审核岗", "street")
    closed = staffing.post_id("街道审核岗", "s0201")
    staffing.rule(street, "street", DISTRICT, officer_id=staffing.officer_id("s0101"))
    staffing.rule(closed, "street", COMMUNITY)
    staffing.run("UPDATE posts SET active = false WHERE id = :post", post=closed)
    to_opinion(story)
    staffing.run("UPDATE posts SET active = true WHERE id = :post", post=closed)
    line = opened(story, "opinion")
    assert (line["post"], line["officer"]) == (street, staffing.officer_id("s0101"))
    assert story.item("opinion").status == "claimed"
    assert staffing.faults() == ()
