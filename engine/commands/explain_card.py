"""The post concerned explains a card (说明、申诉) within its date."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.card_change import CardChange, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.card_life import CardVerb
from engine.terms import CardStatus


@dataclass(frozen=True, kw_only=True)
class ExplainCard(Request):
    """`text`  what happened and why the card should fall, if it should"""

    card_id: int
    text: str


@verb
def explain_card(desk: Desk, request: ExplainCard) -> Answer:
    """The explained card; the explanation is kept encrypted and supervision is told."""
    text = required_text("text", request.text, "请写明情况和理由。")
    card = CardChange.at(desk, request.card_id)
    card.require(CardVerb.EXPLAIN)
    card.tell("supervision", "card_explained")
    by = desk.actor.officer_id or None
    columns = {"explained_by": by, "explained_at": desk.now, "explanation_cipher": card.sealed(text)}
    if card.row.notified_at is None:
        columns["notified_at"] = desk.now
    return card.becomes(CardVerb.EXPLAIN, CardStatus.EXPLAINED, text, **columns)
