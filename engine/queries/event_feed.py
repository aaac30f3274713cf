"""The event feed for e-supervision (电子监察): what happened, in the order of gapless feed numbers, and its daily digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.paging import bounded
from engine.queries.reading import reading, statement
from engine.queries.scope import within

MOST_EVENTS = 1000


@dataclass(frozen=True)
class FeedEvent:
    """One event; payloads hold codes and ids only. `hash` is SHA-256 over `prev_hash` and the event (hexadecimal)."""

    feed_no: int
    case_number: str
    item_key: str
    department: str
    home_region: str
    seq: int
    kind: str
    at: datetime
    officer_id: int | None
    post_id: int | None
    place: str
    payload: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class EventFeed:
    """A stretch of the feed. Ask again with `after` = `next_after`; `caught_up` tells that nothing newer is numbered yet.

    An actor whose scope is part of the city sees only its own cases' events, so its numbers have gaps.
    """

    events: tuple[FeedEvent, ...]
    next_after: int
    caught_up: bool


@dataclass(frozen=True)
class FeedDigest:
    """The chained digest of all events up to `last_feed_no`, taken at the end of a local day (hexadecimal)."""

    day: date
    last_feed_no: int
    digest: str


_STRETCH = (
    "WITH stretch AS (SELECT feed_no, event_id FROM feed_entries WHERE feed_no > :after ORDER BY feed_no LIMIT :most)"
    " SELECT f.feed_no, e.seq, e.kind, e.at, e.officer_id, e.post_id, e.place, e.payload, e.prev_hash, e.hash,"
    " c.number AS case_number, c.department, c.home_region, i.key AS item_key"
    " FROM stretch f JOIN case_events e ON e.id = f.event_id JOIN cases c ON c.id = e.case_id"
    " JOIN items i ON i.id = c.item_id WHERE "
)
_END = (
    "SELECT COALESCE(max(feed_no), :after) AS last_seen, count(*) AS seen FROM"
    " (SELECT feed_no FROM feed_entries WHERE feed_no > :after ORDER BY feed_no LIMIT :most) f"
)
_DIGESTS = (
    "SELECT day, last_feed_no, digest FROM feed_digests WHERE day >= COALESCE(CAST(:first AS date), '-infinity')"
    " ORDER BY day LIMIT :most"
)


def event_feed(office: Office, actor: Actor, after: int = 0, limit: int | None = None) -> EventFeed:
    """The events numbered after `after`, at most 1000 examined."""
    most = bounded(limit, 200, MOST_EVENTS)
    condition, values = within(actor)
    with reading(office) as connection:
        end = connection.execute(statement(_END), {"after": after, "most": most}).one()
        # Numbers are handed out after the commit and never change: the stretch just measured is read again whole.
        parameters = {**values, "after": after, "most": end.seen}
        rows = connection.execute(statement(f"{_STRETCH}{condition} ORDER BY f.feed_no"), parameters)
        events = tuple(
            FeedEvent(**{**row._mapping, "prev_hash": bytes(row.prev_hash).hex(), "hash": bytes(row.hash).hex()})
            for row in rows
        )
    return EventFeed(events, end.last_seen, end.seen < most)


def feed_digests(office: Office, first: date | None = None, limit: int | None = None) -> tuple[FeedDigest, ...]:
    """The daily digests from a local day on, oldest first."""
    with reading(office) as connection:
        rows = connection.execute(statement(_DIGESTS), {"first": first, "most": bounded(limit, 400, 400)})
        return tuple(FeedDigest(row.day, row.last_feed_no, bytes(row.digest).hex()) for row in rows)
