"""The departments of a joint review (联办部门) as a step lists them: `housing:5 health`, with a limit of their own in working days."""

from __future__ import annotations

import re

from engine.definitions.model import LimitRule, NodeModel
from engine.terms import DayUnit

_LIMITED = re.compile(r"(?P<key>[^:\s]+):(?P<days>\d{1,3})")


def departments_in(text: str) -> tuple[str, ...]:
    """Folder names in the order written. A limit that is no number stays part of the name, so that the checks name it."""
    return tuple(found["key"] if (found := _LIMITED.fullmatch(word)) else word for word in text.split())


def department_limits_in(text: str) -> tuple[LimitRule | None, ...]:
    """The own limit of each department; empty when none has one."""
    found = [_LIMITED.fullmatch(word) for word in text.split()]
    limits = tuple(LimitRule(int(one["days"]), DayUnit.WORKING_DAY) if one else None for one in found)
    return limits if any(limits) else ()


def department_text(node: NodeModel) -> str:
    """The list as it is written."""
    limits = node.department_limits or (None,) * len(node.departments)
    pairs = zip(node.departments, limits, strict=True)
    return " ".join(f"{key}:{limit.amount}" if limit else key for key, limit in pairs)
