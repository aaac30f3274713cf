"""The post concerned says how an upheld card was put right (整改)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.card_change import CardChange, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.card_life import CardVerb
from engine.terms import CardStatus


@dataclass(frozen=True, kw_only=True)
class RectifyCard(Request):
    """`text`  what was done about it"""

    card_id: int
    text: str


@verb
def rectify_card(desk: Desk, request: RectifyCard) -> Answer:
    """The rectified card, waiting for supervision to close it."""
    text = required_text("text", request.text, "请写明整改情况。")
    card = CardChange.at(desk, request.card_id)
    card.require(CardVerb.RECTIFY)
    card.tell("supervision", "card_rectified")
    by = desk.actor.officer_id or None
    columns = {"rectified_by": by, "rectified_at": desk.now, "rectification_cipher": card.sealed(text)}
    return card.becomes(CardVerb.RECTIFY, CardStatus.RECTIFIED, text, **columns)
