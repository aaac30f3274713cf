"""Cards of e-supervision (监察牌): the list, one card with what may be done about it, and the rule book."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles, signed_in
from api.rest.recorded import record
from api.web import frame
from api.web.wording import t, term
from engine.commands.close_card import CloseCard, close_card
from engine.commands.explain_card import ExplainCard, explain_card
from engine.commands.load_rule_book import LoadRuleBook, load_rule_book
from engine.commands.notify_card import NotifyCard, notify_card
from engine.commands.rectify_card import RectifyCard, rectify_card
from engine.commands.rule_on_card import RuleOnCard, rule_on_card
from engine.commands.verb import Answer
from engine.errors import ActionNotAllowed, DefinitionInvalid, FormInvalid, NotFound, RequestError
from engine.policy.card_life import CardVerb
from engine.queries.card_view import CardView, card_view
from engine.queries.cards_list import TO_RULE, UNFINISHED, CardCounts, CardFilter, cards_list
from engine.queries.region_choices import supervised_regions
from engine.queries.rule_book_view import rule_book_view
from engine.terms import CardStatus, Role, Signal

pages = Blueprint("card_pages", __name__)
PAGE = "/supervision/cards"
LARGEST_RULES = 200_000
_TEXTS = ("signal", "status", "rule", "region", "department", "case_number")
_DONE = {
    CardVerb.EXPLAIN: ("说明已提交，请等待监察岗位裁定。", "The explanation was handed in."),
    CardVerb.RULE: ("裁定已作出。", "The ruling was made."),
    CardVerb.RECTIFY: ("整改情况已提交，请等待核对销牌。", "The rectification was reported."),
    CardVerb.CLOSE: ("已销牌。", "The card was closed."),
}


@dataclass(frozen=True)
class Tile:
    """One count above the list, as a link to the cards it counts."""

    name: str
    count: int
    tone: str
    href: str
    current: bool


@pages.get(PAGE)
@signed_in
def list_of_cards() -> str:
    """The cards in the officer's scope, the newest first."""
    frame.at(_door())
    wanted = _wanted(request.args)
    found = cards_list(frame.office(), current_actor(), wanted, request.args.get("cursor"))
    book = rule_book_view(frame.office(), current_actor())
    return render_template(
        "supervision/cards.html.j2",
        page=found.page,
        wanted=wanted,
        tiles=_tiles(found.counts, wanted),
        signals=tuple(Signal),
        statuses=tuple(CardStatus),
        rules=[(line.rule.id, t(line.rule.title, line.rule.title_en)) for line in book.rules if line.rule.active],
        regions=supervised_regions(frame.office()) if _supervises() else (),
        next_href=_address(wanted, cursor=found.page.next_cursor) if found.page.next_cursor else None,
        previous_href=_address(wanted, cursor=found.page.previous_cursor) if found.page.previous_cursor else None,
        supervises=_supervises(),
    )


@pages.get(f"{PAGE}/<int:card_id>")
@signed_in
def show_card(card_id: int) -> str:
    """One card. An officer of the post concerned who opens it has been notified; looking is recorded."""
    frame.at(_door())
    office, actor = frame.office(), current_actor()
    view = card_view(office, actor, card_id)
    if view.is_mine and CardVerb.NOTIFY in view.possible:
        with suppress(ActionNotAllowed):  # a colleague opened it at the same moment
            notify_card(office, actor, NotifyCard(card_id=card_id))
        view = card_view(office, actor, card_id)
    record("view_card", "case", view.line.case_number, {"card": view.line.number})
    return _card_page(view)


@pages.post(f"{PAGE}/<int:card_id>/<verb>")
@signed_in
def act_on_card(card_id: int, verb: str) -> ResponseReturnValue:
    """The verb done and the card as it stands then; or the page again with what was wrong, nothing typed lost."""
    frame.at(_door())
    office, actor = frame.office(), current_actor()
    try:
        wanted = CardVerb(verb)
        done = _done(wanted, card_id)
    except ValueError as error:
        raise NotFound("没有这种操作。", en="no such action") from error
    except FormInvalid as refusal:
        return _card_page(card_view(office, actor, card_id), request.form, refusal), 422
    except ActionNotAllowed as refusal:
        return _card_page(card_view(office, actor, card_id), request.form, refusal), 409
    flash(t(*_DONE[wanted]), "success")
    return frame.go(f"{PAGE}/{done['id']}")


@pages.get("/supervision/rules")
@roles(Role.SUPERVISOR, Role.E_SUPERVISION, Role.POLICY_OFFICER, Role.APPROVER)
def rules() -> str:
    """Every rule with its thresholds, active or why not, and its cards of the last thirty days."""
    frame.at(frame.SUPERVISION)
    return _rules_page()


