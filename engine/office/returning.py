"""Which steps a work item may be sent back to (可退回的环节), for the command and for the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.office.shelves import ShelvedDefinition
from engine.runtime import earlier_steps
from engine.terms import Stage


def path_of(row: Row[Any]) -> tuple[str, ...]:
    """The calls that lead to a step, from the root."""
    return tuple(row.path.split("/")) if row.path else ()


def steps_to_return_to(
    shelved: ShelvedDefinition, state: bytes, token: str, done: Sequence[Row[Any]], decided_at: datetime | None
) -> tuple[Row[Any], ...]:
    """Of the steps done, those a return from `token` makes sense to, each as it was done last, in the order of the diagram.

    What led to a decision stays as it is once the decision is made: then only steps opened after it.
    """
    last = {(path_of(row), row.node_id): row for row in done if decided_at is None or _follows(row, done, decided_at)}
    return tuple(last[place] for place in earlier_steps(shelved.process, state, tuple(last), token))


def _follows(row: Row[Any], done: Sequence[Row[Any]], decided_at: datetime) -> bool:
    """Whether a step was opened after the decision. Tokens tell apart what happened at one instant."""
    decision = max((int(r.token) for r in done if r.stage == Stage.DECIDE), default=0)
    return row.opened_at >= decided_at and int(row.token) > decision
