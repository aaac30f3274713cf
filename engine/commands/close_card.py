"""Supervision closes a card that was put right (销牌)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.card_change import CardChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.card_life import CardVerb
from engine.terms import CardStatus


@dataclass(frozen=True, kw_only=True)
class CloseCard(Request):
    """The card whose rectification was checked."""

    card_id: int


@verb
def close_card(desk: Desk, request: CloseCard) -> Answer:
    """The closed card; it goes on counting as a card that was upheld."""
    card = CardChange.at(desk, request.card_id)
    card.require(CardVerb.CLOSE)
    card.tell("officer", "card_closed")
    return card.becomes(CardVerb.CLOSE, CardStatus.CLOSED, closed_at=desk.now)
