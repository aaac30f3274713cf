"""The clock of delivery (送达时限, R11): it starts with the decision, carries the light from then on, ends with delivery."""

from __future__ import annotations

from engine.clock import local_date
from engine.queries.case_file import case_file
from engine.queries.due_work import cases_to_review
from tests.story import Story, example_as, publish


def decided(story: Story) -> Story:
    """Granted and sealed on Monday 2 March 2026: ten working days to deliver."""
    story.to_certificate().issue()
    return story


def test_ten_working_days_from_the_decision(story: Story) -> None:
    decided(story)
    case = story.case()
    assert local_date(case.delivery_due_at).isoformat() == "2026-03-16"
    assert case.card == "none"
    assert case.card_check_at is not None
    assert story.faults() == []


def test_the_light_turns_yellow_when_delivery_is_near_and_stays_so_when_it_is_past(story: Story) -> None:
    """Near at two working days of ten: from Thursday 12 March on."""
    decided(story)
    seen = {day: story.at(3, day).review()["card"] for day in (11, 12, 16, 17)}
    assert seen == {11: "none", 12: "yellow", 16: "yellow", 17: "yellow"}
    assert story.faults() == []


def test_the_sweep_comes_back_to_a_decided_case(own_story: Story) -> None:
    decided(own_story).at(3, 11).review()
    assert cases_to_review(own_story.office, 10) == []
    own_story.at(3, 12)
    assert cases_to_review(own_story.office, 10) == [own_story.case_id]


def test_delivery_in_time_ends_the_clock(story: Story) -> None:
    decided(story).at(3, 13).review()
    story.deliver()
    case = story.case()
    assert (case.status, case.card) == ("closed", "none")
    assert story.faults() == []
    clocks = {c.kind.value: c for c in case_file(story.office, story.actor("window"), story.number).clocks}
    assert (clocks["delivery"].is_stopped, clocks["delivery"].is_overdue) == (True, False)


def test_a_late_delivery_stays_yellow(story: Story) -> None:
    decided(story).at(3, 20).deliver()
    case = story.case()
    assert (case.status, case.card) == ("closed", "yellow")
    assert story.faults() == []


def test_a_case_that_was_late_in_its_decision_stays_red(story: Story) -> None:
    story.to_decision().at(4, 30).complete("district_decision")
    story.at(5, 6).issue()
    story.at(6, 1).review()
    assert story.case().card == "red"
    assert story.faults() == []


def test_without_a_step_that_hands_over_nothing_there_is_no_clock_of_delivery(story: Story) -> None:
    publish(
        story.office,
        example_as("MZ-914", "mz-914-nothing-to-hand-over", {'yimen:stage="deliver"': 'yimen:stage="handle"'}),
    )
    story.receive(item="mz-914-nothing-to-hand-over")
    story.accept()
    for node in ("joint_check", "joint_check", "opinion", "publicity", "district_decision"):
        story.complete(node)
    case = story.case()
    assert case.delivery_due_at is None
    assert story.faults() == []
