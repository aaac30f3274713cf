"""What one evaluation sees, and the purse from which repeated work is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import ExpressionError

MOST_STEPS = 20_000
MOST_ITEMS = 300
MOST_DEEP = 40


class Scope:
    """What one evaluation sees and has spent: the facts, the tested value `?`, variables of some/every."""

    __slots__ = ("bound", "facts", "steps", "value")

    def __init__(self, facts: Mapping[str, Any], value: Any = None) -> None:
        self.facts, self.value, self.steps = facts, value, 0
        self.bound: dict[str, Any] = {}

    def spend(self, steps: int) -> None:
        """Pay for repeated work; raises ExpressionError when the purse is empty."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise too_much_work()

    def pay_for(self, value: Any) -> None:
        """Pay for a function or test that goes through a list or a long text."""
        if isinstance(value, list | tuple):
            if len(value) > MOST_ITEMS:
                raise too_much_work()
            self.spend(extent(value))
        elif isinstance(value, str):
            self.spend(len(value) // 1000)


def too_much_work() -> ExpressionError:
    """The error of an evaluation that would take too long."""
    hint = f"列表最多 {MOST_ITEMS} 项；请减少 some、every 的嵌套，或把条件拆开"
    return ExpressionError("运算量过大，已停止计算", hint=hint)


def extent(value: Any) -> int:
    """How many values lie in a list or context, however nested; raises when there are too many or too deep."""
    level, counted, deep = [value], 0, 0
    while level:
        counted, deep = counted + len(level), deep + 1
        if counted > MOST_STEPS or deep > MOST_DEEP:
            raise too_much_work()
        level = [part for each in level for part in _parts(each)]
    return counted


def _parts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()
