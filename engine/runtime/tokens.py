"""What the engine's callers see of a running process: open tokens, and what one step changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TokenKind(StrEnum):
    """Who moves a token on: a person at a post, a worker, or a due date."""

    HUMAN = "human"
    MACHINE = "machine"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Token:
    """One open step (环节) or pending timer of a case.

    `id` is unique inside the case and never used again. `path` names the call activities and embedded sub-processes
    from the root, `process` the process or fragment whose diagram draws `node`. A timer attached to a step carries
    the timer's own node. `instance` counts from 0 and is None outside multi-instance steps.
    """

    id: str
    node: str
    process: str
    path: tuple[str, ...]
    kind: TokenKind
    instance: int | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """The new state of a process and what happened on the way: tokens opened, ids of tokens closed, whether it ended.

    `end_node` is the end event (结束事件) of the root process reached so far: of several the last one with an outcome,
    else the last. A side branch may still run when it is set, so ask `ended`.
    """

    state: bytes
    opened: tuple[Token, ...]
    closed: tuple[str, ...]
    ended: bool
    end_node: str | None
