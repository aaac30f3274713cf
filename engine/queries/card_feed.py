"""What became of cards (监察牌动态), in the order of the gapless feed: for e-supervision systems that follow them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.card_scope import cards_within
from engine.queries.paging import bounded
from engine.queries.reading import reading, statement
from engine.terms import CardStatus, Signal

MOST_CARDS = 500
STRETCH = 20_000  # feed numbers examined at once: cards are rare among events
KINDS = ("card_issued", "card_notified", "card_explained", "card_ruled", "card_rectified", "card_closed")


@dataclass(frozen=True)
class CardChangeLine:
    """One change of one card, with the card as it is now (table 11 of the exchange: 监察信息)."""

    feed_no: int
    kind: str
    at: datetime
    id: int
    number: str
    rule: str
    signal: Signal
    status: CardStatus
    case_number: str
    item_key: str
    department: str
    region_code: str
    organisation_id: int | None
    issued_at: datetime
    answer_due_at: datetime | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class CardFeed:
    """A stretch of the feed. Ask again with `after` = `next_after`; `caught_up`: nothing newer is numbered yet."""

    cards: tuple[CardChangeLine, ...]
    next_after: int
    caught_up: bool


_LAST = "SELECT COALESCE(max(feed_no), 0) FROM feed_entries"
_STRETCH = (
    "SELECT f.feed_no, e.kind, e.at, k.id, k.number, k.rule, k.signal, k.status, c.number AS case_number,"
    " i.key AS item_key, k.department, k.region_code, k.organisation_id, k.issued_at, k.answer_due_at, k.facts"
    " FROM feed_entries f JOIN case_events e ON e.id = f.event_id"
    " JOIN cards k ON k.id = CAST(e.payload->>'card' AS bigint) JOIN cases c ON c.id = k.case_id"
    " JOIN items i ON i.id = k.item_id WHERE f.feed_no > :after AND f.feed_no <= :through AND e.kind = ANY(:kinds) AND "
)


def card_feed(office: Office, actor: Actor, after: int = 0, limit: int | None = None) -> CardFeed:
    """The changes of cards in the actor's scope numbered after `after`; at most 500 of 20 000 events examined."""
    most = bounded(limit, 200, MOST_CARDS)
    condition, values = cards_within(actor)
    with reading(office) as connection:
        last: int = connection.execute(statement(_LAST)).scalar_one()
        through = min(last, after + STRETCH)
        given = {**values, "after": after, "through": through, "kinds": list(KINDS), "most": most}
        rows = connection.execute(statement(f"{_STRETCH}{condition} ORDER BY f.feed_no LIMIT :most"), given).all()
    cards = tuple(CardChangeLine(**row._mapping) for row in rows)
    is_cut = len(cards) == most
    next_after = cards[-1].feed_no if is_cut else max(after, through)
    return CardFeed(cards, next_after, next_after >= last)
