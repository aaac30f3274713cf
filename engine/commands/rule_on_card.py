"""Supervision rules on a card (裁定): it stands or it falls, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.card_change import CardChange, required_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.card_life import LIFE, CardVerb
from engine.terms import CardStatus


@dataclass(frozen=True, kw_only=True)
class RuleOnCard(Request):
    """`ruling`  upheld 维持 or revoked 撤销; never by the officer or the post concerned"""

    card_id: int
    ruling: str
    reason: str


@verb
def rule_on_card(desk: Desk, request: RuleOnCard) -> Answer:
    """The card upheld, then to be rectified, or revoked: it stays in the record and drops from every count."""
    choices = {status.value: status for status in LIFE[CardVerb.RULE].becomes}
    if request.ruling not in choices:
        said = "请选择“维持”（upheld）或“撤销”（revoked）。"
        raise FormInvalid(said, errors={"ruling": [said]})
    reason = required_text("reason", request.reason, "请写明裁定的理由。")
    card = CardChange.at(desk, request.card_id)
    card.require(CardVerb.RULE)
    status = choices[request.ruling]
    card.tell("officer", "card_ruled", ruling=CardStatus(status).label)
    by = desk.actor.officer_id or None
    ruled = {"ruled_by": by, "ruled_at": desk.now, "ruling_cipher": card.sealed(reason)}
    return card.becomes(CardVerb.RULE, status, reason, **ruled)
