"""Cards are issued by the sweep, once each; explained, ruled on, rectified and closed by whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_instant
from engine.commands.close_card import CloseCard, close_card
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.explain_card import ExplainCard, explain_card
from engine.commands.notify_card import NotifyCard, notify_card
from engine.commands.rectify_card import RectifyCard, rectify_card
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.commands.rule_on_card import RuleOnCard, rule_on_card
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.policy.actors import SYSTEM, Actor
from engine.queries.due_work import cases_to_review
from tests.story import Story

Actors = Callable[[str], Actor]


def sweep(story: Story) -> None:
    review_clocks(story.office, SYSTEM, ReviewClocks(case_id=story.case_id))


def later(story: Story, days: int) -> None:
    story.office.clock.advance(timedelta(days=days))  # type: ignore[attr-defined]


def cards(story: Story) -> list[Any]:
    return story.rows("SELECT * FROM cards WHERE case_id = :case ORDER BY id")


def card(story: Story, rule: str) -> Any:
    (found,) = [row for row in cards(story) if row.rule == rule]
    return found


@pytest.fixture
def late(story: Story) -> Story:
    """Accepted, its joint check forgotten: past the promised limit and not yet past the statutory one."""
    story.receive()
    story.accept()
    later(story, 31)
    sweep(story)
    return story


@pytest.fixture
def supervisor(late: Story) -> Actor:
    return late.actor("supervisor")


@pytest.fixture
def holder(late: Story) -> Actor:
    """An officer of the post that the card was issued to."""
    post_id = card(late, "T05").post_id
    return late.holder(next(item for item in late.items() if item.post_id == post_id))


def test_a_case_past_its_promised_limit_gets_its_yellow_card_with_number_holder_notice_and_messages(
    late: Story,
) -> None:
    found = card(late, "T05")
    item = late.item("joint_check")
    assert (found.signal, found.token, found.region_code) == ("yellow", "", late.case().home_region)
    assert (found.post_id, found.organisation_id is not None) == (item.post_id, True)
    assert found.number.startswith("市政府黄〔2026〕")
    notice = late.rows(
        "SELECT * FROM notices WHERE case_id = :case AND kind = 'card_notice' AND number = :n", n=found.number
    )
    frozen = late.office.sealer.decrypt_json(notice[0].facts_cipher)
    assert frozen["signal"] == "黄牌"
    assert not any("王秀英" in str(value) or "9901011974" in str(value) for value in frozen.values())
    told = late.rows("SELECT receiver, payload FROM outbox WHERE case_id = :case AND kind = 'card_issued'")
    assert {row.receiver for row in told if row.payload["card"] == found.number} == {"officer", "supervision"}


def test_looking_again_issues_nothing_twice(late: Story) -> None:
    before = [row.id for row in cards(late)]
    sweep(late)
    sweep(late)
    assert [row.id for row in cards(late)] == before
    assert late.faults() == []


def test_the_sweep_is_planned_for_the_next_instant_of_any_rule(story: Story) -> None:
    story.receive()
    story.accept()
    step = story.rows("SELECT min(due_at) AS due_at FROM steps WHERE case_id = :case AND status = 'open'")[0]
    assert story.case().card_check_at == step.due_at + timedelta(seconds=1)


def test_a_warning_ends_by_itself_when_the_case_is_decided(story: Story) -> None:
    story.to_decision()
    story.office.clock.at = local_instant(story.case().promised_due_at.date(), 9)  # type: ignore[attr-defined]
    sweep(story)
    assert card(story, "T01").status in ("issued", "notified")
    story.complete("district_decision")
    assert story.case().card_check_at == story.office.clock.now()
    sweep(story)
    warning = card(story, "T01")
    assert (warning.status, warning.answer_due_at) == ("closed", None)
    assert story.faults() == []


def test_a_yellow_card_without_an_answer_turns_red_after_three_working_days(late: Story) -> None:
    yellow = card(late, "T05")
    later(late, 7)
    sweep(late)
    red = next(row for row in cards(late) if row.token == f"card:{yellow.id}")
    assert (red.rule, red.signal, red.post_id) == ("T07", "red", yellow.post_id)
    yellow = card(late, "T05")
    assert (yellow.status, yellow.replaced_by) == ("replaced", red.id)
    assert late.faults() == []


def test_the_life_of_a_card_from_issue_to_close(late: Story, holder: Actor, supervisor: Actor) -> None:
    office, found = late.office, card(late, "T05")
    notify_card(office, holder, NotifyCard(card_id=found.id))
    explain_card(office, holder, ExplainCard(card_id=found.id, text="材料由外地寄送，途中延误"))
    rule_on_card(office, supervisor, RuleOnCard(card_id=found.id, ruling="upheld", reason="应当事先申请延期"))
    rectify_card(office, holder, RectifyCard(card_id=found.id, text="已补办，今后按期"))
    close_card(office, supervisor, CloseCard(card_id=found.id))
    found = card(late, "T05")
    assert found.status == "closed"
    assert None not in (found.notified_at, found.explained_at, found.ruled_at, found.rectified_at, found.closed_at)
    assert [
        kind for kind in late.kinds() if kind.startswith("card_") and kind not in ("card_changed", "card_issued")
    ] == [
        "card_notified",
        "card_explained",
        "card_ruled",
        "card_rectified",
        "card_closed",
    ]
    assert "途中延误" not in str([event.payload for event in late.events()])
    assert late.office.sealer.decrypt_json(found.explanation_cipher)["text"] == "材料由外地寄送，途中延误"
    assert late.faults() == []


def test_an_explained_card_does_not_turn_red_and_a_revoked_one_is_never_issued_again(
    late: Story, holder: Actor, supervisor: Actor
) -> None:
    found = card(late, "T05")
    explain_card(late.office, holder, ExplainCard(card_id=found.id, text="停电三天"))
    rule_on_card(late.office, supervisor, RuleOnCard(card_id=found.id, ruling="revoked", reason="情况属实"))
    later(late, 10)
    sweep(late)
    assert card(late, "T05").status == "revoked"
    assert not [row for row in cards(late) if row.token == f"card:{found.id}"]
    assert late.faults() == []


def test_a_red_card_goes_to_the_post_that_left_the_yellow_one_unanswered(story: Story) -> None:
    """Two bodies are late at once: each gets its own yellow card, and later its own red one."""
    story.receive()
    story.accept()
    story.wait(14)
    posts = {row.id: row.post_id for row in cards(story) if row.rule == "T04"}
    assert len(set(posts.values())) == 2
    escalated = {int(row.token.removeprefix("card:")): row.post_id for row in cards(story) if row.rule == "T07"}
    assert escalated == posts
    assert story.faults() == []


def refused(rule: str, error: type[Exception], call: Callable[[], object]) -> None:
    with pytest.raises(error) as told:
        call()
    assert told.value.detail["rule"] == rule  # type: ignore[attr-defined]


def test_every_verb_is_refused_out_of_turn_with_its_rule(late: Story, holder: Actor, supervisor: Actor) -> None:
    office, key = late.office, card(late, "T05").id
    ruling = RuleOnCard(card_id=key, ruling="upheld", reason="属实")
    refused("answer_pending", ActionNotAllowed, lambda: rule_on_card(office, supervisor, ruling))
    refused("status", ActionNotAllowed, lambda: rectify_card(office, holder, RectifyCard(card_id=key, text="已改")))
    refused("status", ActionNotAllowed, lambda: close_card(office, supervisor, CloseCard(card_id=key)))
    refused("rights", NotPermitted, lambda: explain_card(office, supervisor, ExplainCard(card_id=key, text="我来说")))
    refused("rights", NotPermitted, lambda: rule_on_card(office, holder, ruling))
    both = replace(supervisor, officer_id=holder.officer_id, posts=(*supervisor.posts, *holder.posts))
    explain_card(office, holder, ExplainCard(card_id=key, text="说明"))
    refused("own_card", NotPermitted, lambda: rule_on_card(office, both, ruling))
    refused("status", ActionNotAllowed, lambda: explain_card(office, holder, ExplainCard(card_id=key, text="再说")))


def test_silence_until_the_date_can_no_longer_be_explained_but_ruled_on(
    late: Story, holder: Actor, supervisor: Actor
) -> None:
    office, key = late.office, card(late, "T05").id
    later(late, 7)
    refused(
        "answer_lapsed", ActionNotAllowed, lambda: explain_card(office, holder, ExplainCard(card_id=key, text="迟"))
    )
    rule_on_card(office, supervisor, RuleOnCard(card_id=key, ruling="upheld", reason="逾期未说明"))
    assert card(late, "T05").status == "upheld"


def test_a_card_does_not_exist_for_those_it_does_not_concern(late: Story) -> None:
    key = card(late, "T05").id
    for name in ("policy", "auditor", "c020203"):
        with pytest.raises(NotFound):
            explain_card(late.office, late.actor(name), ExplainCard(card_id=key, text="无关"))
    with pytest.raises(NotFound):
        close_card(late.office, late.actor("supervisor"), CloseCard(card_id=10**9))


def test_texts_are_required(late: Story, holder: Actor, supervisor: Actor) -> None:
    key = card(late, "T05").id
    for call in (
        lambda: explain_card(late.office, holder, ExplainCard(card_id=key, text=" ")),
        lambda: rule_on_card(late.office, supervisor, RuleOnCard(card_id=key, ruling="upheld", reason="")),
        lambda: rule_on_card(late.office, supervisor, RuleOnCard(card_id=key, ruling="forgiven", reason="好")),
        lambda: rectify_card(late.office, holder, RectifyCard(card_id=key, text="")),
    ):
        with pytest.raises(FormInvalid):
            call()


def test_a_verb_of_a_clerk_never_puts_off_the_look_that_was_planned(late: Story) -> None:
    planned = late.case().card_check_at
    late.complete("joint_check")
    assert late.case().card_check_at <= planned
    later(late, 3)
    assert late.case_id in cases_to_review(late.office, 500)


def test_a_refusal_without_a_reason_is_found_at_once(story: Story) -> None:
    story.to_decision()
    item = story.item("district_decision")
    wanted = CompleteWorkItem(work_item_id=item.id, decision="refuse")
    complete_work_item(story.office, story.holder(item), wanted)
    assert story.case().card_check_at == story.office.clock.now()
    sweep(story)
    assert card(story, "P02").signal == "yellow"
    assert story.faults() == []
