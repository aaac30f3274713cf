"""A step done (办理): its decision, its answers, its post, and where the case goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.errors import ActionNotAllowed, FormInvalid, NotPermitted
from tests.story import Story


def accepted(story: Story) -> Story:
    story.receive()
    story.accept()
    return story


@pytest.mark.parametrize("given", ["", "perhaps"])
def test_a_step_with_buttons_needs_one_of_them(story: Story, given: str) -> None:
    accepted(story)
    with pytest.raises(FormInvalid, match="无异常（agree）"):
        story.complete("joint_check", given)


def test_a_step_without_buttons_takes_no_decision(story: Story) -> None:
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    with pytest.raises(FormInvalid):
        story.complete("publicity", "agree")


@pytest.mark.parametrize("answers", [{}, {"monthly_amount": 6000}, {"monthly_amount": "很多"}])
def test_the_answers_of_a_step_are_checked(story: Story, answers: dict[str, object]) -> None:
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    with pytest.raises(FormInvalid) as refused:
        story.complete("opinion", answers=answers)
    assert "monthly_amount" in refused.value.detail["errors"]
    assert "opinion" in story.open_nodes()


def test_a_foreign_post_is_refused(story: Story) -> None:
    accepted(story)
    item = story.item("joint_check")
    with pytest.raises(NotPermitted):
        complete_work_item(
            story.office, story.actor("window"), CompleteWorkItem(work_item_id=item.id, decision="agree")
        )


def test_the_acceptance_step_is_not_completed_like_any_other(story: Story) -> None:
    story.receive()
    with pytest.raises(ActionNotAllowed):
        story.complete("acceptance", "accept")


def test_one_objection_among_the_departments_sends_somebody_to_the_house(story: Story) -> None:
    accepted(story)
    story.complete("joint_check", "agree")
    story.complete("joint_check", "disagree")
    assert story.open_nodes() == ["visit"]


def test_the_decision_ends_the_main_clock_and_is_announced(story: Story) -> None:
    story.to_decision()
    answer = story.complete("district_decision", "refuse", opinion="收入超过标准")
    case = story.case()
    assert (case.status, case.result, case.decided_at) == ("closed", "refused", story.office.clock.now())
    assert answer["notice"].endswith("号")
    kinds = [row.kind for row in story.rows("SELECT kind FROM outbox WHERE case_id = :case ORDER BY id")]
    assert kinds[-1] == "case_decided"


def test_a_case_sent_back_opens_the_earlier_step_anew(story: Story) -> None:
    story.to_decision().complete("district_decision", "back")
    assert story.open_nodes() == ["visit"]
    assert story.case().result is None


def test_a_late_decision_raises_its_card_even_before_the_sweep_came_by(story: Story) -> None:
    story.to_decision()
    story.office.clock.advance(timedelta(days=60))  # type: ignore[attr-defined]
    story.complete("district_decision", "refuse")
    assert story.case().card == "red"
    assert story.kinds()[-1] == "card_changed"
    told = story.rows("SELECT receiver, kind FROM outbox WHERE case_id = :case ORDER BY id")
    assert ("supervision", "card_changed") in [tuple(row) for row in told]


def test_an_opinion_is_kept_encrypted(story: Story) -> None:
    accepted(story)
    story.complete("joint_check", opinion="邻居反映其有存款")
    assert "存款" not in str(story.events()[-1].payload)
    parts = story.rows("SELECT body_cipher FROM case_personal WHERE case_id = :case AND part LIKE 'step:%'")
    assert [story.office.sealer.decrypt_json(row.body_cipher)["opinion"] for row in parts] == ["邻居反映其有存款"]
