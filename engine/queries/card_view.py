"""One card (监察牌) as whom it concerns sees it: the fact, the clock that led to it, its life, and what may be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.card_life import SUPERVISION, CardSituation, CardVerb, CardVerdict, card_verdict, is_holder
from engine.policy.card_wording import card_sentence
from engine.policy.case_picture import CaseAccount, clock_at
from engine.policy.ledger import LedgerLine
from engine.queries.card_scope import cards_within
from engine.queries.cards_list import LINE, CardLine, card_line
from engine.queries.reading import reading, statement
from engine.records.cards import CardRecords
from engine.records.cases import CaseRecords
from engine.records.definitions import DefinitionRecords
from engine.terms import CardStatus, ClockKind, Signal

_CASE = "SELECT * FROM cases WHERE id = :case_id"
_OFFICERS = "SELECT id, name FROM officers WHERE id = ANY(:ids)"
_REPLACED_BY = "SELECT id, number FROM cards WHERE id = :id"


@dataclass(frozen=True)
class LifeEntry:
    """One stage of a card's life; `at` None: still to come. `text` is empty where there is none or it is not shown.

    verb  what leads to it; None for the issue itself
    """

    verb: CardVerb | None
    status: CardStatus
    at: datetime | None
    who: str = ""
    text: str = ""


@dataclass(frozen=True)
class CardView:
    """Everything about one card.

    fact        what happened, as the rule saw it at issue
    ledger      the clock that led to it, line by line; empty for rules that watch no clock
    replaced_by id and number of the graver card that took its place
    """

    line: CardLine
    fact: str
    fact_en: str
    basis: str
    basis_is_example: bool
    severity: int
    clock: ClockKind | None
    ledger: tuple[LedgerLine, ...]
    life: tuple[LifeEntry, ...]
    verdicts: tuple[CardVerdict, ...]
    is_mine: bool
    replaced_by: tuple[int, str] | None
    case_is_readable: bool

    @property
    def possible(self) -> frozenset[CardVerb]:
        return frozenset(one.verb for one in self.verdicts if one.possible)


def card_view(office: Office, actor: Actor, card_id: int) -> CardView:
    """The card for whom it concerns; NotFound for everybody else."""
    condition, values = cards_within(actor)
    with reading(office) as connection:
        row = connection.execute(statement(f"{LINE}{condition} AND k.id = :id"), {**values, "id": card_id}).first()
        if row is None:
            raise NotFound("没有这张监察牌，或不在您的范围内。", en="no such card in your scope")
        now, definitions = office.clock.now(), DefinitionRecords(connection)
        book = office.references.rule_book(definitions)
        case = connection.execute(statement(_CASE), {"case_id": row.case_id}).one()
        situation, rule = _situation(row, now), book.find(row.rule)
        mine = is_holder(situation, actor)
        shows_texts = mine or actor.may_see(row.region_code, row.department, SUPERVISION)
        zh, en = card_sentence(rule.title if rule else row.rule, rule.title_en if rule else row.rule, row.facts)
        kind = ClockKind(row.facts["clock"]) if "clock" in row.facts else None
        return CardView(
            line=card_line(row, book, now),
            fact=zh,
            fact_en=en,
            basis=rule.basis if rule else "",
            basis_is_example=rule is not None and rule.basis_is_example,
            severity=rule.severity if rule else 0,
            clock=kind,
            ledger=_ledger(office, connection, row, case, kind) if kind else (),
            life=_life(office, connection, row, shows_texts),
            verdicts=tuple(card_verdict(verb, situation, actor) for verb in CardVerb),
            is_mine=mine,
            replaced_by=_replaced_by(connection, row),
            case_is_readable=actor.reader.may_see(case.home_region, case.department),
        )


def _situation(row: Row[Any], now: datetime) -> CardSituation:
    columns = ("region_code", "department", "post_id", "officer_id", "explained_by", "answer_due_at")
    return CardSituation(
        status=CardStatus(row.status),
        signal=Signal(row.signal),
        now=now,
        **{name: getattr(row, name) for name in columns},
    )


def _ledger(
    office: Office, connection: Connection, row: Row[Any], case: Row[Any], kind: ClockKind
) -> tuple[LedgerLine, ...]:
    """The clock's ledger as it stood when the card was issued."""
    definitions, records = DefinitionRecords(connection), CardRecords(connection)
    shelved = office.definitions.by_id(definitions, case.version_id)
    account = CaseAccount(
        case=case._asdict(),
        steps=records.steps(case.id),
        suspensions=CaseRecords(connection).suspensions(case.id),
        orders=records.orders(case.id),
    )
    clock = clock_at(shelved.definition, account, row.token, kind, row.issued_at)
    if clock is None:
        return ()
    calendar = office.references.calendar_by_id(definitions, case.calendar_id).calendar
    here = calendar.for_place(case.home_region, case.department)
    return clock.due(here, row.issued_at).ledger


def _life(office: Office, connection: Connection, row: Row[Any], shows_texts: bool) -> tuple[LifeEntry, ...]:
    acted = [row.officer_id, row.explained_by, row.ruled_by, row.rectified_by]
    ids = [officer for officer in acted if officer is not None]
    names = {one.id: one.name for one in connection.execute(statement(_OFFICERS), {"ids": ids})}

    def told(cipher: bytes | None) -> str:
        return str(office.sealer.decrypt_json(cipher)["text"]) if cipher and shows_texts else ""

    def who(officer: int | None) -> str:
        return names.get(officer, "") if officer else ""

    entries = [LifeEntry(None, CardStatus.ISSUED, row.issued_at, "系统")]
    entries.append(LifeEntry(CardVerb.NOTIFY, CardStatus.NOTIFIED, row.notified_at, who(row.officer_id)))
    if row.signal != "warning":
        entries.append(
            LifeEntry(
                CardVerb.EXPLAIN,
                CardStatus.EXPLAINED,
                row.explained_at,
                who(row.explained_by),
                told(row.explanation_cipher),
            )
        )
        ruling = CardStatus.REVOKED if row.status == CardStatus.REVOKED else CardStatus.UPHELD
        entries.append(LifeEntry(CardVerb.RULE, ruling, row.ruled_at, who(row.ruled_by), told(row.ruling_cipher)))
        entries.append(
            LifeEntry(
                CardVerb.RECTIFY,
                CardStatus.RECTIFIED,
                row.rectified_at,
                who(row.rectified_by),
                told(row.rectification_cipher),
            )
        )
    entries.append(LifeEntry(CardVerb.CLOSE, CardStatus.CLOSED, row.closed_at))
    # Where a life ended early, what never came is not "still to come".
    is_over = row.status in (CardStatus.REVOKED, CardStatus.REPLACED, CardStatus.CLOSED)
    return tuple(entry for entry in entries if entry.at is not None or not is_over)


def _replaced_by(connection: Connection, row: Row[Any]) -> tuple[int, str] | None:
    if row.replaced_by is None:
        return None
    found = connection.execute(statement(_REPLACED_BY), {"id": row.replaced_by}).one()
    return found.id, found.number
