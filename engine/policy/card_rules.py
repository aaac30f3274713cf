"""Which cards a case calls for (监察规则的判定), and when that can next change. Pure: a picture of the case in, cards out.

A rule calls as long as its trigger holds; that each card is issued only once, `cards_to_issue` sees to. Clock rules ask
the clocks themselves, so a suspension (停表) spares whoever waits lawfully.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from engine.policy.cards import CardThresholds, card_for, next_change_at
from engine.policy.clocks import CaseClock, ClockReading, due, read
from engine.policy.limits import Limit
from engine.policy.rule_book import Rule, RuleBook, graver
from engine.policy.working_days import WorkingCalendar
from engine.terms import Card, CardStatus, ClockKind, Signal, Trigger

UNANSWERED = frozenset({CardStatus.ISSUED, CardStatus.NOTIFIED})
FINISHED = frozenset({CardStatus.REVOKED, CardStatus.CLOSED, CardStatus.REPLACED})
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class PlacedClock:
    """One clock and where it hangs: "" the case itself, a step's token, `procedure:7`, `order:3`."""

    place: str
    clock: CaseClock


@dataclass(frozen=True)
class Happening:
    """An event of the case that rules read; payloads hold codes and ids only."""

    seq: int
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class ProcedureFact:
    """A special procedure: its code, and whether a person ordered it without naming who approved."""

    id: int
    code: str
    lacks_approver: bool = False


@dataclass(frozen=True)
class IssuedCard:
    """A card already issued on the case."""

    id: int
    number: str
    rule: str
    place: str
    signal: Signal
    status: CardStatus
    answer_due_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, Signal]:
        return self.rule, self.place, self.signal


@dataclass(frozen=True)
class CasePicture:
    """Everything the rules look at (办件画像).

    procedures_offered  codes of the item's list; `documents` ids of its material catalogue
    extended_late       an extension was granted after the date it should have kept
    is_forbidden        certificates of this type stand on the negative list
    handlers            who did steps other than the decision; `deciders` step's token → who decided it.
                        Both empty where the item does not keep the two apart
    """

    clocks: tuple[PlacedClock, ...] = ()
    happenings: tuple[Happening, ...] = ()
    procedures: tuple[ProcedureFact, ...] = ()
    procedures_offered: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    extended_late: bool = False
    is_forbidden: bool = False
    handlers: frozenset[int] = frozenset()
    deciders: Mapping[str, int] = field(default_factory=dict)
    cards: tuple[IssuedCard, ...] = ()


@dataclass(frozen=True)
class CalledCard:
    """A card that is called for: by which rule, where, and the facts that explain it.

    `replaces`  id of the card that this one takes the place of
    """

    rule: Rule
    place: str
    signal: Signal
    facts: Mapping[str, Any] = field(default_factory=dict)
    replaces: int | None = None

    @property
    def key(self) -> tuple[str, str, Signal]:
        return self.rule.id, self.place, self.signal


def called_cards(
    picture: CasePicture, book: RuleBook, calendar: WorkingCalendar, now: datetime
) -> tuple[CalledCard, ...]:
    """Every card that the case calls for at this instant, whether it was issued or not."""
    return tuple(
        called for rule in book.active for called in _TRIGGERS[rule.trigger](_Look(picture, rule, calendar, now))
    )


def cards_to_issue(
    picture: CasePicture, book: RuleBook, calendar: WorkingCalendar, now: datetime
) -> tuple[CalledCard, ...]:
    """The cards that are called for and were never issued; one per rule, place and signal, whatever became of it."""
    issued = {card.key for card in picture.cards}
    return tuple(
        CalledCard(one.rule, one.place, one.signal, one.facts, one.replaces or _lighter(one, picture.cards))
        for one in called_cards(picture, book, calendar, now)
        if one.key not in issued
    )


def warnings_over(
    picture: CasePicture, book: RuleBook, calendar: WorkingCalendar, now: datetime
) -> tuple[IssuedCard, ...]:
    """The warnings (预警) whose trigger is over: they only remind and need no ruling."""
    called = {one.key for one in called_cards(picture, book, calendar, now)}
    return tuple(
        card
        for card in picture.cards
        if card.signal is Signal.WARNING and card.status not in FINISHED and card.key not in called
    )


