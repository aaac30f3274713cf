"""Claim and release (领取、退回待领): one holder per work item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.errors import ActionNotAllowed, NotPermitted, StaleVersion
from tests.story import Story


def test_a_claimed_work_item_belongs_to_one_officer_until_released(story: Story) -> None:
    story.receive()
    item, clerk = story.item("acceptance"), story.actor("window")
    colleague = replace(clerk, officer_id=2, name="同岗同事")
    claimed = claim_work_item(story.office, clerk, ClaimWorkItem(work_item_id=item.id, version=1))
    assert claimed["version"] == 2
    with pytest.raises(NotPermitted, match="领取"):
        release_work_item(story.office, colleague, ClaimWorkItem(work_item_id=item.id))
    with pytest.raises(ActionNotAllowed):
        claim_work_item(story.office, colleague, ClaimWorkItem(work_item_id=item.id))
    release_work_item(story.office, clerk, ClaimWorkItem(work_item_id=item.id, version=2))
    assert story.item("acceptance").officer_id is None
    assert claim_work_item(story.office, colleague, ClaimWorkItem(work_item_id=item.id))["status"] == "claimed"


def test_a_claim_on_an_outdated_view_is_refused(story: Story) -> None:
    story.receive()
    item, clerk = story.item("acceptance"), story.actor("window")
    claim_work_item(story.office, clerk, ClaimWorkItem(work_item_id=item.id, version=1))
    with pytest.raises(StaleVersion) as stale:
        release_work_item(story.office, clerk, ClaimWorkItem(work_item_id=item.id, version=1))
    assert stale.value.detail["current_version"] == 2


def test_nobody_claims_from_a_post_not_held(story: Story) -> None:
    story.receive()
    with pytest.raises(NotPermitted):
        claim_work_item(story.office, story.actor("street"), ClaimWorkItem(work_item_id=story.item("acceptance").id))
