"""The registers of the city held against each other (登记簿核对): certificate numbers, feed numbers, daily digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from engine.queries.case_faults import NOTHING, Fault
from engine.queries.due_work import history_is_loading

FEED, CERTIFICATES, DIGESTS = "事件推送", "证明登记簿", "每日摘要"
_SERIES = text(
    "SELECT COALESCE(c.series, k.series) AS series, COALESCE(k.value, 0) AS given, COALESCE(c.found, 0) AS found,"
    " COALESCE(c.first, 0) AS first, COALESCE(c.last, 0) AS last, COALESCE(c.unexplained, 0) AS unexplained FROM"
    " (SELECT series, count(*) AS found, min(serial) AS first, max(serial) AS last, count(*) FILTER (WHERE status NOT IN"
    "   ('reserved', 'issued', 'revoked', 'voided') OR (status = 'voided' AND void_reason = '')) AS unexplained"
    "  FROM certificates GROUP BY series) c FULL JOIN"
    " (SELECT substr(name, 13) AS series, value FROM counters WHERE name LIKE 'certificate:%') k ON k.series = c.series"
)
_FEED = text(
    "SELECT (SELECT last_feed_no FROM sequencer) AS given, count(*) AS found, COALESCE(min(feed_no), 1) AS first,"
    " COALESCE(max(feed_no), 0) AS last FROM feed_entries"
)
_GAPS = text(
    "SELECT feed_no, before FROM (SELECT feed_no, lag(feed_no, 1, 0) OVER (ORDER BY feed_no) AS before"
    " FROM feed_entries) f WHERE feed_no <> before + 1 ORDER BY feed_no LIMIT 20"
)
# While a history is loaded its events are old the moment they are written: those behind the newest number may wait.
_UNNUMBERED = text(
    "SELECT e.id, e.seq, c.number FROM case_events e JOIN cases c ON c.id = e.case_id WHERE e.at < :before"
    " AND (NOT :loading OR e.id <= (SELECT max(event_id) FROM feed_entries))"
    " AND NOT EXISTS (SELECT 1 FROM feed_entries f WHERE f.event_id = e.id) ORDER BY e.id LIMIT 20"
)
_EVENTLESS = text(
    "SELECT f.feed_no, f.event_id FROM feed_entries f WHERE NOT EXISTS"
    " (SELECT 1 FROM case_events e WHERE e.id = f.event_id) ORDER BY f.feed_no LIMIT 20"
)
_DIGESTS = text("SELECT day, last_feed_no, digest FROM feed_digests ORDER BY day")
_STRETCH = text(
    "SELECT f.feed_no, e.hash FROM feed_entries f LEFT JOIN case_events e ON e.id = f.event_id"
    " WHERE f.feed_no > :after AND f.feed_no <= :last ORDER BY f.feed_no"
)


def faults_of_registers(snapshot: Connection, numbered_before: datetime) -> list[Fault]:
    """Gaps, doubles and altered chains. `numbered_before`: every event older than this must have its feed number."""
    return [*_certificates(snapshot), *_feed(snapshot, numbered_before), *_digests(snapshot)]


def _certificates(snapshot: Connection) -> Iterator[Fault]:
    for row in snapshot.execute(_SERIES):
        if not (row.found == row.last == row.given and row.first == min(row.given, 1)):
            found = f"{row.found}个，自{row.first}至{row.last}"
            yield Fault(CERTIFICATES, f"{row.series}的编号", f"1至{row.given}各一个", found)
        if row.unexplained:
            yield Fault(
                CERTIFICATES, f"{row.series}的状态", "预留、已发、撤销或注明理由作废", f"{row.unexplained}个不明"
            )


def _feed(snapshot: Connection, numbered_before: datetime) -> Iterator[Fault]:
    row = snapshot.execute(_FEED).one()
    if not (row.found == row.last == row.given and row.first == 1):
        found = f"{row.found}个，自{row.first}至{row.last}"
        yield Fault(FEED, "推送序号", f"1至{row.given}各一个", found)
    for gap in snapshot.execute(_GAPS):
        yield Fault(FEED, "推送序号", str(gap.before + 1), str(gap.feed_no))
    waiting = {"before": numbered_before, "loading": history_is_loading(snapshot)}
    for event in snapshot.execute(_UNNUMBERED, waiting):
        yield Fault(event.number, f"第{event.seq}号事件的推送序号", "已编", NOTHING)
    for entry in snapshot.execute(_EVENTLESS):
        yield Fault(FEED, f"第{entry.feed_no}号所指事件{entry.event_id}", "存在", NOTHING)


def _digests(snapshot: Connection) -> Iterator[Fault]:
    after, previous = 0, b""
    for kept in snapshot.execute(_DIGESTS).all():
        found = _digest(snapshot, previous, after, kept.last_feed_no)
        if found != bytes(kept.digest):
            yield Fault(DIGESTS, kept.day.isoformat(), bytes(kept.digest).hex(), found.hex())
        # The kept digest goes on, so that one altered event shows on its own day only.
        after, previous = kept.last_feed_no, bytes(kept.digest)


def _digest(snapshot: Connection, previous: bytes, after: int, last: int) -> bytes:
    chain = hashlib.sha256(previous)
    rows: Any = snapshot.execute(_STRETCH, {"after": after, "last": last})
    for row in rows:
        chain.update(row.feed_no.to_bytes(8, "big") + bytes(row.hash or b""))
    return chain.digest()
