"""What the events of cards say (监察牌经过), in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.terms import CardStatus, Signal

if TYPE_CHECKING:
    from engine.definitions.model import ItemDefinition
    from engine.queries.event_wording import EventWords

    Saying = Callable[[Mapping[str, Any], ItemDefinition], EventWords]

_TONES = {Signal.WARNING: "yellow", Signal.YELLOW: "yellow", Signal.RED: "red"}


def card_sayings(words: type[EventWords]) -> dict[str, Saying]:
    """Event kind → its saying. `words` is handed in, so that this group need not import the table it joins."""

    def issued(payload: Mapping[str, Any], definition: ItemDefinition) -> EventWords:
        signal = Signal(payload.get("signal", Signal.WARNING))
        rule, number = payload.get("rule", ""), payload.get("number", "")
        text = f"按规则{rule}发出{signal.label}，编号{number}。"
        text_en = f"{signal.label_en} card issued by rule {rule}."
        return words(f"亮牌：{signal.label}", f"{signal.label_en} card", text, text_en, _TONES[signal])

    def ruled(payload: Mapping[str, Any], definition: ItemDefinition) -> EventWords:
        status = CardStatus(payload.get("status", CardStatus.UPHELD))
        tone = "green" if status is CardStatus.REVOKED else "red"
        return words(
            "裁定监察牌", "Card ruled on", f"监察牌裁定：{status.label}。", f"The card was {status.value}.", tone
        )

    def closed(payload: Mapping[str, Any], definition: ItemDefinition) -> EventWords:
        if payload.get("why") == "over":
            return words("预警消除", "Warning over", "预警的情形已消失，自动销牌。", "The warning is over.", "grey")
        return words("销牌", "Card closed", "整改核实，监察牌销牌。", "The card was closed.", "green")

    def plain(title: str, title_en: str, text: str, text_en: str) -> Saying:
        said = words(title, title_en, text, text_en, "grey")
        return lambda payload, definition: said

    return {
        "card_issued": issued,
        "card_notified": plain("监察牌送达", "Card notified", "被监察岗位已查看监察牌。", "The card reached its post."),
        "card_explained": plain("说明监察牌", "Card explained", "被监察岗位作出说明。", "The post explained the card."),
        "card_ruled": ruled,
        "card_rectified": plain("整改", "Rectified", "被监察岗位报告整改情况。", "The post put the matter right."),
        "card_closed": closed,
    }
