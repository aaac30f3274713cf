"""What the events at the counter and of its clocks say: title, sentence (zh and en each) and tone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.definitions.model import ItemDefinition
from engine.terms import CommitmentKind

Payload = Mapping[str, Any]
Words = tuple[str, str, str, str, str]


def promises_told(payload: Payload, definition: ItemDefinition) -> tuple[str, str]:
    """What an acceptance says of documents to follow (容缺) or declared (告知承诺); empty without any."""
    lines = payload.get("commitments", ())
    if not lines:
        return "", ""
    names = _named((line["document"] for line in lines), definition)
    day = _day(lines[0]["due"])
    if lines[0]["kind"] == CommitmentKind.DEFERRED:
        return f"；容缺{names}，{day}前补交", "; some documents are to follow"
    return f"；以告知承诺代替{names}，{day}前核查", "; a written commitment stands in for some documents"


def _deemed(payload: Payload, definition: ItemDefinition) -> Words:
    due = f"，承诺时限{_day(payload['promised_due'])}届满" if "promised_due" in payload else ""
    text = f"受理时限内未答复，依法自收到申请材料之日起视为受理{due}。"
    return "视为受理", "Deemed accepted", text, "Nobody answered in time; by law the application is accepted.", "yellow"


def _supplied(payload: Payload, definition: ItemDefinition) -> Words:
    text = f"收到容缺材料：{_named(payload.get('documents', ()), definition)}。"
    return "收到容缺材料", "Deferred documents", text, "Documents that were to follow came in.", "blue"


def _lapsed(payload: Payload, definition: ItemDefinition) -> Words:
    text = f"{_named(payload.get('documents', ()), definition)}逾期未补交，记为未履行承诺。"
    return "容缺逾期", "Deferred documents late", text, "Documents that were to follow did not come in time.", "yellow"


def _settled(payload: Payload, definition: ItemDefinition) -> Words:
    name = _named([payload.get("document", "")], definition)
    if payload.get("broken"):
        return (
            "承诺不实",
            "Commitment broken",
            f"核查发现关于{name}的承诺不实。",
            "A commitment was found untrue.",
            "red",
        )
    return "承诺核实", "Commitment kept", f"关于{name}的承诺经核查属实。", "A commitment was found true.", "green"


def _extended(payload: Payload, definition: ItemDefinition) -> Words:
    length = f"{payload.get('amount', 0)}{definition.limits.promised.unit.label}"
    due = f"，{_day(payload['promised_due'])}届满" if "promised_due" in payload else ""
    return "延期", "Extended", f"经批准延期{length}{due}。", "The limit was extended with approval.", "yellow"


COUNTER_WORDS: dict[str, Callable[[Payload, ItemDefinition], Words]] = {
    "acceptance_deemed": _deemed,
    "deferred_supplied": _supplied,
    "deferred_lapsed": _lapsed,
    "commitment_settled": _settled,
    "limit_extended": _extended,
}


def _named(documents: Iterable[str], definition: ItemDefinition) -> str:
    titles = {rule.id: rule.title for rule in definition.documents}
    return "、".join(f"《{titles.get(name, name)}》" for name in documents)


def _day(text: str) -> str:
    on = local_date(datetime.fromisoformat(text))
    return f"{on.year}年{on.month}月{on.day}日"
