"""What a case event says, as one sentence in Chinese and in English (办理经过)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.clock import local_date
from engine.definitions.bpmn_profile import NO_ANSWER
from engine.definitions.model import ItemDefinition
from engine.queries.event_words_calendar import redated_words
from engine.queries.event_words_cards import card_sayings
from engine.queries.event_words_counter import COUNTER_WORDS, promises_told
from engine.queries.event_words_flow import FLOW_SAYINGS
from engine.queries.event_words_handover import handed_over
from engine.queries.event_words_hands import SAYINGS as HANDS_SAYINGS
from engine.queries.event_words_organisation import ORGANISATION_WORDS
from engine.queries.event_words_papers import PAPER_WORDS
from engine.terms import Card, CaseResult, Channel, DeliveryMode

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class EventWords:
    """Title and sentence of an event; `tone` is green, blue, yellow, red or grey, `see` a page that tells more."""

    title: str
    title_en: str
    text: str
    text_en: str
    tone: str = "blue"
    see: str = ""


def event_words(kind: str, payload: Payload, definition: ItemDefinition) -> EventWords:
    """The words for an event; a kind without words of its own is named as a step of the process."""
    if kind in PAPER_WORDS:
        return EventWords(*PAPER_WORDS[kind](payload))
    if kind in COUNTER_WORDS:
        return EventWords(*COUNTER_WORDS[kind](payload, definition))
    say = _SAYINGS.get(kind)
    if say is None:
        return EventWords("流程记录", "Process record", f"记录：{kind}。", f"Record: {kind}.", "grey")
    return say(payload, definition)


def _received(payload: Payload, definition: ItemDefinition) -> EventWords:
    channel = Channel(payload.get("channel", "counter"))
    return EventWords(
        "收件",
        "Received",
        f"通过{channel.label}收到“{definition.title}”的申请。",
        f"Application received ({channel.label_en.lower()}).",
    )


def _accepted(payload: Payload, definition: ItemDefinition) -> EventWords:
    due, due_en = _due(payload, "promised_due")
    insisted, insisted_en = ("申请人坚持申请，", "The applicant insisted. ") if payload.get("insisted") else ("", "")
    promised, promised_en = promises_told(payload, definition)
    due, due_en = due + promised, due_en + promised_en
    return EventWords(
        "受理", "Accepted", f"{insisted}予以受理{due}。", f"{insisted_en}The application was accepted{due_en}.", "green"
    )


def _refused_acceptance(payload: Payload, definition: ItemDefinition) -> EventWords:
    law = payload.get("legal_basis", "")
    return EventWords(
        "不予受理", "Not accepted", f"依据{law}不予受理。", f"The application was not accepted ({law}).", "red"
    )


def _correction_requested(payload: Payload, definition: ItemDefinition) -> EventWords:
    titles = _titles(payload.get("documents", ()), definition)
    titles += [c.evidence for c in definition.eligibility if c.id in payload.get("evidence", ())]
    again, again_en = ("再次告知，", "again ") if payload.get("round") else ("", "")
    due, due_en = _due(payload, "correction_due")
    what = f"需补正：{'、'.join(titles)}" if titles else "需按告知书更正"
    return EventWords(
        "一次性告知补正",
        "Correction requested",
        f"{again}{what}{due}。",
        f"The applicant was told {again_en or 'once '}what to correct{due_en}.",
        "yellow",
    )


def _correction_supplied(payload: Payload, definition: ItemDefinition) -> EventWords:
    titles = _titles(payload.get("documents", {}), definition)
    titles += [c.evidence or c.text for c in definition.eligibility if c.id in payload.get("evidence", ())]
    told = f"收到补正材料：{'、'.join(titles)}。" if titles else "收到补正。"
    return EventWords(
        "收到补正",
        "Correction supplied",
        told,
        "The documents asked for were handed in.",
    )


def _completed(payload: Payload, definition: ItemDefinition) -> EventWords:
    step, label = step_and_decision(definition, payload.get("node", ""), payload.get("decision"))
    result = CaseResult(payload["result"]) if payload.get("result") else None
    title = "作出决定" if result else "送达" if payload.get("mode") else "办理"
    title_en = "Decided" if result else "Delivered" if payload.get("mode") else "Step done"
    text = f"“{step}”办理完毕" + (f"，意见：{label}" if label else "") + (f"，结果：{result.label}" if result else "")
    text_en = "The step was completed" + (f"; result: {result.label_en.lower()}" if result else "")
    if mode := payload.get("mode"):
        text += f"，送达方式：{DeliveryMode(mode).label}"
    tone = {CaseResult.GRANTED: "green", CaseResult.REFUSED: "red"}.get(result, "blue") if result else "blue"
    return EventWords(title, title_en, f"{text}。", f"{text_en}.", tone)


def _procedure(title: str, title_en: str, text: str, text_en: str, tone: str) -> Callable[..., EventWords]:
    def say(payload: Payload, definition: ItemDefinition) -> EventWords:
        rule = definition.limits.procedure(str(payload.get("procedure", "")))
        name = rule.title if rule else "特别程序"
        due, due_en = _due(payload, "promised_due")
        return EventWords(title, title_en, text.format(name=name, due=due), text_en.format(due=due_en), tone)

    return say


def _card(payload: Payload, definition: ItemDefinition) -> EventWords:
    card = Card(payload.get("to", "none"))
    tone = {Card.YELLOW: "yellow", Card.RED: "red"}.get(card, "green")
    return EventWords("时限信号", "Signal", f"时限信号变为“{card.label}”。", f"The signal is now {card.value}.", tone)


def _timer(payload: Payload, definition: ItemDefinition) -> EventWords:
    step, _ = step_and_decision(definition, payload.get("node", ""), None)
    return EventWords(
        "定时到期", "Timer", f"“{step}”到期，流程继续。", "A waiting period ended; the process went on.", "grey"
    )


def _lapsed(payload: Payload, definition: ItemDefinition) -> EventWords:
    step, label = step_and_decision(definition, payload.get("node", ""), payload.get("decision"))
    counts_as = f"，按“{label}”处理" if label != NO_ANSWER else ""
    return EventWords(
        "逾期未答复",
        "Not answered in time",
        f"“{step}”期满未答复{counts_as}，流程继续。",
        "A step was not answered in time; the process went on.",
        "yellow",
    )


def _plain(title: str, title_en: str, text: str, text_en: str, tone: str = "blue") -> Callable[..., EventWords]:
    words = EventWords(title, title_en, text, text_en, tone)
    return lambda payload, definition: words


def _about_step(title: str, title_en: str, text: str, text_en: str, tone: str) -> Callable[..., EventWords]:
    def say(payload: Payload, definition: ItemDefinition) -> EventWords:
        step, _ = step_and_decision(definition, payload.get("to") or payload.get("node", ""), None)
        directly = "，办完后直接返回" if payload.get("directly") else ""
        return EventWords(title, title_en, text.format(step=step, directly=directly), text_en, tone)

    return say


def _machine(title: str, title_en: str, text: str, text_en: str, tone: str) -> Callable[..., EventWords]:
    def say(payload: Payload, definition: ItemDefinition) -> EventWords:
        number = f"，编号{payload['number']}" if payload.get("number") else ""
        return EventWords(title, title_en, text.format(number=number), text_en, tone)

    return say


_SAYINGS: dict[str, Callable[[Payload, ItemDefinition], EventWords]] = {
    **{kind: _plain(*words) for kind, words in ORGANISATION_WORDS.items()},
    "case_redated": lambda payload, definition: EventWords(*redated_words(payload)),
    "case_received": _received,
    "case_accepted": _accepted,
    "acceptance_refused": _refused_acceptance,
    "correction_requested": _correction_requested,
    "correction_supplied": _correction_supplied,
    "correction_expired": _plain(
        "逾期未补正", "Correction expired", "逾期未补正，结案。", "Not corrected in time; the case was closed.", "red"
    ),
    "work_item_claimed": _plain("领取", "Claimed", "领取了待办。", "A work item was claimed.", "grey"),
    "work_item_released": _plain("退回待领", "Released", "把待办退回待领。", "A work item was released.", "grey"),
    "work_item_completed": _completed,
    "procedure_ordered": _procedure(
        "批准特别程序", "Procedure ordered", "批准启动{name}。", "A special procedure was ordered.", "yellow"
    ),
    "procedure_started": _procedure(
        "停表", "Clock stopped", "{name}开始，时限停止计算。", "A special procedure began; the clock stands.", "yellow"
    ),
    "procedure_ended": _procedure(
        "恢复计时", "Clock running", "特别程序结束，时限继续计算{due}。", "The clock runs again{due}.", "blue"
    ),
    "procedure_closed": _procedure(
        "结束特别程序", "Procedure closed", "结束了特别程序。", "A special procedure was closed.", "blue"
    ),
    "work_item_handed_over": lambda payload, definition: EventWords(*handed_over(payload)),
    "timer_fired": _timer,
    "step_lapsed": _lapsed,
    "card_changed": _card,
    "certificate_issued": _machine(
        "制证用印",
        "Certificate issued",
        "证明（证照）已制作并加盖电子印章{number}。",
        "The certificate was issued and sealed.",
        "green",
    ),
    "service_run": _machine(
        "系统办理", "Done by the system", "系统办理了一个环节{number}。", "The system did a step.", "grey"
    ),
    **{kind: _about_step(*words) for kind, words in FLOW_SAYINGS.items()},
    "incident_raised": _machine(
        "系统异常",
        "Incident",
        "系统环节多次未成功，等待技术人员处理。",
        "A machine step failed; a technician is needed.",
        "red",
    ),
}
_SAYINGS |= card_sayings(EventWords)


def _worded(say: Callable[[Payload, ItemDefinition], tuple[str, str, str, str, str]]) -> Callable[..., EventWords]:
    """A saying of another module, which gives the fields of `EventWords`."""
    return lambda payload, definition: EventWords(*say(payload, definition))


_SAYINGS |= {kind: _worded(say) for kind, say in HANDS_SAYINGS.items()}


def step_and_decision(definition: ItemDefinition, node_id: str, decision: str | None) -> tuple[str, str]:
    """Name of a drawn step and label of a decision taken there; the codes themselves where nothing is drawn."""
    for process in definition.processes:
        if node := process.by_id.get(node_id):
            labels = {choice.code: choice.label for choice in node.decisions}
            return node.name, labels.get(decision or "", decision or "")
    return node_id, decision or ""


def _titles(documents: Any, definition: ItemDefinition) -> list[str]:
    known = {rule.id: rule.title for rule in definition.documents}
    return [known.get(name, name) for name in documents]


def _due(payload: Payload, name: str) -> tuple[str, str]:
    if name not in payload:
        return "", ""
    on: date = local_date(datetime.fromisoformat(payload[name]))
    return f"，{on.year}年{on.month}月{on.day}日届满", f"; due on {on.isoformat()}"
