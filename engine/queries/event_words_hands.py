"""What events of several hands on one step say, and of telling others (转办、委派、加签、会签、抄送、催办、督办)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.definitions.model import ItemDefinition
from engine.policy.joint_signing import ALL, signing_rule
from engine.terms import Part

# Title, the same in English, sentence, the same in English, tone: the fields of `event_wording.EventWords`.
Words = tuple[str, str, str, str, str]
Saying = Callable[[Mapping[str, Any], ItemDefinition], Words]

_ADVICE = {"agree": ("同意", "agreed"), "disagree": ("不同意", "disagreed")}


def _always(*words: str) -> Saying:
    title, title_en, text, text_en, tone = words
    return lambda payload, definition: (title, title_en, text, text_en, tone)


def _signer_added(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    part, people = Part(payload.get("part", "before")), len(payload.get("officers", ()))
    return (
        part.label,
        part.label_en,
        f"请{people}人{part.label}。",
        f"{people} asked to sign {part.value} the decision.",
        "blue",
    )


def _joint(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    people, rule = len(payload.get("officers", ())) + 1, signing_rule(payload.get("rule", ALL))
    return ("会签", "Joint signing", f"{people}人共同签署：{rule.label}。", f"{people} officers sign jointly.", "blue")


def _signed(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    part, node = Part(payload.get("part", "main")), _node(payload, definition)
    said, said_en = _said(payload.get("said"), part, node)
    done, done_en = ("，环节办结", "; the step is done") if "closed" in payload else ("", "")
    name = node.name if node else ""
    tone = "yellow" if payload.get("said") == "disagree" else "green" if done else "blue"
    return ("签署意见", "Signed", f"{part.label}人员签署了“{name}”{said}{done}。", f"Signed{said_en}{done_en}.", tone)


def _said(code: str | None, part: Part, node: Any) -> tuple[str, str]:
    """What was chosen: advice of signers before and after, a button of the step from everybody else."""
    if not code:
        return "", ""
    if part in (Part.BEFORE, Part.AFTER):
        zh, en = _ADVICE.get(code, (code, code))
        return f"，意见：{zh}", f": {en}"
    labels = {choice.code: choice.label for choice in node.decisions} if node else {}
    return f"，意见：{labels.get(code, code)}", f": {code}"


def _node(payload: Mapping[str, Any], definition: ItemDefinition) -> Any:
    found = (process.by_id.get(payload.get("node", "")) for process in definition.processes)
    return next((node for node in found if node), None)


def _removed(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    done, done_en = ("，环节办结", "; the step is done") if "closed" in payload else ("", "")
    return ("减签", "Signer removed", f"不再请一名人员签署{done}。", f"A signer was struck off{done_en}.", "grey")


def _ordered(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    by, by_en = "", ""
    if "reply_due" in payload:
        on = local_date(datetime.fromisoformat(payload["reply_due"]))
        by, by_en = f"，要求{on.year}年{on.month}月{on.day}日前答复", f"; reply by {on.isoformat()}"
    text = f"发出督办单{payload.get('number', '')}{by}。"
    return ("督办", "Supervision order", text, f"A supervision order was given{by_en}.", "yellow")


def _answered(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    late, late_en = ("", "") if payload.get("in_time", True) else ("（逾期）", " (late)")
    return ("答复督办", "Order answered", f"答复了督办{late}。", f"The order was answered{late_en}.", "blue")


def _closed(payload: Mapping[str, Any], definition: ItemDefinition) -> Words:
    if payload.get("satisfied", True):
        return ("办结督办", "Order closed", "督办已办结。", "The supervision order was closed.", "green")
    return ("督办退回", "Order sent back", "答复未予认可，要求重新答复。", "The answer did not satisfy.", "yellow")


SAYINGS: dict[str, Saying] = {
    "work_item_transferred": _always(
        "转办", "Transferred", "待办转由其他岗位办理。", "The work item went to another post.", "blue"
    ),
    "work_item_delegated": _always("委派", "Delegated", "委派他人办理。", "The work was delegated.", "blue"),
    "work_item_handed_back": _always(
        "交回", "Handed back", "受委派人员办理后交回。", "The delegate handed the work back.", "blue"
    ),
    "delegation_recalled": _always("收回委派", "Recalled", "收回了委派。", "The delegation was recalled.", "grey"),
    "signer_added": _signer_added,
    "signer_removed": _removed,
    "joint_signing_started": _joint,
    "work_item_signed": _signed,
    "case_copied": _always("抄送", "Copied", "办件抄送给其他人员。", "The case was copied to others.", "grey"),
    "case_urged": _always("催办", "Urged", "催办了承办岗位。", "The holder was urged.", "yellow"),
    "supervision_ordered": _ordered,
    "supervision_answered": _answered,
    "supervision_closed": _closed,
}
