"""Cards of e-supervision (监察牌): list, one card, its verbs, the rule book, and the changes in feed order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.auth import current_actor, office, roles, signed_in
from api.rest.answers import answer, file_answer, idempotency_key
from api.rest.described import described, page_described
from api.rest.input import Doors, Input, PageQuery, Query, choice, day, text
from api.rest.items import region_code
from api.rest.recorded import record
from api.rest.verb_doors import Nothing
from engine.commands.close_card import CloseCard, close_card
from engine.commands.explain_card import ExplainCard, explain_card
from engine.commands.load_rule_book import LoadRuleBook, load_rule_book
from engine.commands.notify_card import NotifyCard, notify_card
from engine.commands.rectify_card import RectifyCard, rectify_card
from engine.commands.rule_on_card import RuleOnCard, rule_on_card
from engine.commands.verb import Answer, Request
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.card_life import CardVerb
from engine.queries.card_feed import CardFeed, card_feed
from engine.queries.card_view import CardView, card_view
from engine.queries.cards_list import TO_RULE, UNFINISHED, CardCounts, CardFilter, CardLine, cards_list
from engine.queries.rule_book_view import RuleBookView, rule_book_text, rule_book_view
from engine.terms import CardStatus, Role, Signal

doors = Doors("cards", __name__, url_prefix="/api/v1", description="监察牌：预警、黄牌、红牌及其规则")
_LONGEST = 2000


class CardsQuery(PageQuery):
    signal = choice(list(Signal), "信号")
    status = choice([UNFINISHED, TO_RULE, *CardStatus], "状态；unfinished 未了结，to_rule 待裁定")
    rule = text(8, "规则编号", "T05")
    region = region_code("区划代码：含其所辖")
    department = text(40, "部门")
    first_on = day("发牌日期起", data_key="from")
    last_on = day("发牌日期止（含）", data_key="through")
    case_number = text(30, "办件编号")
    mine = fields.Boolean(load_default=False, metadata={"description": "只看发给我或我的岗位的"})


class FeedQuery(Query):
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**62), metadata={"example": 0})
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 500, error="1至500。"))


class TextBody(Input):
    text = text(_LONGEST, "说明或整改情况", "材料由外地寄送，途中延误", required=True)


class RulingBody(Input):
    ruling = choice([CardStatus.UPHELD, CardStatus.REVOKED], "维持或撤销", "upheld", required=True)
    reason = text(_LONGEST, "裁定理由", "应当事先申请延期", required=True)


class RulesBody(Input):
    reason = text(200, "依据（文件名称和文号）", "云府办〔2026〕8号", required=True)
    text = text(200_000, "整份 supervision.yaml", required=True)


@dataclass(frozen=True)
class CardDoor:
    """One verb: its path, its body, and how a body becomes the request of a command."""

    verb: CardVerb
    body: type[Input]
    request: type[Request]
    command: Callable[[Office, Actor, Any], Answer]


VERBS = (
    CardDoor(CardVerb.NOTIFY, Nothing, NotifyCard, notify_card),
    CardDoor(CardVerb.EXPLAIN, TextBody, ExplainCard, explain_card),
    CardDoor(CardVerb.RULE, RulingBody, RuleOnCard, rule_on_card),
    CardDoor(CardVerb.RECTIFY, TextBody, RectifyCard, rectify_card),
    CardDoor(CardVerb.CLOSE, Nothing, CloseCard, close_card),
)
_PAGE = page_described(CardLine)
_CARDS = {**_PAGE, "properties": {**_PAGE["properties"], "counts": described(CardCounts)}}


@doors.route("/cards")
@signed_in
@doors.arguments(CardsQuery, location="query")
@doors.response(200, _CARDS)
def list_cards(query: dict[str, Any]) -> Response:
    """监察牌列表 Cards in my scope, the newest first: a supervisor's by region and department, everybody else's own."""
    wanted = CardFilter(**{name: query[name] for name in CardFilter.__dataclass_fields__})
    found = cards_list(office(), current_actor(), wanted, query["cursor"], query["limit"])
    page = {"items": found.page.lines, "next_cursor": found.page.next_cursor}
    return answer({**page, "previous_cursor": found.page.previous_cursor, "counts": found.counts})


@doors.route("/cards/<int:card_id>")
@signed_in
@doors.response(200, described(CardView))
def show_card(card_id: int) -> Response:
    """一张监察牌 The fact, the clock's ledger, its life, and what may be done with it now and why the rest may not."""
    view = card_view(office(), current_actor(), card_id)
    record("view_card", "case", view.line.case_number, {"card": view.line.number})
    told = {name: getattr(view, name) for name in view.__dataclass_fields__}
    told["verdicts"] = [one.to_dict() for one in view.verdicts]
    told["ledger"] = [line.to_dict() for line in view.ledger]
    return answer(told)


@doors.route("/supervision/cards")
@roles(Role.E_SUPERVISION, Role.SUPERVISOR, Role.AUDITOR)
@doors.arguments(FeedQuery, location="query")
@doors.response(200, described(CardFeed))
def follow_cards(query: dict[str, Any]) -> Response:
    """监察牌动态 Changes of cards in the order of gapless feed numbers; ask again with after = next_after."""
    return answer(card_feed(office(), current_actor(), query["after"], query["limit"]))


@doors.route("/supervision/rules")
@roles(Role.E_SUPERVISION, Role.SUPERVISOR, Role.POLICY_OFFICER, Role.APPROVER)
@doors.response(200, described(RuleBookView))
def show_rules() -> Response:
    """监察规则 Every rule with its thresholds, active or why not, and its cards of the last 30 days."""
    return answer(rule_book_view(office(), current_actor()))


@doors.route("/supervision/rules/text")
@roles(Role.POLICY_OFFICER, Role.SUPERVISOR)
@doors.response(200, {"type": "string"}, content_type="application/yaml")
def show_rules_text() -> Response:
    """监察规则原文 The text in force, to be changed and loaded again."""
    return file_answer(rule_book_text(office()), "supervision.yaml", "application/yaml; charset=utf-8")


@doors.route("/supervision/rules", methods=["POST"])
@roles(Role.POLICY_OFFICER)
@doors.arguments(RulesBody)
@doors.response(200, {"type": "object"})
def load_rules(body: dict[str, Any]) -> Response:
    """更新监察规则 Another edition, in force at once; cards already issued stay as they are."""
    wanted = LoadRuleBook(content=body["text"].encode(), reason=body["reason"], idempotency_key=idempotency_key())
    return answer(load_rule_book(office(), current_actor(), wanted))


def _route(door: CardDoor) -> None:
    """One POST route per verb; its body is the verb's own."""

    def act(body: dict[str, Any], card_id: int) -> Response:
        request = door.request(card_id=card_id, **body, idempotency_key=idempotency_key())  # type: ignore[call-arg]
        return answer(door.command(office(), current_actor(), request))

    act.__doc__ = f"{door.verb.label} {door.verb.label_en}\n\nIdempotency-Key: 同一编号同一内容只办一次。"
    view = doors.arguments(door.body, required=False)(doors.response(200, {"type": "object"})(act))
    endpoint = f"{door.verb.value}_card"
    doors.route(f"/cards/<int:card_id>/{door.verb.value}", methods=["POST"], endpoint=endpoint)(signed_in(view))


for _door in VERBS:
    _route(_door)
