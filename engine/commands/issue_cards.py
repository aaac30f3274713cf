"""The sweep issues the cards that the rules call for (亮牌), each with its number, its holder and its notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.policy.card_rules import CalledCard, IssuedCard, cards_to_issue, next_look_at, warnings_over
from engine.policy.card_wording import card_sentence
from engine.policy.case_picture import READ_EVENTS, CardHolder, CaseAccount, holder_of, picture_of
from engine.policy.clocks import due
from engine.policy.limits import Limit
from engine.policy.routing import region_chain
from engine.policy.rule_book import RuleBook
from engine.terms import CardStatus, ClockKind, LegalityStatus, Signal

_SERIES_WORDS = {Signal.WARNING: "预", Signal.YELLOW: "黄", Signal.RED: "红"}
# Counters of several series are locked in one order, whoever issues.
_ORDER = {signal: place for place, signal in enumerate(_SERIES_WORDS)}


def issue_called_for(change: CaseChange) -> None:
    """Issue what is called for and was not yet issued, close warnings that are over, plan the sweep's next look.

    Call it last before `save`: the counters of the numbers stay locked until the commit.
    """
    desk = change.desk
    book = desk.office.references.rule_book(desk.uow.definitions)
    account = _account(change)
    picture = picture_of(change.definition, account, is_forbidden=_is_forbidden(change, account))
    for card in warnings_over(picture, book, change.calendar, desk.now):
        desk.uow.cards.change(card.id, {"status": CardStatus.CLOSED, "closed_at": desk.now})
        change.follows("card_closed", {"card": card.id, "why": "over"})
    called = sorted(cards_to_issue(picture, book, change.calendar, desk.now), key=lambda one: _ORDER[one.signal])
    issued = _issue(change, book, account, called) if called else ()
    picture = replace(picture, cards=(*picture.cards, *issued))
    change.plan_look(next_look_at(picture, book, change.calendar, desk.now))


def _account(change: CaseChange) -> CaseAccount:
    cards, case_id = change.desk.uow.cards, change.case_id
    return CaseAccount(
        case={**change.values, **change.changes},
        steps=cards.steps(case_id),
        suspensions=change.desk.uow.cases.suspensions(case_id),
        events=cards.events(case_id, READ_EVENTS),
        orders=cards.orders(case_id),
        cards=cards.of_case(case_id),
        extended_late=bool(change.current("extension")) and cards.was_extended_late(case_id),
    )


def _is_forbidden(change: CaseChange, account: CaseAccount) -> bool:
    if not any(event.kind == "certificate_issued" for event in account.events):
        return False
    legality = change.desk.office.references.legality(change.desk.uow.definitions, change.definition)
    return legality is not None and legality.status is LegalityStatus.FORBIDDEN


def _issue(
    change: CaseChange, book: RuleBook, account: CaseAccount, called: list[CalledCard]
) -> tuple[IssuedCard, ...]:
    desk = change.desk
    chain = region_chain(change.values["home_region"])
    body = desk.uow.cards.supervising_body(chain, change.values["department"])
    body = body or desk.uow.organisation.body_for(chain, change.values["department"])
    answer_by = due(desk.now, Limit(book.answer_working_days), (), change.calendar, kind=ClockKind.REPLY).due_at
    return tuple(_issue_one(change, one, holder_of(one, account), body, answer_by) for one in called)


def _issue_one(
    change: CaseChange, called: CalledCard, holder: CardHolder, body: Row[Any] | None, answer_by: datetime
) -> IssuedCard:
    """One card in every register: its row, its notice, its event and its messages."""
    desk, rule = change.desk, called.rule
    number = _write_card_notice(change, called, holder, body, answer_by)
    # A named officer has the notice with the issue; a post has it once somebody opens it.
    status = CardStatus.NOTIFIED if holder.officer_id else CardStatus.ISSUED
    answer_due_at = None if called.signal is Signal.WARNING else answer_by
    row = {
        "number": number,
        "rule": rule.id,
        "token": called.place,
        "signal": called.signal,
        "status": status,
        "post_id": holder.post_id,
        "officer_id": holder.officer_id,
        "answer_due_at": answer_due_at,
    }
    where = {
        "case_id": change.case_id,
        "facts": dict(called.facts),
        "organisation_id": holder.organisation_id,
        "department": holder.department,
        "region_code": change.values["home_region"],
        "item_id": change.values["item_id"],
        "issued_at": desk.now,
        "notified_at": desk.now if holder.officer_id else None,
    }
    card_id = desk.uow.cards.add({**row, **where})
    if called.replaces is not None:
        desk.uow.cards.change(called.replaces, {"status": CardStatus.REPLACED, "replaced_by": card_id})
    change.follows("card_issued", {"card": card_id, **_as_told(row), "replaces": called.replaces})
    message = {"number": change.values["number"], "card": number, "signal": called.signal.label, "rule": rule.title}
    change.tell("officer", "card_issued", message)
    change.tell("supervision", "card_issued", message)
    return IssuedCard(card_id, number, rule.id, called.place, called.signal, status, answer_due_at)


def _as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as its event tells it: nothing but codes, ids and instants."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _write_card_notice(
    change: CaseChange, called: CalledCard, holder: CardHolder, body: Row[Any] | None, answer_by: datetime
) -> str:
    """Number of the 监察通知书, which is the card's: 〈监察机构短名〉预/黄/红〔year〕serial. It names no applicant."""
    desk, rule = change.desk, called.rule
    year = local_date(desk.now).year
    organisation = desk.uow.organisation.organisation(holder.organisation_id) if holder.organisation_id else None
    to = (organisation.name if organisation else "", holder.post_name, holder.officer_name)
    frozen = {
        "body_name": body.name if body else "电子监察",
        "body_code": body.uscc if body else "",
        "seal_name": body.seal_name if body else "",
        "phone": body.phone if body else "",
        "complaint_phone": body.complaint_phone if body else "",
        "case_number": change.values["number"],
        "item": change.definition.title,
        "to": "　".join(part for part in to if part) or "承办单位",
        "signal": called.signal.label,
        "rule": f"{rule.id}　{rule.title}",
        "fact": card_sentence(rule.title, rule.title_en, called.facts)[0],
        "legal_basis": rule.basis,
        "answer_by": "" if called.signal is Signal.WARNING else local_date(answer_by).isoformat(),
    }
    return desk.uow.certificates.add_notice(
        {
            "case_id": change.case_id,
            "kind": "card_notice",
            "series": f"{body.short_name if body else ''}{_SERIES_WORDS[called.signal]}〔{year}〕",
            "issued_at": desk.now,
            "facts_cipher": desk.office.sealer.encrypt_json(frozen),
        }
    )
