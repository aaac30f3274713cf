"""May a done step be taken back (能否收回)? Only while nobody has laid a hand on what it opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.office.returning import path_of
from engine.office.shelves import ShelvedDefinition
from engine.runtime import Advance, reopen

_UNTOUCHED = ("open", "claimed")  # claimed by nobody but by routing, as the version tells


@dataclass(frozen=True)
class Hindrance:
    """Why a step can no longer be taken back: code of the rule, and the text with the way out."""

    rule: str
    text: str


_SEVERAL = Hindrance("several_instances", "多部门同时办理的环节不能收回；如需更正，请由后续环节退回。")
_TOLD = Hindrance("notice_written", "办结时已制发文书或通知申请人，不能收回；如需更正，请由后续环节退回。")
_MOVED = Hindrance("moved_on", "后续环节已经办结或到期，不能收回；如需更正，请由承办人退回。")
_TOUCHED = Hindrance("touched", "下一环节已有人领取或办理，不能收回；如需更正，请由其退回。")
_MACHINE = Hindrance("machine", "下一环节由系统自动办理，不能收回；如需更正，请由后续环节退回。")


def opened_tokens(payload: Mapping[str, Any]) -> set[str]:
    """Tokens of the steps and timers an event opened."""
    return {line["token"] for line in payload.get("opened", ())}


def take_back(
    shelved: ShelvedDefinition,
    state: bytes,
    facts: Mapping[str, Any],
    step: Row[Any],
    event: Row[Any],
    items: Sequence[Row[Any]],
) -> Advance | Hindrance:
    """The process with the step open again, or what stands in the way.

    event  the one that closed the step; `items` are the work items of the steps it opened
    """
    if step.instance is not None:
        return _SEVERAL
    if any(name.startswith("applicant:") for name in event.payload.get("told", ())):
        return _TOLD
    advance = reopen(shelved.process, state, step.node_id, facts, path_of(step))
    # More or less would be closed than the step had opened: the case has moved on beside or behind it.
    if set(advance.closed) != opened_tokens(event.payload):
        return _MOVED
    if any(item.kind == "machine" for item in items):
        return _MACHINE
    if any(item.version > 1 or item.part != "main" or item.status not in _UNTOUCHED for item in items):
        return _TOUCHED
    return advance
