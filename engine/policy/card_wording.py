"""What a card says happened (监察牌事实), as one sentence in Chinese and one in English, from its rule and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.clock import LOCAL_ZONE
from engine.terms import ClockKind

_WHY = {
    "no_approver": ("没有批准人", "no approver is recorded"),
    "unlisted": ("不在事项的特别程序清单内", "it is not on the item's list"),
    "repeated": ("再次延期", "it was extended again"),
    "late": ("期满后延期", "it was extended after expiry"),
    "acceptance_refused": ("不予受理", "acceptance was refused"),
    "case_rejected": ("驳回", "the application was rejected"),
    "work_item_completed": ("不予批准", "the application was refused"),
}


def card_sentence(title: str, title_en: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The fact a card rests on. `facts` as the rules gave them: codes, instants as ISO text, never personal values."""
    if "clock" in facts:
        return _clock(facts)
    if "card" in facts:
        due = _moment(facts["due_at"])
        return f"{facts['card']}应于{due}前说明，逾期未说明", f"{facts['card']} was to be answered by {due}"
    if "round" in facts:
        return (
            f"第{facts['round']}次告知补正，没有经批准的理由",
            f"correction notice no. {facts['round']}, not approved",
        )
    if "documents" in facts:
        names = "、".join(facts["documents"])
        return f"要求提交材料清单以外的材料：{names}", f"documents beyond the catalogue were asked for: {names}"
    if "event" in facts:
        zh, en = _WHY[facts["event"]]
        return f"作出{zh}，没有记明理由和依据", f"{en} without a recorded reason"
    if "why" in facts:
        return _WHY[facts["why"]]
    return title, title_en


def _clock(facts: Mapping[str, Any]) -> tuple[str, str]:
    kind, due, left = ClockKind(facts["clock"]), _moment(facts["due_at"]), int(facts.get("left", 0))
    state, state_en = (f"还剩{left}个工作日", f"{left} working days left") if left > 0 else ("", "")
    if left < 0:
        state, state_en = f"已超{-left}个工作日", f"{-left} working days over"
    zh = f"{kind.label}{facts.get('limit', '')}，{due}届满" + (f"，{state}" if state else "")
    return zh, f"{kind.label_en} due {due}" + (f", {state_en}" if state_en else "")


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"
