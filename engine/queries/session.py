"""Who is behind a session token (会话): the officer with the posts held today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.actors import posts_of
from engine.queries.reading import reading
from engine.records.organisation import AVOIDED, HELD_POSTS, POST_COLUMNS
from engine.records.prepared import Link, prepared
from engine.records.sessions import token_hash

IDLE_FOR = timedelta(minutes=30)
UNATTENDED_FOR = timedelta(minutes=15)  # a screen left alone at a counter (GB/T 22239 level 3, 8.1.4.1)
RENEW_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A live session; `needs_renewal` once a minute, so that reading does not write each time."""

    actor: Actor
    sign_in_name: str
    is_demo: bool
    kind: str
    csrf_token: str
    expires_at: datetime
    needs_renewal: bool
    must_change_password: bool = False


# Asked at every request, so it takes the short way.
_SQL = prepared(
    text(
        "SELECT s.kind, s.csrf_token, s.seen_at, s.expires_at, o.id AS officer_id, o.name, o.sign_in_name, o.is_demo,"
        " o.must_change_password,"
        f" {AVOIDED}, {POST_COLUMNS} FROM sessions s JOIN officers o ON o.id = s.officer_id AND o.active"
        f" LEFT JOIN LATERAL {HELD_POSTS.format(officer='o.id')} AS held ON TRUE"
        " LEFT JOIN posts p ON p.id = held.post_id AND p.active LEFT JOIN organisations g ON g.id = p.organisation_id"
        " LEFT JOIN officers a ON a.id = held.absent_id"
        " WHERE s.token_hash = :token_hash ORDER BY p.id, held.absent_id NULLS FIRST"
    )
)


def session(office: Office, token: str, source: str = "") -> Session | None:
    """The session of a token; None if there is none, it has expired or was idle: 15 minutes in a browser, 30 for programs."""
    now = office.clock.now()
    with reading(office) as connection:
        values = {"token_hash": token_hash(token), "today": local_date(now)}
        rows = list(Link(connection).execute(_SQL, values))
    if not rows:
        return None
    first = rows[0]
    idle_for = UNATTENDED_FOR if first.kind == "browser" else IDLE_FOR
    if first.expires_at <= now or first.seen_at + idle_for < now:
        return None
    return Session(
        actor=Actor(first.officer_id, first.name, posts_of(rows), source, frozenset(map(bytes, first.avoids))),
        sign_in_name=first.sign_in_name,
        is_demo=first.is_demo,
        kind=first.kind,
        csrf_token=first.csrf_token,
        expires_at=first.expires_at,
        needs_renewal=first.seen_at + RENEW_AFTER <= now,
        must_change_password=first.must_change_password,
    )
