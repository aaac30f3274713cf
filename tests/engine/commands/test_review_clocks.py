"""The sweep of the clocks: yellow when near, red when past, and applications not corrected in time are closed."""

from __future__ import annotations

from datetime import timedelta

from api.bootstrap import Parts
from api.jobs import sweep_clocks
from api.settings import Settings
from engine.clock import local_instant
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.policy.actors import SYSTEM
from engine.queries.due_work import cases_to_review
from tests.story import Story


def look(story: Story) -> str:
    return str(review_clocks(story.office, SYSTEM, ReviewClocks(case_id=story.case_id))["card"])


def accepted(story: Story) -> Story:
    story.receive()
    story.accept()
    return story


def test_a_promised_clock_turns_yellow_when_near_and_red_when_past(story: Story) -> None:
    """Twenty working days promised: near from the last four, that is from Tuesday 24 March on."""
    accepted(story)
    clock = story.office.clock
    seen = []
    for day in (23, 24, 30, 31):
        clock.at = local_instant(clock.now().date().replace(day=day), 9)  # type: ignore[attr-defined]
        seen.append(look(story))
    assert seen == ["none", "yellow", "yellow", "red"]
    assert [event.payload["to"] for event in story.events() if event.kind == "card_changed"] == ["yellow", "red"]


def test_a_card_that_changed_is_told_to_supervision_once(story: Story) -> None:
    accepted(story)
    story.office.clock.advance(timedelta(days=60))  # type: ignore[attr-defined]
    look(story)
    look(story)
    told = story.rows(
        "SELECT * FROM outbox WHERE case_id = :case AND receiver = 'supervision' AND kind = 'card_changed'"
    )
    assert [row.payload["card"] for row in told] == ["red"]


def test_a_yellow_card_is_not_raised_while_the_clock_stands(story: Story) -> None:
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    story.office.clock.advance(timedelta(days=60))  # type: ignore[attr-defined]
    assert look(story) == "none"


def test_the_sweep_looks_at_a_case_when_its_card_may_change_and_not_before(own_story: Story) -> None:
    accepted(own_story)
    case = own_story.case()
    own_story.office.clock.at = case.card_check_at - timedelta(seconds=1)  # type: ignore[attr-defined]
    assert cases_to_review(own_story.office, 10) == []
    own_story.office.clock.at = case.card_check_at  # type: ignore[attr-defined]
    assert cases_to_review(own_story.office, 10) == [own_story.case_id]
    look(own_story)
    assert cases_to_review(own_story.office, 10) == []


def test_an_application_not_corrected_in_time_is_closed_by_the_sweep(own_story: Story, test_settings: Settings) -> None:
    parts = Parts(test_settings, own_story.office, None)
    own_story.receive(documents={"identity_card": "paper"})
    wanted = RequestCorrection(work_item_id=own_story.item("acceptance").id)
    request_correction(own_story.office, own_story.actor("window"), wanted)
    due_at = own_story.case().correction_due_at
    own_story.office.clock.at = due_at  # type: ignore[attr-defined]
    assert sweep_clocks(parts) == 0
    assert own_story.case().status == "correction"
    own_story.office.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    assert sweep_clocks(parts) == 1
    case = own_story.case()
    assert (case.status, case.result, case.card_check_at) == ("closed", "correction_expired", None)
    assert own_story.items() == []
    assert sweep_clocks(parts) == 0
