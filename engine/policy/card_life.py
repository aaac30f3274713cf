"""The life of a card (监察牌): 发出 → 送达 → 说明 → 维持或撤销 → 整改 → 销牌. Who may do what when, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.errors import ActionNotAllowed, NotPermitted
from engine.policy.actors import Actor
from engine.terms import CardStatus, Role, Signal, Term

SUPERVISION = frozenset({Role.SUPERVISOR})
CARD_READERS = frozenset({Role.SUPERVISOR, Role.E_SUPERVISION})
_ONE_SECOND = timedelta(seconds=1)


class CardVerb(Term):
    """What can be done with a card."""

    NOTIFY = "notify", "送达"
    EXPLAIN = "explain", "说明（申诉）", "Explain"
    RULE = "rule", "裁定"
    RECTIFY = "rectify", "整改"
    CLOSE = "close", "销牌"


class Party(Term):
    """Who acts on a card."""

    HOLDER = "holder", "被监察岗位", "Post concerned"
    SUPERVISOR = "supervisor", "监察岗位"


@dataclass(frozen=True)
class LifeRule:
    """One row of the table; `becomes` the status after it (a ruling chooses between two)."""

    party: Party
    statuses: frozenset[CardStatus]
    becomes: tuple[CardStatus, ...]
    event: str
    for_warnings: bool = False


_WAITING = frozenset({CardStatus.ISSUED, CardStatus.NOTIFIED})

LIFE: dict[CardVerb, LifeRule] = {
    CardVerb.NOTIFY: LifeRule(
        Party.HOLDER, frozenset({CardStatus.ISSUED}), (CardStatus.NOTIFIED,), "card_notified", for_warnings=True
    ),
    CardVerb.EXPLAIN: LifeRule(Party.HOLDER, _WAITING, (CardStatus.EXPLAINED,), "card_explained"),
    # Whoever stays silent until the date is judged without an explanation.
    CardVerb.RULE: LifeRule(
        Party.SUPERVISOR,
        _WAITING | {CardStatus.EXPLAINED},
        (CardStatus.UPHELD, CardStatus.REVOKED),
        "card_ruled",
    ),
    CardVerb.RECTIFY: LifeRule(Party.HOLDER, frozenset({CardStatus.UPHELD}), (CardStatus.RECTIFIED,), "card_rectified"),
    CardVerb.CLOSE: LifeRule(Party.SUPERVISOR, frozenset({CardStatus.RECTIFIED}), (CardStatus.CLOSED,), "card_closed"),
}


@dataclass(frozen=True)
class CardSituation:
    """A card as far as the table asks."""

    status: CardStatus
    signal: Signal
    region_code: str
    department: str
    post_id: int | None
    officer_id: int | None
    explained_by: int | None
    answer_due_at: datetime | None
    now: datetime

    @property
    def has_lapsed(self) -> bool:
        """The date for an explanation is over."""
        return self.answer_due_at is not None and self.now >= self.answer_due_at + _ONE_SECOND


@dataclass(frozen=True)
class CardVerdict:
    """May it be done now? If not: why, by which rule, and whether it is a matter of rights."""

    verb: CardVerb
    possible: bool
    reason: str = ""
    rule: str = ""

    def to_dict(self) -> dict[str, object]:
        named = {"verb": self.verb.value, "label": self.verb.label, "possible": self.possible}
        return {**named, "reason": self.reason, "rule": self.rule}


def card_verdict(verb: CardVerb, card: CardSituation, actor: Actor) -> CardVerdict:
    """The table's answer for this actor, now."""
    reason, rule = _refusal(verb, LIFE[verb], card, actor)
    return CardVerdict(verb, not rule, reason, rule)


def require_card_verb(verb: CardVerb, card: CardSituation, actor: Actor) -> LifeRule:
    """Raises ActionNotAllowed or NotPermitted with the reason; the first line of every command on a card."""
    found = card_verdict(verb, card, actor)
    if found.possible:
        return LIFE[verb]
    error = NotPermitted if found.rule in ("rights", "own_card") else ActionNotAllowed
    raise error(found.reason, en=f"{verb.label_en} is not possible ({found.rule})", action=verb.value, rule=found.rule)


def is_holder(card: CardSituation, actor: Actor) -> bool:
    """Whether the card is the actor's to answer: issued to the officer or a post of theirs."""
    return actor.officer_id == card.officer_id or actor.post(card.post_id) is not None


def _refusal(verb: CardVerb, rule: LifeRule, card: CardSituation, actor: Actor) -> tuple[str, str]:
    """Reason and code of a refusal; two empty texts when the verb is allowed."""
    if reason := _rights(rule, card, actor):
        return reason
    if card.signal is Signal.WARNING and not rule.for_warnings:
        return "预警只作提醒，情形消失后自动销牌，不需要说明和裁定。", "warning"
    if card.status not in rule.statuses:
        allowed = "、".join(status.label for status in CardStatus if status in rule.statuses)
        return f"此牌当前为“{card.status.label}”，{verb.label}只能在“{allowed}”时进行。", "status"
    if verb is CardVerb.EXPLAIN and card.has_lapsed:
        return "说明期限已过；请等待监察岗位裁定。", "answer_lapsed"
    if verb is CardVerb.RULE and card.status in _WAITING and not card.has_lapsed:
        return "说明期限未满，被监察岗位尚未说明；收到说明或期满后再裁定。", "answer_pending"
    return "", ""


def _rights(rule: LifeRule, card: CardSituation, actor: Actor) -> tuple[str, str] | None:
    if actor.is_system:
        return None
    if rule.party is Party.HOLDER:
        return None if is_holder(card, actor) else ("此牌不是发给您或您的岗位的。", "rights")
    if not actor.may_see(card.region_code, card.department, SUPERVISION):
        return "此牌不在您的监察范围内，或您的岗位没有这项权限。", "rights"
    concerned = actor.officer_id in (card.officer_id, card.explained_by) or actor.post(card.post_id) is not None
    return ("此牌涉及您本人或您的岗位，请由其他监察人员处理。", "own_card") if concerned else None
