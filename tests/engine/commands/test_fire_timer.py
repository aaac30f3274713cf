"""Timers (定时到期): rows that ring once, at the first instant after their days, and only for an open step."""

from __future__ import annotations

from datetime import timedelta

from api.bootstrap import Parts
from api.jobs import sweep_timers
from api.settings import Settings
from engine.clock import local_instant
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.policy.actors import SYSTEM
from tests.story import Story


def timer(story: Story):  # type: ignore[no-untyped-def]
    return story.rows("SELECT * FROM timers WHERE case_id = :case")[-1]


def fire(story: Story) -> bool:
    request = FireTimer(case_id=story.case_id, token=timer(story).token)
    return bool(fire_timer(story.office, SYSTEM, request)["fired"])


def test_a_timer_rings_at_the_first_instant_after_its_working_days(story: Story) -> None:
    story.to_decision()
    assert timer(story).due_at == local_instant(story.office.clock.now().date() + timedelta(days=4))


def test_a_timer_that_is_not_due_does_not_ring(story: Story) -> None:
    story.to_decision()
    assert not fire(story)
    assert "timer_fired" not in story.kinds()


def test_a_due_timer_opens_what_the_process_draws_and_leaves_the_step_open(story: Story) -> None:
    story.to_decision()
    story.office.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    assert fire(story)
    assert story.open_nodes() == ["district_decision", "urge"]


def test_a_timer_rings_once(story: Story) -> None:
    story.to_decision()
    story.office.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    assert [fire(story), fire(story)] == [True, False]


def test_a_timer_of_a_finished_step_is_cancelled(story: Story) -> None:
    story.to_certificate()
    story.office.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    assert timer(story).cancelled_at is not None
    assert not fire(story)


def test_the_sweep_fires_what_is_due(own_story: Story, test_settings: Settings) -> None:
    own_story.to_decision()
    own_story.office.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    assert sweep_timers(Parts(test_settings, own_story.office, None)) == 1
    assert sweep_timers(Parts(test_settings, own_story.office, None)) == 0
    own_story.run_service("urge")
    assert own_story.open_nodes() == ["district_decision"]
    assert own_story.kinds()[-1] == "service_run"
