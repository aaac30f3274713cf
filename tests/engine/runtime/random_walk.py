"""A random process and its oracle, moved side by side; after every move they must agree.

The state goes through its bytes at every step, so each walk also proves that nothing is lost on the way to the database.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from drawn_blocks import Seq, drawn
from hypothesis import HealthCheck, settings
from token_oracle import Oracle

from engine.runtime import Advance, CompiledProcess, TokenKind, complete, fire, open_tokens, reopen, results, start

SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Walk:
    """The process and its oracle, moved side by side."""

    def __init__(self, blocks: Seq, random: Random) -> None:
        self.process: CompiledProcess = drawn(blocks)
        self.random = random
        self.choices = [n for g in self.process.graphs.values() for n, k in g.kinds.items() if k == "exclusiveGateway"]
        self.seen: set[tuple[tuple[str, ...], str]] = set()
        facts = self.facts()
        self.oracle = Oracle(blocks, facts)
        self.advance = start(self.process, facts)
        self.agree()

    def facts(self) -> dict[str, Any]:
        return {name: self.random.randint(0, 1) for name in self.choices}

    def act(self) -> None:
        """Complete a step, let a timer go off, or send the case back to a step that was reached before."""
        targets = sorted(self.seen)
        if targets and self.random.random() < 0.3:
            path, name = self.random.choice(targets)
            self.send_back(path, name, keep=self.random.random() < 0.8)
        elif not self.advance.ended:
            self.move(self.random.choice(open_tokens(self.process, self.advance.state)), self.facts())

    def send_back(self, path: tuple[str, ...], name: str, keep: bool) -> None:
        self.oracle.facts = self.facts()
        self.oracle.back(name, path, keep)
        state = self.advance.state
        self.advance = reopen(self.process, state, name, self.oracle.facts, path, keep_parallel=keep)
        self.agree()

    def move(self, token: Any, facts: dict[str, Any]) -> None:
        self.oracle.facts = facts
        decision = self.random.choice(["yes", "no"])
        self.oracle.complete((token.path, token.node, token.instance), decision)
        self.advance = self.moved(token, decision, facts)
        self.agree()

    def moved(self, token: Any, decision: str, facts: dict[str, Any]) -> Advance:
        if token.kind is TokenKind.TIMER:
            return fire(self.process, self.advance.state, token.id, facts)
        return complete(self.process, self.advance.state, token.id, decision, facts)

    def agree(self) -> None:
        tokens = open_tokens(self.process, self.advance.state)
        assert Counter((t.path, t.node, t.instance) for t in tokens) == self.oracle.open()
        assert self.advance.ended == self.oracle.over
        assert results(self.process, self.advance.state) == self.oracle.results
        self.seen |= {(t.path, t.node) for t in tokens if t.kind is not TokenKind.TIMER}

    def run_out(self) -> None:
        """Complete all that is open, never going back: every process must end, and then nothing is open."""
        for _ in range(400):
            if self.advance.ended:
                break
            tokens = open_tokens(self.process, self.advance.state)
            steps = [t for t in tokens if not t.node.startswith("timer")]
            self.move(self.random.choice(steps), dict.fromkeys(self.choices, 1))
        assert self.advance.ended
        assert open_tokens(self.process, self.advance.state) == ()
