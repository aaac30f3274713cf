"""Many officers on one queue: nothing is done twice, nobody waits for ever, and the loser is told why."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bench.one_queue import work_one_queue
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.machine_items import LeaseMachineItem, lease_machine_item
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.errors import ActionNotAllowed, NotPermitted, StaleVersion
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.case_check import check_all_cases
from tests.story import Story, closing

OFFICERS, CASES = 10, 100


def test_ten_officers_on_one_queue_of_a_hundred_complete_none_twice(own_office: Office) -> None:
    items = [Story(own_office).receive()["work_items"][0] for _ in range(CASES)]
    window = Story(own_office).actor("window")
    lost: list[type[BaseException]] = []

    def officer(number: int) -> int:
        own, done = replace(window, officer_id=number + 1, name=f"窗口{number}"), 0
        for item in random.Random(number).sample(items, CASES):
            try:
                accept_case(own_office, own, AcceptCase(work_item_id=item, version=1))
                done += 1
            except (StaleVersion, ActionNotAllowed) as error:
                lost.append(type(error))
        return done

    with ThreadPoolExecutor(OFFICERS) as pool:
        done = list(pool.map(officer, range(OFFICERS)))
    assert sum(done) == CASES
    assert set(lost) == {StaleVersion}
    sequence_events(own_office, SYSTEM, SequenceEvents())
    own_office.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    assert check_all_cases(own_office).faults == ()


def test_ten_officers_who_claim_give_back_and_do_two_hundred_items_of_one_post_do_each_once(own_office: Office) -> None:
    """`bench.one_queue` does the same with a thousand."""
    window = Story(own_office).actor("window")
    items = sorted(Story(own_office).receive()["work_items"][0] for _ in range(2 * CASES))
    officers = [replace(window, officer_id=number + 1, name=f"窗口{number}") for number in range(OFFICERS)]

    def accept(officer: Actor, item: int) -> object:
        return accept_case(own_office, officer, AcceptCase(work_item_id=item))

    run = work_one_queue(own_office, officers, window.posts[0].id, accept)
    assert run.items == items
    assert sum(1 for own in run.done.values() if own) > 1, "more than one officer found work"
    sequence_events(own_office, SYSTEM, SequenceEvents())
    assert check_all_cases(own_office).faults == ()


def test_the_loser_of_a_race_sees_what_the_winner_made_of_the_case(own_story: Story) -> None:
    """The second officer waits for the first one's transaction and then decides by what it left, not by what was before."""
    own_story.receive()
    item, clerk = own_story.item("acceptance"), own_story.actor("window")
    told: list[BaseException] = []

    def second() -> None:
        with pytest.raises((ActionNotAllowed, StaleVersion)) as lost:
            accept_case(own_story.office, clerk, AcceptCase(work_item_id=item.id))
        told.append(lost.value)

    with own_story.office.unit_of_work() as first:
        row = first.work.lock_case_of(item.id)
        assert row is not None
        thread = threading.Thread(target=second)
        thread.start()
        _wait_for_a_waiter(own_story.office)
        first.work.move(closing(own_story.case_id, [item.token], own_story.office.clock.now(), item.id), [])
        first.connection.execute(text("UPDATE cases SET revision = revision + 1"))
    thread.join()
    assert [type(error) for error in told] == [ActionNotAllowed]


def test_the_second_of_two_instances_of_a_joint_step_goes_on_from_the_state_the_first_left(own_story: Story) -> None:
    """Both departments answer at the same moment: neither answer is lost, and the case moves on once."""
    for _ in range(5):
        story = Story(own_story.office)
        story.receive()
        story.accept()
        items = story.items()

        def answer(item: object, story: Story = story) -> None:
            done = CompleteWorkItem(work_item_id=item.id, decision="agree")  # type: ignore[attr-defined]
            complete_work_item(story.office, story.holder(item), done)  # type: ignore[arg-type]

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(answer, items))
        assert story.open_nodes() == ["opinion", "publicity"]


def test_claims_and_releases_in_parallel_leave_one_holder(own_story: Story) -> None:
    own_story.receive()
    item, clerk = own_story.item("acceptance"), own_story.actor("window")

    def officer(number: int) -> int:
        own, held = replace(clerk, officer_id=number + 1), 0
        for _ in range(10):
            try:
                claim_work_item(own_story.office, own, ClaimWorkItem(work_item_id=item.id))
                held += 1
                release_work_item(own_story.office, own, ClaimWorkItem(work_item_id=item.id))
            except (ActionNotAllowed, NotPermitted):
                continue
        return held

    with ThreadPoolExecutor(6) as pool:
        held = sum(pool.map(officer, range(6)))
    left = own_story.item("acceptance")
    assert (left.status, left.officer_id, left.version) == ("open", None, 1 + 2 * held)


def test_machine_items_are_leased_to_one_worker_each(own_office: Office) -> None:
    for _ in range(6):
        Story(own_office).to_certificate()
    with ThreadPoolExecutor(8) as pool:
        leased = list(pool.map(lambda _: lease_machine_item(own_office, SYSTEM, LeaseMachineItem()), range(12)))
    taken = [answer["work_item_id"] for answer in leased if answer]
    assert len(taken) == len(set(taken)) == 6


def _wait_for_a_waiter(office: Office) -> None:
    """Until some other session waits for a row lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while True:
        with office.database.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
