"""Acceptance (受理): the clocks start, and nothing is accepted with a gap."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.clock import local_date
from engine.commands.accept_case import AcceptCase, accept_case
from engine.errors import ActionNotAllowed, NotFound, NotPermitted, StaleVersion
from tests.story import Story


def test_acceptance_starts_the_promised_and_the_statutory_clock(story: Story) -> None:
    story.receive()
    answer = story.accept()
    assert answer["status"] == "in_process"
    assert local_date(answer["promised_due_at"]).isoformat() == "2026-03-30"
    assert local_date(answer["statutory_due_at"]).isoformat() == "2026-04-14"
    assert story.open_nodes() == ["joint_check", "joint_check"]


def test_acceptance_is_told_to_the_applicant_and_written_as_a_notice(story: Story) -> None:
    story.receive()
    answer = story.accept()
    assert [row.kind for row in story.rows("SELECT * FROM outbox WHERE case_id = :case")] == ["case_accepted"]
    assert story.rows("SELECT number FROM notices WHERE case_id = :case")[0].number == answer["notice"]


def test_a_case_with_a_required_document_missing_is_not_accepted(story: Story) -> None:
    story.receive(documents={"identity_card": "paper"})
    with pytest.raises(ActionNotAllowed, match="还缺1份必要材料：收入说明") as refused:
        story.accept()
    assert refused.value.detail["missing"] == ["收入说明"]


def test_an_unmet_condition_stops_acceptance_until_the_applicant_insists(story: Story) -> None:
    story.receive()
    with story.office.database.begin() as connection:
        connection.execute(
            text(
                "UPDATE case_states SET facts = jsonb_set(facts, '{household,income_per_capita}', '9000')"
                " WHERE case_id = :case"
            ),
            {"case": story.case_id},
        )
    with pytest.raises(ActionNotAllowed, match="不符合") as refused:
        story.accept()
    assert refused.value.detail["unmet"] == ["家庭月人均收入不低于本市低保标准"]
    assert story.accept(insist_reason="本人坚持申请")["status"] == "in_process"
    assert "insisted" in story.events()[-1].payload
    assert "本人坚持申请" not in str(story.events()[-1].payload)


def test_nobody_accepts_on_another_windows_post(story: Story) -> None:
    story.receive()
    with pytest.raises(NotPermitted):
        accept_case(story.office, story.actor("street"), AcceptCase(work_item_id=story.item("acceptance").id))


def test_a_case_is_accepted_once(story: Story) -> None:
    story.receive()
    item = story.item("acceptance")
    story.accept()
    with pytest.raises(ActionNotAllowed):
        accept_case(story.office, story.actor("window"), AcceptCase(work_item_id=item.id))
    with pytest.raises(StaleVersion):
        accept_case(story.office, story.actor("window"), AcceptCase(work_item_id=item.id, version=item.version))


def test_a_work_item_that_does_not_exist_is_not_found(story: Story) -> None:
    with pytest.raises(NotFound):
        accept_case(story.office, story.actor("window"), AcceptCase(work_item_id=10**12))
