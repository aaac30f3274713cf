"""Answers for repeated requests are kept for three days."""

from __future__ import annotations

from datetime import timedelta

from engine.commands.forget_answers import KEPT_FOR, ForgetAnswers, forget_answers
from engine.policy.actors import SYSTEM
from tests.story import Story


def test_an_answer_is_forgotten_after_three_days_and_not_before(own_story: Story) -> None:
    own_story.receive(key="old")
    own_story.office.clock.advance(KEPT_FOR)
    own_story.receive(key="new")
    assert forget_answers(own_story.office, SYSTEM, ForgetAnswers()) == {"forgotten": 0}
    own_story.office.clock.advance(timedelta(seconds=1))
    assert forget_answers(own_story.office, SYSTEM, ForgetAnswers()) == {"forgotten": 1}
    assert [row.key for row in own_story.rows("SELECT key FROM idempotency")] == ["new"]
