"""A machine item that failed twelve times waits for a person, who has it tried again (人工重试)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands.machine_items import (
    LeaseMachineItem,
    PostponeMachineItem,
    lease_machine_item,
    postpone_machine_item,
)
from engine.commands.retry_machine_item import RetryMachineItem, retry_machine_item
from engine.errors import ActionNotAllowed, NotFound
from engine.policy.actors import SYSTEM
from engine.queries.due_work import waiting_receivers
from engine.records.work import MOST_MACHINE_ATTEMPTS
from tests.story import Story


def failing(story: Story, times: int, *, last_is_running: bool = False) -> int:
    """Id of the machine item after so many attempts."""
    office = story.to_certificate().office
    for attempt in range(1, times + 1):
        leased = lease_machine_item(office, SYSTEM, LeaseMachineItem())
        if attempt < times or not last_is_running:
            failure = PostponeMachineItem(work_item_id=leased["work_item_id"], attempts=leased["attempts"], error="X")
            postpone_machine_item(office, SYSTEM, failure)
            office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    found: int = story.item("seal").id
    return found


def retry(story: Story, item: int, by: str = "admin") -> None:
    retry_machine_item(story.office, story.actor(by), RetryMachineItem(work_item_id=item))


@pytest.mark.parametrize("by", ["admin", "supervisor"])
def test_the_item_is_due_at_once_as_if_never_tried_and_the_retry_is_audited(own_story: Story, by: str) -> None:
    item = failing(own_story, MOST_MACHINE_ATTEMPTS)
    assert "machine" not in waiting_receivers(own_story.office)
    retry(own_story, item, by)
    row = own_story.item("seal")
    assert (row.status, row.attempts, row.lease_until, row.last_error) == ("open", 0, None, "X")
    assert "machine" in waiting_receivers(own_story.office)
    audited = own_story.rows("SELECT * FROM audit_entries WHERE action = 'retry_machine_item'")
    assert [(e.object_id, e.officer_id) for e in audited] == [(str(item), own_story.actor(by).officer_id)]
    assert own_story.faults() == []
    own_story.issue()
    assert own_story.open_nodes() == ["deliver"]


@pytest.mark.parametrize("by", ["district", "window", "auditor"])
def test_others_do_not_find_it(own_story: Story, by: str) -> None:
    item = failing(own_story, MOST_MACHINE_ATTEMPTS)
    with pytest.raises(NotFound):
        retry(own_story, item, by)


def test_as_long_as_the_machine_tries_by_itself_nobody_interferes(own_story: Story) -> None:
    item = failing(own_story, MOST_MACHINE_ATTEMPTS, last_is_running=True)
    with pytest.raises(ActionNotAllowed) as refused:
        retry(own_story, item)
    assert refused.value.detail["rule"] == "not_failed"
    own_story.office.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    retry(own_story, item)  # the worker never came back


def test_what_is_done_is_not_tried_again(own_story: Story) -> None:
    item = own_story.to_certificate().item("seal").id
    own_story.issue()
    with pytest.raises(ActionNotAllowed):
        retry(own_story, item)


def test_a_persons_work_item_is_no_machine_item(own_story: Story) -> None:
    own_story.receive()
    with pytest.raises(NotFound):
        retry(own_story, own_story.item("acceptance").id)
