"""退回后直接返回 on random processes: the case is open again where it was, and still ends exactly once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

from drawn_blocks import Seq, processes
from hypothesis import event, given, settings
from hypothesis import strategies as st
from random_walk import SETTINGS, Walk
from token_oracle import Oracle, Refused

from engine.errors import ActionNotAllowed
from engine.runtime import Token, earlier_steps, open_tokens, reopen, results, resume

Open = Counter[tuple[tuple[str, ...], str, int | None]]


@dataclass(frozen=True)
class Return:
    """A return that was made: what the case was before it, and the step it opened."""

    path: tuple[str, ...]
    node: str
    state: bytes
    oracle: Oracle


class ReturnWalk(Walk):
    """A walk that goes back to steps the runtime offers, and straight back from there."""

    made: Return | None = None

    def open_steps(self) -> list[Token]:
        return [t for t in open_tokens(self.process, self.advance.state) if t.kind != "timer"]

    def offered(self) -> list[tuple[tuple[str, ...], str]]:
        """Steps a token by chance, or any, may be sent back to."""
        tokens = open_tokens(self.process, self.advance.state)
        token = self.random.choice([None, *(t.id for t in tokens)])
        return list(earlier_steps(self.process, self.advance.state, self.seen, token))

    def go_back(self) -> Return | None:
        offered = self.offered()
        if not offered:
            return None
        path, node = self.random.choice(offered)
        made = Return(path, node, self.advance.state, self.oracle.copy())
        self.send_back(path, node, keep=True)
        return made

    def again(self, made: Return) -> list[Token]:
        """The step a return opened, in all its instances still open."""
        return [t for t in self.open_steps() if (t.path, t.node) == (made.path, made.node)]

    def go_straight(self, made: Return) -> bool:
        """Complete the step and go straight back as the oracle does; False if both refuse."""
        for token in self.again(made):
            twin, decision = self.oracle.copy(), self.random.choice(["yes", "no"])
            twin.facts = self.facts()
            state = self.advance.state
            try:
                twin.resume(made.oracle, (token.path, token.node, token.instance), decision)
            except Refused:
                try:
                    resume(self.process, state, token.id, decision, made.state, twin.facts)
                except ActionNotAllowed:
                    return False
                raise AssertionError("the case went straight back where it cannot") from None
            self.advance = resume(self.process, state, token.id, decision, made.state, twin.facts)
            self.oracle = twin
            self.agree()
        return True

    def open_now(self) -> Open:
        return Counter((t.path, t.node, t.instance) for t in open_tokens(self.process, self.advance.state))


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=100)
def test_when_nothing_else_moved_the_case_is_open_again_where_it_was(blocks: Seq, random: Random) -> None:
    walk = ReturnWalk(blocks, random)
    for _ in range(random.randint(1, 20)):
        walk.act()
    was_open, was_decided = walk.open_now(), results(walk.process, walk.advance.state)
    old_ids = {t.id for t in open_tokens(walk.process, walk.advance.state)}
    for path, node in walk.offered():
        before = walk.advance.state
        advance = reopen(walk.process, before, node, walk.facts(), path)
        closed = set(advance.closed)
        for token in [t for t in advance.opened if t.kind != "timer"]:
            advance = resume(walk.process, advance.state, token.id, "again", before, walk.facts())
        tokens = open_tokens(walk.process, advance.state)
        assert Counter((t.path, t.node, t.instance) for t in tokens) == was_open
        assert {t.id for t in tokens} & old_ids == old_ids - closed
        assert without(node, results(walk.process, advance.state)) == without(node, was_decided)
        assert set(flat(results(walk.process, advance.state)[node])) == {"again"}


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=150)
def test_straight_back_agrees_with_the_oracle_whatever_happens_meanwhile(blocks: Seq, random: Random) -> None:
    walk = ReturnWalk(blocks, random)
    for _ in range(3):
        for _ in range(random.randint(1, 12)):
            walk.act()
        made = walk.go_back()
        for _ in range(random.randint(0, 5)):
            meanwhile(walk)
        if made and walk.again(made):
            event("straight back" if walk.go_straight(made) else "refused")
    walk.run_out()


def meanwhile(walk: ReturnWalk) -> None:
    """Something else happens to the case: mostly a step or, with preference, a timer, sometimes one more return."""
    tokens = open_tokens(walk.process, walk.advance.state)
    timers = [t for t in tokens if t.kind == "timer"]
    if walk.random.random() < 0.3:
        walk.go_back()
    elif tokens:
        walk.move(walk.random.choice(timers or tokens), walk.facts())


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=60)
def test_returns_within_returns_lead_straight_back_one_after_the_other(blocks: Seq, random: Random) -> None:
    walk = ReturnWalk(blocks, random)
    for _ in range(random.randint(1, 15)):
        walk.act()
    made: list[tuple[Return, Open]] = []
    for _ in range(3):
        was_open = walk.open_now()
        if back := walk.go_back():
            made.append((back, was_open))
    for back, was_open in reversed(made):
        assert walk.go_straight(back)
        assert walk.open_now() == was_open
    walk.run_out()


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=60)
def test_an_offered_step_takes_the_token_along_and_one_of_a_token_is_offered_to_all(
    blocks: Seq, random: Random
) -> None:
    walk = Walk(blocks, random)
    for _ in range(random.randint(1, 20)):
        walk.act()
    state, process = walk.advance.state, walk.process
    to_all = earlier_steps(process, state, walk.seen)
    for token in open_tokens(process, state):
        offered = earlier_steps(process, state, walk.seen, token.id)
        assert list(offered) == [step for step in to_all if step in offered]
        for path, node in offered:
            assert token.id in reopen(process, state, node, walk.facts(), path).closed


def without(node: str, decided: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in decided.items() if name != node}


def flat(decision: Any) -> list[Any]:
    return decision if isinstance(decision, list) else [decision]
