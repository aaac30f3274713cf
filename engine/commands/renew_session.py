"""A session was used (会话续期): its idle time begins anew."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.verb import Answer, Desk, Request, verb
from engine.records.sessions import token_hash


@dataclass(frozen=True, kw_only=True)
class RenewSession(Request):
    """The token that was shown."""

    token: str


@verb
def renew_session(desk: Desk, request: RenewSession) -> Answer:
    """Nothing; the session counts as seen now."""
    desk.uow.sessions.touch(token_hash(request.token), desk.now)
    return {}