def next_look_at(picture: CasePicture, book: RuleBook, calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """First instant after `now` at which other cards can be called for if nothing happens meanwhile; None if never."""
    instants = [
        at
        for rule in book.active
        for placed in picture.clocks
        if placed.clock.kind in rule.clocks and rule.trigger in _CLOCK_STATES
        for at in _clock_changes(rule, placed.clock, calendar, now)
    ]
    if any(rule.trigger is Trigger.CARD_UNANSWERED for rule in book.active):
        instants += [c.answer_due_at + _ONE_SECOND for c in picture.cards if _awaits_answer(c) and c.answer_due_at]
    return min((at for at in instants if at > now), default=None)


def _lighter(called: CalledCard, cards: Iterable[IssuedCard]) -> int | None:
    """The unfinished card of the same rule and place that a graver one replaces."""
    return next(
        (
            card.id
            for card in cards
            if (card.rule, card.place) == (called.rule.id, called.place)
            and card.status not in FINISHED
            and graver(called.signal, card.signal)
        ),
        None,
    )


@dataclass(frozen=True)
class _Look:
    """One rule held against one picture."""

    picture: CasePicture
    rule: Rule
    calendar: WorkingCalendar
    now: datetime

    def call(self, place: str, signal: Signal | None = None, **facts: Any) -> CalledCard:
        return CalledCard(self.rule, place, signal or self.rule.signal, facts)

    def happened(self, *kinds: str) -> list[Happening]:
        return [one for one in self.picture.happenings if one.kind in kinds]


# --- time limits ------------------------------------------------------------------------------------------------------

# How `policy/cards` is asked: the state it answers with while the rule calls.
_CLOCK_STATES = {Trigger.CLOCK_NEAR: Card.YELLOW, Trigger.CLOCK_PAST: Card.RED}


def _thresholds(rule: Rule, kind: ClockKind) -> CardThresholds:
    past = MappingProxyType({kind: Card.RED})
    if rule.near is None:
        return CardThresholds(near=Card.NONE, past=past)
    near = rule.near
    return CardThresholds(near.near_working_days, near.near_rate, near.near_rate_from, Card.YELLOW, past)


def _on_clocks(look: _Look) -> Iterator[CalledCard]:
    rule, state = look.rule, _CLOCK_STATES[look.rule.trigger]
    watched = [placed for placed in look.picture.clocks if placed.clock.kind in rule.clocks]
    for placed in watched:
        clock = placed.clock
        shown = read(clock, look.calendar, look.now)
        if card_for(shown, _thresholds(rule, clock.kind)) is not state or _is_excused(look, clock):
            continue
        signal = rule.signal
        if rule.escalates_to and shown.read_at >= _escalates_at(rule, shown, look.calendar):
            signal = rule.escalates_to
        yield look.call(
            placed.place,
            signal,
            clock=clock.kind.value,
            started_at=clock.started_at.isoformat(),
            due_at=shown.due.due_at.isoformat(),
            limit=shown.due.limit.label,
            left=shown.remaining_working_days,
        )


def _is_excused(look: _Look, clock: CaseClock) -> bool:
    """An overdue step is its own fault only while the case is inside its limit; later the case's own rules speak."""
    if not look.rule.only_inside_limit or clock.kind is not ClockKind.STEP:
        return False
    own = (placed.clock for placed in look.picture.clocks if placed.clock.kind is ClockKind.PROMISED)
    return any(read(promised, look.calendar, look.now).is_overdue for promised in own)


def _escalates_at(rule: Rule, shown: ClockReading, calendar: WorkingCalendar) -> datetime:
    return due(shown.due.due_at, Limit(rule.escalate_after), (), calendar, kind=shown.kind).lapses_at


def _clock_changes(rule: Rule, clock: CaseClock, calendar: WorkingCalendar, now: datetime) -> Iterator[datetime]:
    at = next_change_at(clock, calendar, now, _thresholds(rule, clock.kind))
    if at is not None:
        yield at
    if rule.escalates_to and clock.stopped_at is None:
        yield _escalates_at(rule, read(clock, calendar, now), calendar)


# --- cards ------------------------------------------------------------------------------------------------------------


def _awaits_answer(card: IssuedCard) -> bool:
    return card.signal is Signal.YELLOW and card.status in UNANSWERED


def _on_silence(look: _Look) -> Iterator[CalledCard]:
    for card in look.picture.cards:
        lapsed = card.answer_due_at is not None and look.now >= card.answer_due_at + _ONE_SECOND
        if _awaits_answer(card) and lapsed and card.answer_due_at:
            facts = {"card": card.number, "due_at": card.answer_due_at.isoformat()}
            yield CalledCard(look.rule, f"card:{card.id}", look.rule.signal, facts, card.id)


# --- procedure --------------------------------------------------------------------------------------------------------


def _on_second_correction(look: _Look) -> Iterator[CalledCard]:
    """From the second notice on; one that somebody with authority approved is lawful."""
    for n, notice in enumerate(look.happened("correction_requested"), 1):
        if n > 1 and not notice.payload.get("approver"):
            yield look.call(f"event:{notice.seq}", round=n)


def _on_refusal(look: _Look) -> Iterator[CalledCard]:
    for one in look.happened("acceptance_refused", "case_rejected"):
        if not str(one.payload.get("legal_basis") or "").strip():
            yield look.call(f"event:{one.seq}", event=one.kind)
    for one in look.happened("work_item_completed"):
        if one.payload.get("result") == "refused" and not one.payload.get("opinion"):
            yield look.call(f"event:{one.seq}", event=one.kind)


def _on_unlisted_procedure(look: _Look) -> Iterator[CalledCard]:
    for one in look.picture.procedures:
        is_listed = one.code in look.picture.procedures_offered
        if not is_listed or one.lacks_approver:
            why = "no_approver" if is_listed else "unlisted"
            yield look.call(f"procedure:{one.id}", procedure=one.code, why=why)


def _on_extension(look: _Look) -> Iterator[CalledCard]:
    for n, one in enumerate(look.happened("limit_extended"), 1):
        if n > 1 or look.picture.extended_late:
            yield look.call(f"event:{one.seq}", why="repeated" if n > 1 else "late")


def _on_foreign_document(look: _Look) -> Iterator[CalledCard]:
    for one in look.happened("correction_requested"):
        foreign = sorted(set(one.payload.get("documents") or ()) - look.picture.documents)
        if foreign:
            yield look.call(f"event:{one.seq}", documents=foreign)


def _on_forbidden_certificate(look: _Look) -> Iterator[CalledCard]:
    if look.picture.is_forbidden:
        for one in look.happened("certificate_issued"):
            yield look.call(f"event:{one.seq}", certificate=one.payload.get("number", ""))


def _on_one_hand(look: _Look) -> Iterator[CalledCard]:
    for token, officer in look.picture.deciders.items():
        if officer in look.picture.handlers:
            yield look.call(token, officer=officer)


_TRIGGERS: dict[Trigger, Callable[[_Look], Iterator[CalledCard]]] = {
    Trigger.CLOCK_NEAR: _on_clocks,
    Trigger.CLOCK_PAST: _on_clocks,
    Trigger.CARD_UNANSWERED: _on_silence,
    Trigger.SECOND_CORRECTION: _on_second_correction,
    Trigger.REFUSAL_WITHOUT_REASON: _on_refusal,
    Trigger.PROCEDURE_UNLISTED: _on_unlisted_procedure,
    Trigger.EXTENSION_MISUSED: _on_extension,
    Trigger.FOREIGN_DOCUMENT: _on_foreign_document,
    Trigger.FORBIDDEN_CERTIFICATE: _on_forbidden_certificate,
    Trigger.NOT_SEPARATED: _on_one_hand,
}


# --- when a verb brings the next look forward -------------------------------------------------------------------------


def look_wanted_at(kind: str, payload: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the rules must look again because of this event, beside the changes of the light; None if it calls for nothing.

    Due dates of steps and procedures that open, and at once what a rule may find fault with.
    """
    instants = [datetime.fromisoformat(one["due"]) for one in payload.get("opened", ()) if _has_limit(one)]
    if kind == "procedure_started":
        instants.append(datetime.fromisoformat(payload["due"]))
    if "delivery_due" in payload:
        instants.append(datetime.fromisoformat(payload["delivery_due"]))
    soonest = min((at + _ONE_SECOND for at in instants), default=None)
    return now if _is_looked_at_once(kind, payload) else soonest


def _has_limit(opened: Mapping[str, Any]) -> bool:
    return "due" in opened and not opened.get("timer")


def _is_looked_at_once(kind: str, payload: Mapping[str, Any]) -> bool:
    match kind:
        case "limit_extended" | "supervision_ordered" | "procedure_ended":
            return True
        case "correction_requested":
            return int(payload.get("round") or 1) > 1
        case "acceptance_refused" | "case_rejected":
            return not str(payload.get("legal_basis") or "").strip()
        case "work_item_completed":
            return payload.get("result") == "refused" and not payload.get("opinion")
    return False
