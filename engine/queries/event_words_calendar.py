"""What a case's event says when the working calendar changed its dates (重新计算届满日)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.clock import local_date
from engine.terms import ClockKind

_TOLD = (
    *(ClockKind.PROMISED, ClockKind.STATUTORY, ClockKind.ACCEPTANCE),
    *(ClockKind.CORRECTION, ClockKind.DELIVERY, ClockKind.DEFERRED),
)


def redated_words(payload: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    """Title and sentence in both languages, the tone, and the page where every date that moved is listed."""
    dates = [(kind, _day(payload[f"{kind.value}_due"])) for kind in _TOLD if f"{kind.value}_due" in payload]
    others = len(payload.get("moved", {}))
    told = [f"{kind.label}届满日改为{on.year}年{on.month}月{on.day}日" for kind, on in dates]
    told_en = [f"{kind.label_en.lower()} limit now ends on {on.isoformat()}" for kind, on in dates]
    if others:
        told.append(f"另有{others}个环节等期限随之改变" if dates else f"{others}个环节等期限改变")
        told_en.append(f"{others} other date{'s' if others > 1 else ''} moved")
    if not told:
        told, told_en = (
            ["届满日不变，是否暂定已按新日历更新"],
            ["the due date stays; whether it is provisional was updated"],
        )
    return (
        "日历更新，重新计算",
        "Dated again",
        f"工作日历更新：{'；'.join(told)}。",
        f"The working calendar changed: {'; '.join(told_en)}.",
        "yellow",
        f"/calendar/redatings/{payload['redating']}",
    )


def _day(text: str) -> date:
    return local_date(datetime.fromisoformat(text))
