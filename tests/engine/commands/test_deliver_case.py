"""Delivery (送达): who received the result, how and when; then the case is closed."""

from __future__ import annotations

import pytest

from engine.errors import ActionNotAllowed, FormInvalid
from tests.story import Story


def test_a_delivered_case_is_closed_as_granted(story: Story) -> None:
    story.to_end()
    case = story.case()
    assert (case.status, case.result) == ("closed", "granted")
    assert case.delivered_at == case.closed_at == story.office.clock.now()
    assert story.items() == []


@pytest.mark.parametrize("gap", [{"recipient": " "}, {"mode": "pigeon"}])
def test_delivery_needs_a_recipient_and_a_way(story: Story, gap: dict[str, str]) -> None:
    story.to_certificate().issue()
    with pytest.raises(FormInvalid):
        story.deliver(**gap)


def test_the_delivery_step_is_not_completed_like_any_other(story: Story) -> None:
    story.to_certificate().issue()
    with pytest.raises(ActionNotAllowed, match="专门的操作"):
        story.complete("deliver")


def test_the_recipient_is_not_readable_in_the_event(story: Story) -> None:
    story.to_certificate().issue()
    story.deliver(recipient="代领人李四")
    assert "李四" not in str([event.payload for event in story.events()])
