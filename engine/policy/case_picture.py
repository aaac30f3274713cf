"""The picture of a case that the rules of e-supervision look at (办件画像), put together from its rows; and who answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions.model import ItemDefinition
from engine.definitions.steps import limit_of_step, node_of
from engine.policy.card_rules import CalledCard, CasePicture, Happening, IssuedCard, PlacedClock, ProcedureFact
from engine.policy.case_clocks import clocks_of, limit_of, times_of
from engine.policy.clocks import ACCEPTANCE_LIMIT, CaseClock
from engine.policy.limits import Interval, Limit
from engine.terms import CardStatus, ClockKind, Part, Signal, Stage

# The events that rules read.
READ_EVENTS = (
    *("correction_requested", "acceptance_refused", "case_rejected", "work_item_completed", "limit_extended"),
    "certificate_issued",
)


@dataclass(frozen=True)
class CaseAccount:
    """The rows a picture is made of, as `records/cards` reads them.

    case   columns of the case as they stand
    steps  each with its work items: token, stage, status, part, holder, dates
    """

    case: Mapping[str, Any]
    steps: Sequence[Any] = ()
    suspensions: Sequence[Any] = ()
    events: Sequence[Any] = ()
    orders: Sequence[Any] = ()
    cards: Sequence[Any] = ()
    extended_late: bool = False


@dataclass(frozen=True)
class CardHolder:
    """Whom a card is issued to, as things stood then; None where nobody in particular holds it."""

    post_id: int | None
    officer_id: int | None
    organisation_id: int | None
    department: str
    post_name: str = ""
    officer_name: str = ""


def picture_of(definition: ItemDefinition, account: CaseAccount, *, is_forbidden: bool = False) -> CasePicture:
    """What the rules may look at; `is_forbidden`: certificates of this type must not be issued here."""
    apart = definition.separate_approval
    done = [row for row in account.steps if row.work_status == "done" and row.officer_id is not None]
    return CasePicture(
        clocks=(*_own_clocks(definition, account), *_clocks_beside(definition, account)),
        happenings=tuple(Happening(row.seq, row.kind, row.payload) for row in account.events),
        procedures=tuple(
            ProcedureFact(row.id, row.procedure, row.token is None and row.approver_id is None)
            for row in account.suspensions
        ),
        procedures_offered=frozenset(p.code for p in definition.limits.special_procedures),
        documents=frozenset(rule.id for rule in definition.documents),
        extended_late=account.extended_late,
        is_forbidden=is_forbidden,
        handlers=frozenset(row.officer_id for row in done if row.stage != Stage.DECIDE) if apart else frozenset(),
        deciders={row.token: row.officer_id for row in done if row.stage == Stage.DECIDE} if apart else {},
        cards=tuple(issued_card(row) for row in account.cards),
    )


def issued_card(row: Any) -> IssuedCard:
    """A row of `cards` as the rules see it."""
    return IssuedCard(
        row.id, row.number, row.rule, row.token, Signal(row.signal), CardStatus(row.status), row.answer_due_at
    )


def clock_at(
    definition: ItemDefinition, account: CaseAccount, place: str, kind: ClockKind, at: datetime
) -> CaseClock | None:
    """The clock of a card as it stood when the card was issued: what was suspended later is left out."""
    then = [
        row if row.ended_at is None or row.ended_at <= at else _Standing(row)
        for row in account.suspensions
        if row.started_at < at
    ]
    seen = CaseAccount(account.case, account.steps, then, orders=account.orders)
    clocks = (*_own_clocks(definition, seen), *_clocks_beside(definition, seen))
    return next((one.clock for one in clocks if (one.place, one.clock.kind) == (place, kind)), None)


class _Standing:
    """A suspension as it was while it lasted."""

    def __init__(self, row: Any) -> None:
        self.id, self.procedure, self.title, self.token = row.id, row.procedure, row.title, row.token
        self.started_at, self.ended_at = row.started_at, None


def holder_of(called: CalledCard, account: CaseAccount) -> CardHolder:
    """Who answers for a card: whoever held the one it replaces, else the holder of the step it is about, else of the
    case's open step, else who did the last."""
    rows = [row for row in account.steps if row.post_id is not None]
    replaced = next((row for row in account.cards if row.id == called.replaces), None)
    if replaced is not None:
        names = next(((r.post_name or "", r.officer_name or "") for r in rows if _holds(r, replaced)), ("", ""))
        columns = replaced.post_id, replaced.officer_id, replaced.organisation_id, replaced.department
        return CardHolder(*columns, *names)
    own = [row for row in rows if row.token == called.place]
    open_ = [row for row in rows if row.status == "open"]
    chosen = _main(own) or _main(open_) or _main(_last_done_first(rows))
    if chosen is None:
        return CardHolder(None, None, None, account.case["department"])
    department = chosen.department or account.case["department"]
    names = chosen.post_name or "", chosen.officer_name or ""
    return CardHolder(chosen.post_id, chosen.officer_id, chosen.organisation_id, department, *names)


