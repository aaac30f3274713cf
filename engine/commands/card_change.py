"""One card being changed by one verb, under the lock of its case: authorised by the table of a card's life, told as an event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk
from engine.errors import FormInvalid, NotFound
from engine.policy.card_life import (
    CARD_READERS,
    LIFE,
    SUPERVISION,
    CardSituation,
    CardVerb,
    Party,
    is_holder,
    require_card_verb,
)
from engine.terms import CardStatus, Signal

LONGEST_TEXT = 2000


class CardChange:
    """The locked case and one of its cards."""

    def __init__(self, change: CaseChange, row: Row[Any]) -> None:
        self.case, self.row = change, row
        self.desk = change.desk
        self.situation = CardSituation(
            status=CardStatus(row.status),
            signal=Signal(row.signal),
            region_code=row.region_code,
            department=row.department,
            post_id=row.post_id,
            officer_id=row.officer_id,
            explained_by=row.explained_by,
            answer_due_at=row.answer_due_at,
            now=change.desk.now,
        )

    @classmethod
    def at(cls, desk: Desk, card_id: int) -> CardChange:
        """The card for whom it concerns; NotFound for everybody else: whether it exists is not told."""
        case_id = desk.uow.cards.case_of(card_id)
        if case_id is None:
            raise _unknown()
        change = CaseChange.at_case(desk, case_id)
        found = cls(change, next(row for row in desk.uow.cards.of_case(case_id) if row.id == card_id))
        if not found._concerns(desk):
            raise _unknown()
        return found

    def _concerns(self, desk: Desk) -> bool:
        card, actor = self.situation, desk.actor
        return is_holder(card, actor) or actor.may_see(card.region_code, card.department, CARD_READERS)

    def require(self, verb: CardVerb) -> None:
        require_card_verb(verb, self.situation, self.desk.actor)

    def becomes(self, verb: CardVerb, status: CardStatus, text: str = "", **columns: Any) -> Answer:
        """The card in its new status, told and saved. `text` was kept encrypted; the event bears its digest only."""
        rule = LIFE[verb]
        self.desk.uow.cards.change(self.row.id, {"status": status, **columns})
        digest = self.desk.office.sealer.digest(text) if text else None
        self.case.values["post_id"] = self._acting_post(rule.party)
        self.case.happened(rule.event, {"card": self.row.id, "status": status.value, "text": digest})
        self.case.save()
        return {"id": self.row.id, "number": self.row.number, "status": status.value}

    def tell(self, receiver: str, kind: str, **more: str) -> None:
        told = {"number": self.case.values["number"], "card": self.row.number, **more}
        self.case.tell(receiver, kind, told)

    def sealed(self, text: str) -> bytes:
        return self.desk.office.sealer.encrypt_json({"text": text, "officer": self.desk.actor.name})

    def _acting_post(self, party: Party) -> int | None:
        actor = self.desk.actor
        if party is Party.HOLDER:
            held = actor.post(self.row.post_id)
        else:
            held = next((post for post in actor.posts if post.roles & SUPERVISION), None)
        return held.id if held else None


def required_text(name: str, text: str, wanted: str) -> str:
    """The text a verb cannot do without; FormInvalid says what to write."""
    given = text.strip()
    if not given or len(given) > LONGEST_TEXT:
        said = wanted if not given else f"最多{LONGEST_TEXT}个字符。"
        raise FormInvalid(said, errors={name: [said]})
    return given


def _unknown() -> NotFound:
    return NotFound("没有这张监察牌，或不在您的范围内。", en="no such card in your scope")
