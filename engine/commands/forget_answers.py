"""Answers kept for repeated requests are forgotten once nobody repeats them any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.commands.verb import Answer, Desk, Request, verb

# A client that was cut off tries again within minutes; a counter that was offline, within days.
KEPT_FOR = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class ForgetAnswers(Request):
    """Forgets what is older than three days."""


@verb
def forget_answers(desk: Desk, request: ForgetAnswers) -> Answer:
    """How many answers were forgotten. A key that comes back later is a new request; the case's own state guards it."""
    return {"forgotten": desk.uow.idempotency.forget(desk.now - KEPT_FOR)}