@pages.post("/supervision/rules")
@roles(Role.POLICY_OFFICER)
def load_rules() -> ResponseReturnValue:
    """Another edition of the rules from an uploaded file; or the page again with what is wrong in it."""
    frame.at(frame.SUPERVISION)
    file = request.files.get("file")
    content = file.read(LARGEST_RULES + 1) if file else b""
    try:
        if not 0 < len(content) <= LARGEST_RULES:
            raise FormInvalid(errors={"file": ["请选择 supervision.yaml 文件。"]})
        wanted = LoadRuleBook(content=content, reason=request.form.get("reason", ""))
        done = load_rule_book(frame.office(), current_actor(), wanted)
    except FormInvalid as refusal:
        return _rules_page(_field_errors(refusal)), 422
    except DefinitionInvalid as refusal:
        return _rules_page({"file": str(refusal)}), 422
    version = done["version"]
    flash(t(f"监察规则 {version} 已生效，未结办件将重新判定。", f"Rules {version} are in force."), "success")
    return frame.go("/supervision/rules")


def _rules_page(errors: Mapping[str, str] | None = None) -> str:
    return render_template(
        "supervision/rules.html.j2",
        book=rule_book_view(frame.office(), current_actor()),
        loads=Role.POLICY_OFFICER in current_actor().roles,
        reason=request.form.get("reason", ""),
        errors=errors or {},
    )


def _field_errors(refusal: RequestError | None) -> dict[str, str]:
    found = refusal.detail.get("errors") if refusal else None
    return {name: str(told[0]) for name, told in found.items()} if isinstance(found, Mapping) else {}


def _door() -> frame.NavigationEntry:
    return frame.SUPERVISION if _supervises() else frame.MY_CARDS


def _supervises() -> bool:
    return bool(current_actor().roles & frame.SUPERVISING)


def _done(verb: CardVerb, card_id: int) -> Answer:
    office, actor, given = frame.office(), current_actor(), request.form
    match verb:
        case CardVerb.EXPLAIN:
            return explain_card(office, actor, ExplainCard(card_id=card_id, text=given.get("text", "")))
        case CardVerb.RULE:
            ruling = RuleOnCard(card_id=card_id, ruling=given.get("ruling", ""), reason=given.get("reason", ""))
            return rule_on_card(office, actor, ruling)
        case CardVerb.RECTIFY:
            return rectify_card(office, actor, RectifyCard(card_id=card_id, text=given.get("text", "")))
        case CardVerb.CLOSE:
            return close_card(office, actor, CloseCard(card_id=card_id))
        case CardVerb.NOTIFY:
            raise NotFound("打开监察牌即为送达。", en="opening a card notifies it")


def _card_page(view: CardView, typed: Mapping[str, str] | None = None, refusal: RequestError | None = None) -> str:
    errors = _field_errors(refusal)
    return render_template(
        "supervision/card.html.j2",
        view=view,
        line=view.line,
        typed=typed or {},
        errors=errors or ({"": str(refusal)} if refusal else {}),
        supervises=_supervises(),
    )


def _wanted(given: Mapping[str, str]) -> CardFilter:
    texts: dict[str, Any] = {name: given.get(name, "")[:40].strip() for name in _TEXTS}
    return CardFilter(**texts, first_on=_day(given, "from"), last_on=_day(given, "to"), mine=given.get("mine") == "1")


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FormInvalid("日期写法不对，如 2026-03-01。", errors={name: ["日期写法不对。"]}) from error


def _address(wanted: CardFilter, cursor: str | None = None, **changes: str) -> str:
    """The list under another filter."""
    given = {name: getattr(wanted, name) for name in _TEXTS}
    given |= {"from": wanted.first_on, "to": wanted.last_on, "mine": "1" if wanted.mine else "", "cursor": cursor}
    query = urlencode({name: value for name, value in {**given, **changes}.items() if value})
    return f"{PAGE}?{query}" if query else PAGE


def _tiles(counts: CardCounts, wanted: CardFilter) -> list[Tile]:
    by_signal = [
        Tile(
            term(signal),
            getattr(counts, signal.value),
            tone,
            _address(wanted, signal=signal.value, status=UNFINISHED),
            (wanted.signal, wanted.status) == (signal, UNFINISHED),
        )
        for signal, tone in ((Signal.RED, "red"), (Signal.YELLOW, "yellow"), (Signal.WARNING, "blue"))
    ]
    waiting = [
        Tile(
            name,
            count,
            "blue",
            _address(wanted, signal="", status=status),
            not wanted.signal and wanted.status == status,
        )
        for name, count, status in (
            (t("待裁定", "To be ruled on"), counts.to_rule, TO_RULE),
            (t("待销牌", "To be closed"), counts.to_close, CardStatus.RECTIFIED.value),
        )
    ]
    return by_signal + waiting
