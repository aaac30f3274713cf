"""What the events of a handover (离岗交接) say: title and sentence in Chinese and English, and tone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TO_RECEIVER = ("经办人员离岗，待办移交接手人员。", "The officer left; the work item passed to another officer.")
_TO_POST = ("经办人员离岗，待办退回岗位待领。", "The officer left; the work item went back to the post.")


def handed_over(payload: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """By whether somebody received the work item or it went back to everyone of the post."""
    text, text_en = _TO_RECEIVER if "to" in payload else _TO_POST
    return "离岗交接", "Handed over", text, text_en, "grey"
