"""Joint review (联办): departments side by side, each with its own limit, and an ending for those that do not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from api.bootstrap import Parts, build_office
from api.jobs import sweep_timers
from api.settings import Settings
from engine.clock import FixedClock, local_date
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.definitions.bundle import ItemBundle
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.case_check import check_all_cases
from tests.conftest import MONDAY
from tests.story import DOCUMENTS, Story, example_as, publish

KEY = "mz-921-joint-review"
BOTH = 'yimen:departments="public_security market_regulation"'


def jointly(ending: str, departments: str = "public_security:3 market_regulation") -> ItemBundle:
    """The example whose joint check gives the police three working days and everybody else five."""
    return example_as("MZ-921", KEY, {BOTH: f'yimen:departments="{departments}" yimen:noAnswer="{ending}"'})


@pytest.fixture(scope="module")
def office(_copy: Callable[[str], Settings]) -> Iterator[Office]:
    office = build_office(_copy("joint_review"), clock=FixedClock(MONDAY), pool_size=8)
    publish(office, jointly("no_answer"))
    yield office
    office.database.dispose()


@pytest.fixture
def story(office: Office) -> Story:
    story = Story(replace(office, clock=FixedClock(MONDAY)))
    story.receive(item=KEY, documents=DOCUMENTS)
    story.accept()
    return story


def joint_steps(story: Story) -> list[Any]:
    return story.rows("SELECT * FROM steps WHERE case_id = :case AND node_id = 'joint_check' ORDER BY instance")


def lapse(story: Story, shared_settings: Settings) -> None:
    sweep_timers(Parts(shared_settings, story.office, None))


def test_each_department_has_its_own_limit(story: Story) -> None:
    police, market = joint_steps(story)
    assert local_date(police.due_at) == date(2026, 3, 5)
    assert local_date(market.due_at) == date(2026, 3, 9)


def test_a_department_that_does_not_answer_is_recorded_and_the_other_still_has_its_time(
    story: Story, shared_settings: Settings
) -> None:
    story.office.clock.at = MONDAY + timedelta(days=4)  # type: ignore[attr-defined]
    lapse(story, shared_settings)
    police, market = joint_steps(story)
    assert (police.status, police.decision) == ("done", "no_answer")
    assert market.status == "open"
    assert story.rows("SELECT status FROM work_items WHERE case_id = :case AND token = :t", t=police.token)[0][0] == (
        "cancelled"
    )
    assert "step_lapsed" in story.kinds()


def test_the_case_goes_on_when_the_last_department_is_silent_too(story: Story, shared_settings: Settings) -> None:
    story.office.clock.at = MONDAY + timedelta(days=8)  # type: ignore[attr-defined]
    lapse(story, shared_settings)
    assert "joint_check" not in story.open_nodes()
    assert story.open_nodes() == ["opinion", "publicity"]


def test_an_answer_in_time_stops_the_lapse(story: Story, shared_settings: Settings) -> None:
    story.complete("joint_check", "disagree")
    story.office.clock.at = MONDAY + timedelta(days=8)  # type: ignore[attr-defined]
    lapse(story, shared_settings)
    police, market = joint_steps(story)
    assert (police.decision, market.decision) == ("disagree", "no_answer")
    assert story.open_nodes() == ["visit"]


def test_silence_may_count_as_consent(office: Office, shared_settings: Settings) -> None:
    consenting = example_as("MZ-922", "mz-922-consent", {BOTH: f'{BOTH} yimen:noAnswer="agree"'})
    publish(office, consenting)
    story = Story(replace(office, clock=FixedClock(MONDAY)))
    story.receive(item="mz-922-consent", documents=DOCUMENTS)
    story.accept()
    story.office.clock.at = MONDAY + timedelta(days=9)  # type: ignore[attr-defined]
    lapse(story, shared_settings)
    assert [step.decision for step in joint_steps(story)] == ["agree", "agree"]


def test_two_departments_that_answer_at_the_same_instant_both_count_and_the_step_ends_once(story: Story) -> None:
    items = story.rows(
        "SELECT w.id, w.post_id FROM work_items w JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
        " WHERE w.case_id = :case AND s.node_id = 'joint_check' ORDER BY w.id"
    )
    gate = threading.Barrier(len(items))

    def answer(item: Any) -> None:
        holder = story.holder(item)
        gate.wait()
        complete_work_item(story.office, holder, CompleteWorkItem(work_item_id=item.id, decision="agree"))

    with ThreadPoolExecutor(len(items)) as pool:
        for done in [pool.submit(answer, item) for item in items]:
            done.result()
    assert [step.decision for step in joint_steps(story)] == ["agree", "agree"]
    assert story.open_nodes() == ["opinion", "publicity"]


def test_the_events_tell_the_same_story_as_the_rows(story: Story, shared_settings: Settings) -> None:
    story.office.clock.at = MONDAY + timedelta(days=8)  # type: ignore[attr-defined]
    lapse(story, shared_settings)
    sequence_events(story.office, SYSTEM, SequenceEvents())
    report = check_all_cases(story.office, grace=timedelta(days=365))
    assert [str(f) for f in report.faults if f.case == story.number] == []
