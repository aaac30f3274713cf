"""A case in tests: one process moved by the names of its steps."""

from __future__ import annotations

from typing import Any

from engine.runtime import (
    Advance,
    CompiledProcess,
    Token,
    TokenKind,
    complete,
    fire,
    open_tokens,
    reopen,
    results,
    resume,
    start,
)


class Case:
    """Holds the state bytes and the last advance."""

    def __init__(self, process: CompiledProcess, **facts: Any) -> None:
        self.process, self.facts = process, facts
        self.last: Advance = start(process, facts)

    @property
    def tokens(self) -> tuple[Token, ...]:
        return open_tokens(self.process, self.last.state)

    @property
    def open(self) -> list[str]:
        """Where tokens stand, calls and instances included: `c/f1`, `m#0`."""
        return [spot(token) for token in self.tokens]

    @property
    def results(self) -> dict[str, Any]:
        return results(self.process, self.last.state)

    def token(self, where: str) -> Token:
        return next(token for token in self.tokens if spot(token) == where)

    def do(self, *steps: str, decision: str | None = "ok") -> Case:
        """Complete steps or let timers go off, one after the other."""
        for step in steps:
            token = self.token(step)
            if token.kind is TokenKind.TIMER:
                self.last = fire(self.process, self.last.state, token.id, self.facts)
            else:
                self.last = complete(self.process, self.last.state, token.id, decision, self.facts)
        return self

    def back(self, target: str, *path: str, **options: bool) -> Case:
        """Send the case back, remembering the state before."""
        self.before = self.last.state
        self.last = reopen(self.process, self.last.state, target, self.facts, path, **options)
        return self

    def straight(self, step: str, decision: str | None = "ok", before: bytes = b"") -> Case:
        """Complete the step the case was sent back to and go straight back to where it was."""
        token, before = self.token(step), before or self.before
        self.last = resume(self.process, self.last.state, token.id, decision, before, self.facts)
        return self


def spot(token: Token) -> str:
    """Where a token stands, in short."""
    instance = "" if token.instance is None else f"#{token.instance}"
    return "/".join((*token.path, token.node)) + instance
