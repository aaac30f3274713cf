"""Whatever four officers do on one step in whatever order, it stays one step with one holder, and its events tell it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.clock import FixedClock
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.errors import RequestError
from engine.office import Office
from tests.conftest import MONDAY
from tests.hands import Hands

OFFICERS = ("district", "d01-civil_affairs", "city", "m-civil_affairs")
UNFINISHED = ("open", "claimed", "waiting")
who = st.sampled_from(OFFICERS)
others = st.lists(who, min_size=1, max_size=3, unique=True)


def machine_of(office: Office) -> type[RuleBasedStateMachine]:
    """Random sequences of verbs on the district's decision; those the rules refuse change nothing."""

    class OneStep(RuleBasedStateMachine):
        hands: Hands

        @initialize()
        def before_the_decision(self) -> None:
            self.hands = Hands(replace(office, clock=FixedClock(MONDAY))).at_decision()

        def attempt(self, verb: Callable[[], Any]) -> None:
            """Done, or refused by a rule; an officer with no work item here has nothing to do it with."""
            before = len(self.hands.events())
            try:
                verb()
            except (RequestError, IndexError):
                assert len(self.hands.events()) == before

        @rule(boss=who)
        def somebody_else_acts_as_holder(self, boss: str) -> None:
            self.hands.boss = boss

        @rule()
        def the_holder_acts(self) -> None:
            holder = self.hands.main().officer_id
            self.hands.boss = next((name for name in OFFICERS if self.hands.officer_id(name) == holder), "district")

        @rule(to=who)
        def transfer(self, to: str) -> None:
            post = next(p.id for p in self.hands.actor(to).posts if "approver" in p.roles)
            self.attempt(lambda: self.hands.transfer(post, to))

        @rule(to=who)
        def delegate(self, to: str) -> None:
            self.attempt(lambda: self.hands.delegate(to))

        @rule(by=who)
        def hand_back(self, by: str) -> None:
            self.attempt(lambda: self.hands.hand_back(by))

        @rule()
        def recall(self) -> None:
            self.attempt(self.hands.recall)

        @rule(place=st.sampled_from(["before", "after"]), names=others)
        def add(self, place: str, names: list[str]) -> None:
            self.attempt(lambda: self.hands.add(place, *names))

        @rule(rule_=st.sampled_from(["all", "any", "share:0.67"]), names=others)
        def start(self, rule_: str, names: list[str]) -> None:
            self.attempt(lambda: self.hands.start(rule_, *names))

        @rule(name=who)
        def remove(self, name: str) -> None:
            self.attempt(lambda: self.hands.remove(name))

        @rule(by=who, decision=st.sampled_from(["agree", "disagree", "grant", "refuse", "back"]))
        def somebody_signs(self, by: str, decision: str) -> None:
            self.attempt(lambda: self.hands.sign(by, decision, "理由"))

        @rule(yes=st.booleans())
        def whoever_is_asked_signs(self, yes: bool) -> None:
            asked = [row for row in self.hands.hands() if row.part != "main" and row.status in ("open", "claimed")]
            if asked:
                by = next(name for name in OFFICERS if self.hands.officer_id(name) == asked[0].officer_id)
                joint, advice = ("grant", "refuse"), ("agree", "disagree")
                decision = (joint if asked[0].part == "joint" else advice)[not yes]
                self.attempt(lambda: self.hands.sign(by, decision, "理由"))

        @rule(decision=st.sampled_from(["grant", "refuse", "back"]))
        def finish(self, decision: str) -> None:
            self.attempt(lambda: self.hands.finish(decision))

        @rule(by=who, verb=st.sampled_from([claim_work_item, release_work_item]))
        def claim_or_release(self, by: str, verb: Callable[..., Any]) -> None:
            item = ClaimWorkItem(work_item_id=self.hands.main().id)
            self.attempt(lambda: verb(self.hands.office, self.hands.actor(by), item))

        @invariant()
        def one_open_step_to_a_token_and_one_holder_to_a_step(self) -> None:
            unfinished = [row for row in self.hands.hands() if row.status in UNFINISHED]
            mains = [row for row in unfinished if row.part == "main"]
            is_open = self.hands.step_row().status == "open"
            assert len(mains) == (1 if is_open else 0)
            assert is_open or not unfinished

        @invariant()
        def the_count_of_people_still_to_act_is_exact(self) -> None:
            asked = [row for row in self.hands.hands() if row.part != "main" and row.status in UNFINISHED]
            assert self.hands.step_row().signers == len(asked)
            assert len({row.officer_id for row in asked}) == len(asked)
            assert self.hands.main().officer_id is None or self.hands.main().officer_id not in {
                row.officer_id for row in asked
            }

        @invariant()
        def a_holder_who_waits_waits_for_somebody_who_can_act(self) -> None:
            if self.hands.main().status == "waiting":
                assert any(row.part != "main" and row.status in ("open", "claimed") for row in self.hands.hands())

        @invariant()
        def the_case_is_decided_exactly_when_its_step_is(self) -> None:
            step = self.hands.step_row()
            decided = step.status == "done" and step.decision in ("grant", "refuse")
            assert (self.hands.case().decided_at is not None) is decided

        @invariant()
        def the_events_tell_everything(self) -> None:
            assert self.hands.faults() == []

    return OneStep


@pytest.mark.parametrize("examples", [25])
def test_no_sequence_of_verbs_leaves_a_step_without_its_one_holder_or_its_true_count(
    own_office: Office, examples: int
) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_of(own_office),
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
