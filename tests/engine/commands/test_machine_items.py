"""The machine lane: leased to one worker at a time, retried with growing pauses, an incident when it keeps failing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.commands.fire_timer import FireTimer, fire_timer
from engine.commands.machine_items import (
    LEASE,
    LeaseMachineItem,
    PostponeMachineItem,
    RunService,
    lease_machine_item,
    postpone_machine_item,
    run_service,
)
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.due_work import waiting_receivers
from engine.records.work import MOST_MACHINE_ATTEMPTS
from tests.story import Story


def lease(office: Office) -> dict[str, Any]:
    return lease_machine_item(office, SYSTEM, LeaseMachineItem())


def fails(office: Office, leased: dict[str, Any]) -> dict[str, Any]:
    failure = PostponeMachineItem(
        work_item_id=leased["work_item_id"], attempts=leased["attempts"], error="SealUnavailable"
    )
    return postpone_machine_item(office, SYSTEM, failure)


def test_a_leased_item_is_given_to_no_second_worker_until_the_lease_is_over(own_story: Story) -> None:
    office = own_story.to_certificate().office
    first = lease(office)
    assert first["service"] == "issue_certificate"
    assert lease(office) == {}
    office.clock.advance(LEASE)  # type: ignore[attr-defined]
    assert lease(office)["work_item_id"] == first["work_item_id"]


def test_pauses_grow_and_the_fourth_failure_shows_as_an_incident(own_story: Story) -> None:
    office = own_story.to_certificate().office
    pauses, states = [], []
    for _ in range(4):
        answer = fails(office, lease(office))
        pauses.append((answer["until"] - office.clock.now()).total_seconds())
        states.append(answer["status"])
        office.clock.at = answer["until"]  # type: ignore[attr-defined]
    assert pauses == [8, 16, 32, 64]
    assert states == ["open", "open", "open", "incident"]
    assert own_story.item("seal").last_error == "SealUnavailable"


def test_an_item_that_failed_too_often_wakes_nobody_any_more(own_story: Story) -> None:
    office = own_story.to_certificate().office
    for _ in range(MOST_MACHINE_ATTEMPTS):
        assert "machine" in waiting_receivers(office)
        fails(office, lease(office))
        office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    assert lease(office) == {}
    assert "machine" not in waiting_receivers(office)
    assert own_story.item("seal").status == "incident"


def test_a_late_failure_does_not_reopen_what_another_worker_finished(own_story: Story) -> None:
    office = own_story.to_certificate().office
    slow = lease(office)
    office.clock.advance(LEASE)  # type: ignore[attr-defined]
    lease(office)
    own_story.issue()
    assert fails(office, slow) == {}
    assert own_story.open_nodes() == ["deliver"]


def test_a_late_failure_does_not_end_the_lease_of_the_next_worker(own_story: Story) -> None:
    office = own_story.to_certificate().office
    slow = lease(office)
    office.clock.advance(LEASE)  # type: ignore[attr-defined]
    assert lease(office)
    assert fails(office, slow) == {}
    assert lease(office) == {}


def test_a_service_run_twice_is_done_once(own_story: Story) -> None:
    own_story.to_decision()
    own_story.office.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    token = own_story.rows("SELECT token FROM timers WHERE case_id = :case")[0].token
    fire_timer(own_story.office, SYSTEM, FireTimer(case_id=own_story.case_id, token=token))
    item = own_story.item("urge")
    for _ in range(2):
        run_service(own_story.office, SYSTEM, RunService(work_item_id=item.id, service="notify"))
    assert own_story.kinds().count("service_run") == 1
