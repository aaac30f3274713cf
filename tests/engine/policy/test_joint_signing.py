"""The outcome of several signatures (会签、或签、票签): laws that hold for every step, every share and every order."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormInvalid
from engine.policy.joint_signing import ANY, SHARE, SigningRule, outcome, signing_rule

CHOICES = ("grant", "refuse", "back", "ask")
choices = st.integers(1, 4).map(lambda most: CHOICES[:most])
shares = st.integers(51, 100).map(lambda percent: SigningRule(SHARE, Decimal(percent) / 100))
counted_rules = st.one_of(shares, st.just(signing_rule("all")))
rules = st.one_of(counted_rules, st.just(signing_rule(ANY)))


@st.composite
def ballots(draw: st.DrawFn) -> tuple[tuple[str, ...], list[str]]:
    """The decisions of a step and what each of its signers chooses in the end."""
    offered = draw(choices)
    return offered, draw(st.lists(st.sampled_from(offered), min_size=1, max_size=12))


@given(counted_rules, ballots(), st.randoms())
def test_the_order_of_signatures_matters_to_nobody_but_the_first_signer(rule, ballot, random) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    shuffled = random.sample(votes, len(votes))
    assert outcome(rule, offered, votes, 0) == outcome(rule, offered, shuffled, 0)


@given(rules, ballots())
def test_once_all_have_signed_there_is_an_outcome(rule, ballot) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    assert outcome(rule, offered, votes, 0) in offered


@given(rules, ballots(), st.integers(0, 12))
def test_an_early_outcome_is_the_final_one_however_the_rest_signs(rule, ballot, cast) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    cast = min(cast, len(votes))
    early = outcome(rule, offered, votes[:cast], len(votes) - cast)
    assert early in (None, outcome(rule, offered, votes, 0))


@given(rules, ballots(), st.integers(1, 6))
def test_it_is_as_early_as_can_be(rule, ballot, waiting) -> None:  # type: ignore[no-untyped-def]
    """While nothing stands, the rest can still bring about two different outcomes."""
    offered, votes = ballot
    if len(offered) > 1 and outcome(rule, offered, votes, waiting) is None:
        unanimous = {outcome(rule, offered, votes + [choice] * waiting, 0) for choice in offered}
        assert len(unanimous) > 1


@given(rules, ballots(), st.integers(1, 6))
def test_striking_off_whoever_has_not_signed_never_overturns_what_stands(rule, ballot, waiting) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    standing = outcome(rule, offered, votes, waiting)
    if standing is not None:
        assert outcome(rule, offered, votes, waiting - 1) == standing


@given(counted_rules, ballots())
def test_the_affirmative_needs_its_share_of_all_signers(rule, ballot) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    reached = Counter(votes)[offered[0]] >= rule.share * len(votes)
    assert (outcome(rule, offered, votes, 0) == offered[0]) is (reached or len(offered) == 1)


@given(ballots())
def test_the_first_signature_decides_where_one_is_enough(ballot) -> None:  # type: ignore[no-untyped-def]
    offered, votes = ballot
    assert outcome(signing_rule(ANY), offered, votes, 5) == votes[0]
    assert outcome(signing_rule(ANY), offered, [], 5) is None


@given(counted_rules, st.integers(1, 12), st.integers(0, 12))
def test_a_step_without_decisions_is_done_when_enough_have_signed(rule, signed, waiting) -> None:  # type: ignore[no-untyped-def]
    enough = signed >= rule.share * (signed + waiting)
    assert outcome(rule, (), [""] * signed, waiting) == ("" if enough else None)


def test_of_equally_many_other_choices_the_one_drawn_first_stands() -> None:
    assert outcome(signing_rule("all"), CHOICES[:3], ["back", "refuse", "grant"], 0) == "refuse"
    assert outcome(signing_rule("all"), CHOICES[:3], ["back", "refuse", "grant"], 1) is None
    assert outcome(signing_rule("all"), CHOICES[:3], ["back", "back", "refuse"], 1) is None
    assert outcome(signing_rule("all"), CHOICES[:3], ["refuse", "refuse", "back"], 1) == "refuse"


@pytest.mark.parametrize(
    "text", ["", "most", "share", "share:0.50", "share:1.01", "share:0.667", "share:two", "share:NaN", "share:0.6"]
)
def test_a_rule_nobody_can_count_by_is_refused(text: str) -> None:
    with pytest.raises(FormInvalid, match=r"\S"):
        signing_rule(text)


@pytest.mark.parametrize(
    ("text", "label"), [("all", "会签"), ("any", "或签"), ("share:0.67", "票签（67%"), ("share:1.00", "票签（100%")]
)
def test_a_rule_says_itself_in_words(text: str, label: str) -> None:
    assert signing_rule(text).label.startswith(label)
