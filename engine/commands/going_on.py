"""Where a case goes when a step is done: on along the flow, or straight back to where it was sent back from (直接返回)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.commands.case_change import CaseChange
from engine.commands.holders import holders_of
from engine.errors import ActionNotAllowed
from engine.runtime import Advance, complete, open_tokens, resume


def go_on(change: CaseChange, decision: str | None, facts: Mapping[str, Any]) -> Advance:
    """The process after the locked work item's step was done. Its steps that come back keep their former holders.

    Where there is no way straight back any more, because other branches moved on meanwhile, the flow is followed.
    """
    process, state, token = change.shelved.process, change.state, change.values["token"]
    before = change.values.get("before_return")
    if before is not None:
        try:
            advance = resume(process, state, token, decision, before, facts)
        except ActionNotAllowed:
            return complete(process, state, token, decision, facts)
        change.kept = holders_of(change, [t.id for t in open_tokens(process, before)])
        return advance
    return complete(process, state, token, decision, facts)
