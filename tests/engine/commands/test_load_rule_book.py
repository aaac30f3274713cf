"""Another edition of the rules: checked, in force at once, and every open case is looked at again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands.load_rule_book import LoadRuleBook, load_rule_book
from engine.errors import DefinitionInvalid, FormInvalid, NotPermitted
from engine.queries.due_work import cases_to_review
from engine.queries.rule_book_view import rule_book_text, rule_book_view
from tests.story import Story


def load(story: Story, content: bytes, *, by: str = "policy", reason: str = "云府办〔2026〕8号") -> dict[str, object]:
    return load_rule_book(story.office, story.actor(by), LoadRuleBook(content=content, reason=reason))


def test_new_thresholds_hold_at_once_for_the_light_and_for_the_cards(own_story: Story) -> None:
    own_story.receive()
    own_story.accept()
    own_story.wait(1)
    assert own_story.case().card == "none"
    text = rule_book_text(own_story.office)
    changed = text.replace(b"near_working_days: 1", b"near_working_days: 19").replace(b'"2026.1"', b'"2026.2"')
    assert load(own_story, changed)["status"] == "loaded"
    assert cases_to_review(own_story.office, 5) == [own_story.case_id]
    own_story.wait(0)
    assert own_story.case().card == "yellow"
    assert [row.rule for row in own_story.rows("SELECT rule FROM cards WHERE case_id = :case")] == ["T01"]
    assert rule_book_view(own_story.office, own_story.actor("supervisor")).version == "2026.2"
    assert load(own_story, changed)["status"] == "unchanged"


def test_only_policy_officers_load_rules_and_only_sound_ones_with_a_reason(own_story: Story) -> None:
    text = rule_book_text(own_story.office)
    with pytest.raises(NotPermitted):
        load(own_story, text, by="supervisor")
    with pytest.raises(FormInvalid):
        load(own_story, text, reason=" ")
    for wrong in (text.replace(b"trigger: clock_past", b"trigger: mood"), b"rules: [", b"- 1"):
        with pytest.raises(DefinitionInvalid):
            load(own_story, wrong)


def test_a_card_that_is_out_survives_a_change_of_the_rules(own_story: Story) -> None:
    own_story.receive()
    own_story.accept()
    own_story.wait(29)
    before = own_story.rows("SELECT id, rule, status FROM cards WHERE rule = 'T05'")
    text = rule_book_text(own_story.office)
    own_story.office.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    title = "title_en: Promised limit passed\n"
    resting = text.decode().replace(title, f"{title}  active: false\n  inactive_because: 停用\n")
    load(own_story, resting.encode())
    own_story.wait(0)
    assert own_story.rows("SELECT id, rule, status FROM cards WHERE rule = 'T05'") == before