def _holds(row: Any, card: Any) -> bool:
    return (row.post_id, row.officer_id) == (card.post_id, card.officer_id)


def _main(rows: Sequence[Any]) -> Any:
    return next((row for row in rows if row.part == Part.MAIN), None)


def _last_done_first(rows: Iterable[Any]) -> list[Any]:
    done = [row for row in rows if row.work_status == "done"]
    return sorted(done, key=lambda row: (row.closed_at, row.work_item_id), reverse=True)


def _stood(suspensions: Iterable[Any]) -> tuple[Interval, ...]:
    return tuple(Interval(row.started_at, row.ended_at, row.title) for row in suspensions)


def _own_clocks(definition: ItemDefinition, account: CaseAccount) -> Iterable[PlacedClock]:
    """The case's acceptance, promised and statutory clocks."""
    case = account.case
    if acceptance := _acceptance(case):
        yield PlacedClock("", acceptance)
    times = times_of(case.__getitem__, _stood(account.suspensions), definition)
    if case["accepted_at"] is not None:
        clocks = clocks_of(definition.limits, times)
        yield from (PlacedClock("", clocks[kind]) for kind in (ClockKind.PROMISED, ClockKind.STATUTORY))
        if ClockKind.DELIVERY in clocks:
            yield PlacedClock("delivery", clocks[ClockKind.DELIVERY])


def _acceptance(case: Mapping[str, Any]) -> CaseClock:
    """From receipt, or from the supply of what was missing, until acceptance, a notice or the end.

    A case deemed accepted (视为受理) is one whose clock nobody stopped.
    """
    supplied = case["supplied_at"]
    asked = None if supplied else case["correction_asked_at"]
    stopped_at = asked or (None if case["deemed_accepted"] else case["accepted_at"]) or case["closed_at"]
    return CaseClock(ClockKind.ACCEPTANCE, supplied or case["received_at"], ACCEPTANCE_LIMIT, stopped_at=stopped_at)


def _clocks_beside(definition: ItemDefinition, account: CaseAccount) -> Iterable[PlacedClock]:
    """The clocks of steps with a limit of their own, of special procedures and of supervision orders."""
    stood, seen = _stood(account.suspensions), set()
    for row in account.steps:
        if row.token in seen or row.status == "cancelled" or row.work_kind != "human" or row.procedure:
            continue
        seen.add(row.token)
        limit = limit_of_step(definition, node_of(definition, row.process_id, row.node_id), row.instance)
        if limit is not None:
            clock = CaseClock(ClockKind.STEP, row.opened_at, limit_of(limit), stood, stopped_at=row.closed_at)
            yield PlacedClock(row.token, clock)
    for one in account.suspensions:
        if rule := definition.limits.procedure(one.procedure):
            clock = CaseClock(ClockKind.PROCEDURE, one.started_at, limit_of(rule.limit), stopped_at=one.ended_at)
            yield PlacedClock(f"procedure:{one.id}", clock)
    for order in account.orders:
        reply = Limit(order.reply_working_days)
        clock = CaseClock(ClockKind.REPLY, order.issued_at, reply, stopped_at=order.answered_at)
        yield PlacedClock(f"order:{order.id}", clock)
