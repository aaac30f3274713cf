"""What the events of papers and of archiving say: title, sentence (zh and en each) and tone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.terms import Retention, ServiceMode

Words = tuple[str, str, str, str, str]


def _served(payload: Mapping[str, Any]) -> Words:
    mode, number = ServiceMode(payload.get("mode", ServiceMode.DIRECT)), payload.get("number", "")
    return (
        "文书送达",
        "Notice served",
        f"文书{number}已{mode.label}。",
        f"A notice was served ({mode.label_en.lower()}).",
        "blue",
    )


def _handed_over(payload: Mapping[str, Any]) -> Words:
    text = f"移交材料{len(payload.get('documents', ()))}份，交接单{payload.get('number', '')}。"
    return "移交材料", "Papers handed over", text, "Papers were handed to another post.", "blue"


def _received(payload: Mapping[str, Any]) -> Words:
    text = f"确认收到交接单{payload.get('number', '')}所列材料。"
    return "接收材料", "Papers received", text, "The other post confirmed the papers.", "blue"


def _archived(payload: Mapping[str, Any]) -> Words:
    kept = Retention(payload.get("retention", Retention.YEARS_10)).label
    text = f"归档，档案编号{payload.get('number', '')}，保管期限{kept}；案卷自此封存。"
    return "归档", "Archived", text, "The case was archived and sealed.", "grey"


PAPER_WORDS: dict[str, Callable[[Mapping[str, Any]], Words]] = {
    "notice_served": _served,
    "documents_handed_over": _handed_over,
    "documents_received": _received,
    "case_archived": _archived,
}
