"""The cards of a case told again from its events (监察牌重演), to be held against the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from engine.terms import CardStatus

# Event -> the instant it sets.
_INSTANTS = {
    "card_notified": "notified_at",
    "card_explained": "explained_at",
    "card_ruled": "ruled_at",
    "card_rectified": "rectified_at",
    "card_closed": "closed_at",
}


@dataclass
class CardTold:
    """A card as its events leave it."""

    number: str
    rule: str
    token: str
    signal: str
    status: str
    post_id: int | None
    officer_id: int | None
    issued_at: datetime
    answer_due_at: datetime | None
    notified_at: datetime | None = None
    explained_at: datetime | None = None
    ruled_at: datetime | None = None
    rectified_at: datetime | None = None
    closed_at: datetime | None = None
    replaced_by: int | None = None

    @classmethod
    def of_row(cls, row: Any) -> CardTold:
        """The same of a row of `cards`."""
        return cls(**{one.name: getattr(row, one.name) for one in fields(cls)})

    def told(self) -> tuple[Any, ...]:
        return tuple(getattr(self, one.name) for one in fields(self))


def take_card(cards: dict[int, CardTold], kind: str, at: datetime, payload: Mapping[str, Any]) -> None:
    """What one event says of the case's cards; events that are about no card change nothing."""
    if kind == "card_issued":
        _issue(cards, at, payload)
    elif kind in _INSTANTS and (card := cards.get(payload["card"])):
        setattr(card, _INSTANTS[kind], at)
        card.status = payload.get("status", CardStatus.CLOSED.value)
        if kind == "card_explained":
            card.notified_at = card.notified_at or at


def _issue(cards: dict[int, CardTold], at: datetime, payload: Mapping[str, Any]) -> None:
    answer_by = payload.get("answer_due_at")
    cards[payload["card"]] = CardTold(
        number=payload["number"],
        rule=payload["rule"],
        token=payload["token"],
        signal=payload["signal"],
        status=payload["status"],
        post_id=payload.get("post_id"),
        officer_id=payload.get("officer_id"),
        issued_at=at,
        answer_due_at=datetime.fromisoformat(answer_by) if answer_by else None,
        notified_at=at if payload["status"] == CardStatus.NOTIFIED else None,
    )
    if lighter := cards.get(payload.get("replaces", 0)):
        lighter.status, lighter.replaced_by = CardStatus.REPLACED.value, payload["card"]
