"""Guarding against guessing (防猜测): one way of counting for sign-in passwords, query passwords and check codes."""

from __future__ import annotations

import hashlib

from engine.commands.verb import Desk
from engine.policy.throttling import LOCK_FOR, MOST_FAILURES, MOST_FAILURES_PER_SOURCE

LONGEST_NAME = 60


class Guess:
    """One try at the secret of something, counted by what it opens and by where the try comes from.

    kind  name, query or certificate: each counts by itself
    name  what the secret opens; tries at the same thing wait for each other, so that none slips past the count
    """

    def __init__(self, desk: Desk, kind: str, name: str) -> None:
        known = name if len(name) <= LONGEST_NAME else hashlib.sha256(name.encode()).hexdigest()
        self._desk, self._subject = desk, f"{kind}:{known}"
        self._limits = {self._subject: MOST_FAILURES, f"{kind}-source:{desk.actor.source}": MOST_FAILURES_PER_SOURCE}
        desk.uow.sessions.alone(self._subject)

    @property
    def is_locked(self) -> bool:
        """Whether this try must not even be looked at."""
        found = [self._desk.uow.sessions.locked_until(subject) for subject in self._limits]
        return any(until > self._desk.now for until in found if until)

    def failed(self) -> None:
        """Count a failure; must be committed although the request is refused."""
        now = self._desk.now
        for subject, most in self._limits.items():
            self._desk.uow.sessions.fail(subject, now, now - LOCK_FOR, most, now + LOCK_FOR)

    def succeeded(self) -> None:
        """Forget the failures at this thing; those of the address stay."""
        self._desk.uow.sessions.clear(self._subject)
