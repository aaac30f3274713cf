"""Where a step goes: rules before nearness, and inside the post one of those who may do the case."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.policy.actions import Situation, verdict
from engine.policy.actors import Actor, PostHeld
from engine.policy.operations import Action
from engine.policy.routing import (
    Assignment,
    DispatchRule,
    OfficerPresent,
    PostCandidate,
    Why,
    choose_officer,
    choose_rule,
    region_chain,
    route,
    route_question,
)
from engine.terms import CaseStatus, Lane, Stage, WorkItemStatus

COMMUNITY = "990101001001"
CHAIN = region_chain(COMMUNITY)
STREET, DISTRICT, CITY = CHAIN[1:]
HANDLER = frozenset({"handler"})


def post(number: int, region: str = STREET, department: str | None = None) -> PostCandidate:
    return PostCandidate(number, region, department, HANDLER)


def rule(number: int, region: str = CITY, **made_for: object) -> DispatchRule:
    return DispatchRule(number, post(100 + number), region, **made_for)  # type: ignore[arg-type]


rules = st.builds(
    rule,
    st.integers(1, 50),
    st.sampled_from(CHAIN),
    item_id=st.sampled_from([None, 7]),
    department=st.sampled_from([None, "civil_affairs"]),
    stage=st.sampled_from(["", "review"]),
)
present = st.lists(
    st.builds(OfficerPresent, st.integers(1, 9), st.just(frozenset()), st.integers(0, 5)),
    max_size=6,
    unique_by=lambda o: o.id,
).map(lambda found: [OfficerPresent(o.id, frozenset({o.id}), o.load) for o in found])


def routed(made: list[DispatchRule], posts: list[PostCandidate]):
    question = route_question(Lane.STREET, COMMUNITY)
    assert question is not None
    return route(made, posts, question, Stage.REVIEW, "civil_affairs")


def test_a_rule_in_force_goes_before_the_nearest_post() -> None:
    found = routed([rule(3, officer_id=5)], [post(1), post(2, department="civil_affairs")])
    assert found is not None
    assert (found.post.id, found.why, found.rule_id, found.named) == (103, Why.RULE, 3, 5)


def test_without_a_rule_the_answer_says_whether_the_department_has_a_post_of_its_own() -> None:
    own, general = post(2, department="civil_affairs"), post(1)
    assert [(f.post.id, f.why) for f in (routed([], [general, own]), routed([], [general])) if f] == [
        (2, Why.DEPARTMENT),
        (1, Why.NEAREST),
    ]
    assert routed([], []) is None


def test_a_rule_for_the_community_counts_before_one_for_the_item_in_the_whole_district() -> None:
    near, far = rule(1, COMMUNITY), rule(2, DISTRICT, item_id=7)
    assert choose_rule([far, near], CHAIN) == near


def test_in_one_region_the_item_counts_before_the_department_and_the_department_before_any() -> None:
    any_item, department, item = rule(9), rule(5, department="civil_affairs"), rule(1, item_id=7)
    assert choose_rule([any_item, department, item], CHAIN) == item
    assert choose_rule([any_item, department], CHAIN) == department


def test_a_rule_for_the_stage_counts_before_one_for_all_stages_and_the_newer_of_two_equals_wins() -> None:
    assert choose_rule([rule(9), rule(1, stage="review")], CHAIN) == rule(1, stage="review")
    assert choose_rule([rule(4), rule(6)], CHAIN) == rule(6)


@given(st.lists(rules, min_size=1, max_size=8, unique_by=lambda r: r.id), st.randoms())
def test_the_order_in_which_rules_are_found_does_not_matter(found: list[DispatchRule], random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    chosen = choose_rule(found, CHAIN)
    assert chosen == choose_rule(shuffled, CHAIN)
    assert chosen is not None
    assert CHAIN.index(chosen.region_code) == min(CHAIN.index(r.region_code) for r in found)


@given(present, st.sampled_from(list(Assignment)), st.one_of(st.none(), st.integers(1, 9)), st.integers(1, 100))
def test_only_somebody_present_is_given_work_and_a_shared_post_gives_to_nobody_unless_a_rule_names_them(
    found: list[OfficerPresent], assignment: Assignment, named: int | None, turn: int
) -> None:
    chosen = choose_officer(found, assignment, named=named, turn=turn)
    ids = {o.id for o in found}
    assert chosen is None or chosen in ids
    if named in ids:
        assert chosen == named
    elif assignment is Assignment.SHARED or not found:
        assert chosen is None
    else:
        assert chosen is not None


@given(present.filter(bool))
def test_the_least_loaded_has_no_more_than_anybody_else(found: list[OfficerPresent]) -> None:
    chosen = choose_officer(found, Assignment.LEAST_LOADED)
    assert next(o.load for o in found if o.id == chosen) == min(o.load for o in found)


@given(present.filter(bool), st.integers(1, 50))
def test_turns_reach_everybody_once_before_anybody_twice(found: list[OfficerPresent], first: int) -> None:
    turns = [choose_officer(found, Assignment.ROUND_ROBIN, turn=first + n) for n in range(len(found))]
    assert sorted(str(o) for o in turns) == sorted(str(o.id) for o in found)


def test_the_deputy_of_a_named_officer_gets_what_the_rule_gives() -> None:
    deputy, other = OfficerPresent(2, frozenset({2, 5}), 9), OfficerPresent(3, frozenset({3}))
    assert choose_officer([other, deputy], Assignment.SHARED, named=5) == 2


def held(**more: object) -> PostHeld:
    return PostHeld(1, "审核岗", 1, "石板街道办事处", STREET, None, Lane.STREET, HANDLER, **more)  # type: ignore[arg-type]


def claimed_by(officer_id: int) -> Situation:
    stands = {"stage": Stage.REVIEW, "lane": Lane.STREET, "work_status": WorkItemStatus.CLAIMED}
    return Situation(CaseStatus.IN_PROCESS, COMMUNITY, "civil_affairs", post_id=1, officer_id=officer_id, **stands)  # type: ignore[arg-type]


def test_a_deputy_may_do_what_the_absent_officer_had_claimed_and_nobody_elses() -> None:
    deputy = Actor(2, "李明", (held(deputy_for=5, deputy_for_name="张华", stands_in_for=frozenset({5})),))
    colleague = Actor(3, "王强", (held(),))
    assert verdict(Action.COMPLETE, claimed_by(5), deputy).possible
    assert not verdict(Action.COMPLETE, claimed_by(3), deputy).possible
    assert not verdict(Action.COMPLETE, claimed_by(5), colleague).possible


def test_one_acts_for_the_absent_officer_only_with_their_item_or_on_a_post_one_does_not_hold_oneself() -> None:
    both = Actor(2, "李明", (held(stands_in_for=frozenset({5})),))
    only_deputy = Actor(4, "赵静", (held(deputy_for=5, stands_in_for=frozenset({5})),))
    assert [both.acts_for(1, 5), both.acts_for(1, None), both.acts_for(1, 2)] == [5, None, None]
    assert [only_deputy.acts_for(1), only_deputy.acts_for(1, 4), only_deputy.acts_for(9)] == [5, 5, None]
    assert both.stands_in_for == {5}
