"""A card reaches whom it concerns (送达): an officer of the post opens it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.card_change import CardChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.card_life import CardVerb
from engine.terms import CardStatus


@dataclass(frozen=True, kw_only=True)
class NotifyCard(Request):
    """The card that was opened."""

    card_id: int


@verb
def notify_card(desk: Desk, request: NotifyCard) -> Answer:
    """The notified card, with the instant. The date for an explanation runs from issue, not from here."""
    card = CardChange.at(desk, request.card_id)
    card.require(CardVerb.NOTIFY)
    return card.becomes(CardVerb.NOTIFY, CardStatus.NOTIFIED, notified_at=desk.now)
