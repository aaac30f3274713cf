"""The form of a leave with a deputy (请假代理), the same for officers and administrators."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.web.entry_forms import Control, Options, sent, sent_day, sent_id, sent_key
from api.web.wording import t
from engine.errors import FormInvalid


def leave_controls(posts: Options, deputies: Options, today: date) -> tuple[Control, ...]:
    """`posts` and `deputies`: (id, words) to choose from."""
    every = ("", t("全部岗位", "Every post"))
    return (
        Control("from_on", t("第一天", "First day"), "date", required=True, value=today.isoformat()),
        Control("to_on", t("最后一天（含）", "Last day, included"), "date", required=True),
        Control(
            "deputy_id",
            t("代理人", "Deputy"),
            "select",
            required=True,
            options=deputies,
            hint=t("本单位或上级单位在岗人员。", "Of the same organisation or the one above."),
        ),
        Control("post_id", t("代理的岗位", "Post"), "select", options=(every, *posts)),
        Control("reason", t("事由", "Reason"), maxlength=200, wide=True),
    )


def leave_entries() -> dict[str, Any]:
    """What was sent. FormInvalid names what is missing."""
    entries: dict[str, Any] = {"from_on": sent_day("from_on"), "to_on": sent_day("to_on")}
    entries["deputy_id"] = sent_id("deputy_id")
    missing = {name: ["请填写。"] for name, value in entries.items() if value is None}
    if missing:
        raise FormInvalid(en="Some entries are missing.", errors=missing)
    return {**entries, "post_id": sent_id("post_id"), "reason": sent("reason"), "idempotency_key": sent_key()}
