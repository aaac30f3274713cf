"""The one sequencer: gives committed events their gapless feed numbers (feed_no).

Event ids are handed out before the commit, so a small id can become visible after a larger one. Only what is committed
is numbered, in the order it is seen, and nothing is skipped: ids up to `settled_id` are known to be either in the feed
or rolled back, everything above is looked at again. An id is settled once every transaction that was running when it
was handed out has ended (`pending_xmax` is behind the oldest running transaction).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from engine.clock import local_date, local_instant
from engine.commands.verb import Answer, Desk, Request, verb

_ONLY_ONE = text("SELECT pg_try_advisory_xact_lock(716451)")
_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS xmax,"
    " COALESCE((SELECT max(id) FROM case_events), 0) AS newest FROM pg_current_snapshot() s"
)
_STATE = text("SELECT last_feed_no, settled_id, pending_id, pending_xmax FROM sequencer FOR UPDATE")
_NUMBER = text(
    "WITH fresh AS (SELECT e.id, row_number() OVER (ORDER BY e.id) AS place FROM case_events e"
    "  WHERE e.id > :settled AND NOT EXISTS (SELECT 1 FROM feed_entries f WHERE f.event_id = e.id)"
    "  ORDER BY e.id LIMIT :most)"
    " INSERT INTO feed_entries (feed_no, event_id) SELECT :last + place, id FROM fresh"
)
_SAVE = text(
    "UPDATE sequencer SET last_feed_no = :last, settled_id = :settled, pending_id = :pending, pending_xmax = :xmax"
)


@dataclass(frozen=True, kw_only=True)
class SequenceEvents(Request):
    """most  how many events one run numbers at the most"""

    most: int = 5000


@verb
def sequence_events(desk: Desk, request: SequenceEvents) -> Answer:
    """How many events were numbered; 0 also when another sequencer is at work."""
    uow = desk.uow
    if not uow.connection.execute(_ONLY_ONE).scalar_one():
        return {"numbered": 0}
    state = uow.connection.execute(_STATE).one()
    # The snapshot is taken before the events are read: what it does not cover is looked at again next time.
    seen = uow.connection.execute(_SNAPSHOT).one()
    # A number from the future was given by another server, from which this database was restored: nobody runs there.
    all_ended = state.pending_xmax <= seen.xmin or state.pending_xmax > seen.xmax
    settled = state.pending_id if all_ended else state.settled_id
    values = {"settled": state.settled_id, "last": state.last_feed_no, "most": request.most}
    numbered = uow.connection.execute(_NUMBER, values).rowcount
    caught_up = numbered < request.most
    if settled == state.pending_id and caught_up:
        pending, xmax = seen.newest, seen.xmax
    else:
        settled, pending, xmax = state.settled_id, state.pending_id, state.pending_xmax
    uow.connection.execute(
        _SAVE, {"last": state.last_feed_no + numbered, "settled": settled, "pending": pending, "xmax": xmax}
    )
    return {"numbered": numbered}


@dataclass(frozen=True, kw_only=True)
class DigestDay(Request):
    """The local day whose feed entries are digested; None: yesterday."""

    day: date | None = None


# Up to the last number given to an event of the day, every number in between too: around midnight a number can be
# given to an event of the new day before an older one, and none may be left out of the chain.
_DIGEST_OF = text(
    "SELECT f.feed_no, e.hash FROM feed_entries f JOIN case_events e ON e.id = f.event_id"
    " WHERE f.feed_no > :after AND f.feed_no <= (SELECT max(g.feed_no) FROM feed_entries g JOIN case_events d"
    "   ON d.id = g.event_id WHERE g.feed_no > :after AND d.at < :until) ORDER BY f.feed_no"
)
_KEPT_DIGEST = text("SELECT last_feed_no, digest FROM feed_digests WHERE day = :day")
_LAST_DIGEST = text("SELECT day, last_feed_no, digest FROM feed_digests WHERE day < :day ORDER BY day DESC LIMIT 1")
_KEEP_DIGEST = text(
    "INSERT INTO feed_digests (day, last_feed_no, digest) VALUES (:day, :last, :digest) ON CONFLICT (day) DO NOTHING"
)


@verb
def digest_day(desk: Desk, request: DigestDay) -> Answer:
    """Chain one day's events over their feed numbers, so that a silent edit or a deleted case shows."""
    day = request.day or local_date(desk.now) - timedelta(days=1)
    kept = desk.uow.connection.execute(_KEPT_DIGEST, {"day": day}).one_or_none()
    if kept is not None:
        return {"day": day.isoformat(), "last_feed_no": kept.last_feed_no, "digest": bytes(kept.digest).hex()}
    previous = desk.uow.connection.execute(_LAST_DIGEST, {"day": day}).one_or_none()
    last = previous.last_feed_no if previous else 0
    chain = hashlib.sha256(bytes(previous.digest) if previous else b"")
    until = local_instant(day + timedelta(days=1))
    for row in desk.uow.connection.execute(_DIGEST_OF, {"after": last, "until": until}):
        chain.update(row.feed_no.to_bytes(8, "big") + bytes(row.hash))
        last = row.feed_no
    desk.uow.connection.execute(_KEEP_DIGEST, {"day": day, "last": last, "digest": chain.digest()})
    return {"day": day.isoformat(), "last_feed_no": last, "digest": chain.hexdigest()}
