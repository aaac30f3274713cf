"""Lists, views, feed and counts of cards: each officer sees what concerns them, and revoked cards count nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.explain_card import ExplainCard, explain_card
from engine.commands.rule_on_card import RuleOnCard, rule_on_card
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.errors import FormInvalid, NotFound
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.policy.card_life import CardVerb
from engine.queries.card_feed import card_feed
from engine.queries.card_view import card_view
from engine.queries.cards_list import TO_RULE, UNFINISHED, CardFilter, CardLine, cards_list, cards_of_case
from engine.queries.rule_book_view import rule_book_view
from engine.terms import CardStatus, ClockKind, Signal
from tests.story import Story


@pytest.fixture
def late(own_office: Office) -> Story:
    """In a city of its own: one case past its promised limit, looked at by the sweep."""
    story = Story(own_office)
    story.receive()
    story.accept()
    return story.wait(31)


def lines(story: Story, actor: Actor, **wanted: Any) -> tuple[CardLine, ...]:
    return cards_list(story.office, actor, CardFilter(**wanted)).page.lines


def t05(story: Story) -> CardLine:
    (found,) = lines(story, SYSTEM, rule="T05")
    return found


def holder(story: Story) -> Actor:
    post = story.rows("SELECT post_id FROM cards WHERE rule = 'T05'")[0].post_id
    return story.holder(next(item for item in story.items() if item.post_id == post))


def test_supervisors_see_the_cards_of_their_region_holders_their_own_and_nobody_else_any(late: Story) -> None:
    everything = {line.id for line in lines(late, SYSTEM)}
    assert everything
    assert {line.id for line in lines(late, late.actor("supervisor"))} == everything
    assert {line.id for line in lines(late, late.actor("esupervision"))} == everything
    own = lines(late, holder(late))
    assert own
    assert {line.id for line in own} == {
        row.id
        for row in late.rows("SELECT id FROM cards WHERE post_id = ANY(:posts)", posts=list(holder(late).post_ids))
    }
    for stranger in ("policy", "auditor", "admin", "c020203"):
        assert lines(late, late.actor(stranger)) == ()
        with pytest.raises(NotFound):
            card_view(late.office, late.actor(stranger), t05(late).id)


def test_every_filter_narrows_the_list(late: Story) -> None:
    supervisor, found = late.actor("supervisor"), t05(late)
    today = local_date(found.issued_at)
    assert (found.signal, found.case_number, found.rule_title) == (Signal.YELLOW, late.number, "超过承诺时限")
    region = late.case().home_region
    for wanted in (
        {"rule": "T05"},
        {"signal": "yellow"},
        {"status": UNFINISHED},
        {"status": found.status.value},
        {"region": region},
        {"region": region[:6] + "000000"},
        {"department": found.department},
        {"first_on": today, "last_on": today},
        {"case_number": late.number},
    ):
        assert found.id in {line.id for line in lines(late, supervisor, **wanted)}, wanted
    for wanted in (
        {"rule": "T06"},
        {"signal": "warning"},
        {"status": "closed"},
        {"region": "990103000000"},
        {"department": "housing"},
        {"last_on": today - timedelta(days=1)},
        {"first_on": today + timedelta(days=1)},
        {"case_number": "0"},
        {"mine": True},
    ):
        assert found.id not in {line.id for line in lines(late, supervisor, **wanted)}, wanted
    with pytest.raises(FormInvalid):
        lines(late, supervisor, first_on=today, last_on=today - timedelta(days=1))


def test_pages_follow_each_other_without_gap_or_repeat(late: Story) -> None:
    everything = [line.id for line in lines(late, SYSTEM)]
    assert len(everything) > 1
    seen, cursor = [], None
    while True:
        page = cards_list(late.office, SYSTEM, CardFilter(), cursor, 1).page
        seen += [line.id for line in page.lines]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == everything == sorted(everything, reverse=True)


def test_a_revoked_card_drops_from_every_count(late: Story) -> None:
    found, supervisor = t05(late), late.actor("supervisor")
    before = cards_list(late.office, supervisor, CardFilter()).counts
    explain_card(late.office, holder(late), ExplainCard(card_id=found.id, text="停电"))
    explained = cards_list(late.office, supervisor, CardFilter()).counts
    assert found.id in {line.id for line in lines(late, supervisor, status=TO_RULE)}
    assert len(lines(late, supervisor, status=TO_RULE)) == explained.to_rule
    assert (explained.unanswered, explained.to_rule) == (before.unanswered - 1, before.to_rule + 1)
    rule_on_card(late.office, supervisor, RuleOnCard(card_id=found.id, ruling="revoked", reason="属实"))
    after = cards_list(late.office, supervisor, CardFilter()).counts
    assert (after.yellow, after.to_rule) == (before.yellow - 1, before.to_rule)
    line = next(one for one in rule_book_view(late.office, supervisor).rules if one.rule.id == "T05")
    assert (line.issued, line.revoked, line.open) == (0, 1, 0)


def test_the_view_tells_fact_ledger_life_and_what_may_be_done_by_whom(late: Story) -> None:
    found = t05(late)
    view = card_view(late.office, holder(late), found.id)
    assert view.fact.startswith("承诺时限20个工作日")
    assert (view.clock, view.ledger[-1].total) == (ClockKind.PROMISED, 20)
    assert view.is_mine
    assert CardVerb.EXPLAIN in view.possible
    assert CardVerb.RULE not in view.possible
    explain_card(late.office, holder(late), ExplainCard(card_id=found.id, text="材料在途"))
    seen = card_view(late.office, late.actor("supervisor"), found.id)
    assert [entry.text for entry in seen.life if entry.status is CardStatus.EXPLAINED] == ["材料在途"]
    assert seen.possible == {CardVerb.RULE}
    machine = card_view(late.office, late.actor("esupervision"), found.id)
    assert all(entry.text == "" for entry in machine.life)
    assert machine.possible == frozenset()


def test_the_ledger_of_a_card_stays_what_it_was_at_issue(late: Story) -> None:
    before = card_view(late.office, SYSTEM, t05(late).id).ledger
    for node in ("joint_check", "joint_check", "opinion"):
        late.complete(node)
    late.office.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]
    assert card_view(late.office, SYSTEM, t05(late).id).ledger == before


def test_the_file_of_a_case_shows_its_cards_to_whom_they_concern(late: Story) -> None:
    assert t05(late).id in {line.id for line in cards_of_case(late.office, late.actor("supervisor"), late.number)}
    assert cards_of_case(late.office, late.actor("window"), late.number) == ()


def test_changes_of_cards_are_followed_in_feed_order(late: Story) -> None:
    sequence_events(late.office, SYSTEM, SequenceEvents())
    first = card_feed(late.office, late.actor("esupervision"), 0, 1)
    assert len(first.cards) == 1
    assert not first.caught_up
    rest = card_feed(late.office, late.actor("esupervision"), first.next_after)
    assert rest.caught_up
    numbers = [one.feed_no for one in (*first.cards, *rest.cards)]
    assert numbers == sorted(set(numbers))
    assert {one.number for one in (*first.cards, *rest.cards)} == {line.number for line in lines(late, SYSTEM)}
    explain_card(late.office, holder(late), ExplainCard(card_id=t05(late).id, text="在途"))
    sequence_events(late.office, SYSTEM, SequenceEvents())
    (news,) = card_feed(late.office, SYSTEM, rest.next_after).cards
    assert (news.kind, news.status) == ("card_explained", "explained")
    assert "王秀英" not in str(first) + str(rest)
    assert card_feed(late.office, late.actor("c020203"), 0).cards == ()
