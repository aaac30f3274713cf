"""The nearest yes: how one fact would have to change for a comparison to hold, everything else unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from engine.feel import nodes, values
from engine.feel.compile import closure
from engine.feel.nodes import Node
from engine.feel.scope import Scope

# Dated parameters and the counter's region: no applicant can change them, so no distance is measured along them.
FIXED_GROUPS = ("policy", "region")
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Nearest:
    """A value that passes. Not `inclusive`: any value beyond it passes, itself not (低于 X)."""

    path: str
    value: int | Decimal | date
    inclusive: bool
    below: bool
    gap: int | Decimal
    """Distance from the present value; in days for dates."""
    text: str = ""
    """The same in words, filled by whoever knows the labels."""


def nearest_changes(
    compare: nodes.Compare,
    facts: Mapping[str, Any],
    whole: frozenset[str] = frozenset(),
    value: Any = None,
    condition: Node | None = None,
) -> tuple[Nearest, ...]:
    """For each changeable fact in a failed < <= > >= the nearest value that passes; `whole` names integer facts.

    Every answer was tried: the comparison holds with it, and so does the `condition` it is a bound of. Facts that do
    not enter linearly are left out.
    """
    found = []
    for path in changeable_paths(compare):
        present = closure(path)(Scope(facts, value))
        change = _date_change(compare, path, present, facts, value)
        if change is None and values.as_number(present) is not None:
            change = _number_change(compare, path, present, facts, ".".join(path.names) in whole, value)
        if change is not None and _passes(condition or compare, path, change, facts, value):
            found.append(change)
    return tuple(found)


def changeable_paths(node: Node) -> list[nodes.Path]:
    """The facts below a node that an applicant could change, each once, in the order of the text."""
    paths = (part for part in nodes.walk(node) if isinstance(part, nodes.Path) and part.names[0] not in FIXED_GROUPS)
    return list(dict.fromkeys(paths))


def substituted(facts: Mapping[str, Any], names: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The facts with one of them replaced; the given ones are left as they are."""
    first, *rest = names
    inner = facts.get(first)
    group = inner if isinstance(inner, Mapping) else {}
    return {**facts, first: substituted(group, tuple(rest), value) if rest else value}


def _passes(condition: Node, path: nodes.Path, change: Nearest, facts: Mapping[str, Any], value: Any) -> bool:
    tried = change.value
    if not change.inclusive and not isinstance(tried, date):
        step = Decimal(1).scaleb(-_decimals(tried) - 2)
        tried = (values.subtract if change.below else values.add)(tried, step)
    return closure(condition)(Scope(substituted(facts, path.names, tried), value)) is True


def _date_change(
    compare: nodes.Compare, path: nodes.Path, present: Any, facts: Mapping[str, Any], value: Any
) -> Nearest | None:
    """For a date beside a date; dates are whole days, so the nearest one passes itself."""
    if path not in (compare.left, compare.right):
        return None
    operator = compare.operator if compare.left == path else MIRRORED[compare.operator]
    other = closure(compare.right if compare.left == path else compare.left)(Scope(facts, value))
    present_on, bound = values.as_date(present), values.as_date(other)
    if present_on is None or bound is None or (isinstance(present, str) and isinstance(other, str)):
        return None
    try:
        nearest = bound + timedelta(days={"<": -1, ">": 1}.get(operator, 0))
    except OverflowError:
        return None
    gap = abs((nearest - present_on).days)
    return Nearest(".".join(path.names), nearest, True, operator in ("<", "<="), gap)


def _number_change(
    compare: nodes.Compare, path: nodes.Path, present: Any, facts: Mapping[str, Any], is_whole: bool, value: Any
) -> Nearest | None:
    """Solve factor * x + rest <operator> 0 for the fact x."""
    difference = nodes.Sum(("-",), (compare.left, compare.right))
    line = _Line(path, Scope(facts, value)).of(difference)
    if line is None or line[0] == 0:
        return None
    factor, rest = line
    bound = values.divide(values.multiply(rest, -1), factor)
    if bound is None:
        return None
    operator = compare.operator if factor > 0 else MIRRORED[compare.operator]
    below, inclusive = operator in ("<", "<="), operator in ("<=", ">=")
    number = values.as_number(present)
    places = 0 if is_whole else max(2, _decimals(number), *_literal_decimals(compare))
    nearest, inclusive = _readable(bound, places, below, inclusive, is_whole)
    gap = values.subtract(nearest, number)
    if nearest is None or gap is None:
        return None
    return Nearest(".".join(path.names), values.tidy(nearest), inclusive, below, values.tidy(abs(gap)))


def _readable(bound: Any, places: int, below: bool, inclusive: bool, is_whole: bool) -> tuple[Any, bool]:
    """The bound in no more decimals than people use, rounded to the passing side."""
    step = Decimal(1).scaleb(-places)
    try:
        rounded = Decimal(bound).quantize(step, ROUND_FLOOR if below else ROUND_CEILING, context=values.EXACT)
    except InvalidOperation:
        return None, False
    if rounded == bound and is_whole and not inclusive:
        return int(rounded) + (-1 if below else 1), True
    if rounded == bound:
        return bound, inclusive
    return int(rounded) if is_whole else rounded, True


def _decimals(number: Any) -> int:
    exponent = number.normalize().as_tuple().exponent if isinstance(number, Decimal) else 0
    return min(12, max(0, -int(exponent)))


def _literal_decimals(node: Node) -> Iterator[int]:
    yield 0
    yield from (_decimals(part.value) for part in nodes.walk(node) if isinstance(part, nodes.Number))


@dataclass(frozen=True, slots=True)
class _Line:
    """Reads a tree as factor * fact + rest."""

    path: nodes.Path
    scope: Scope

    def of(self, node: Node) -> tuple[Any, Any] | None:
        if node == self.path:
            return 1, 0
        if self.path not in nodes.walk(node):
            number = values.as_number(closure(node)(self.scope))
            return None if number is None else (0, number)
        if isinstance(node, nodes.Negate):
            return self._times(self.of(node.operand), (0, -1))
        if not isinstance(node, nodes.Chain):
            return None
        total = self.of(node.operands[0])
        for sign, operand in zip(node.operators, node.operands[1:], strict=True):
            total = self._joined(total, sign, self.of(operand))
        return total

    def _joined(self, left: Any, sign: str, right: Any) -> tuple[Any, Any] | None:
        if left is None or right is None:
            return None
        if sign == "*":
            return self._times(left, right)
        if sign == "/":
            return (
                _known((values.divide(left[0], right[1]), values.divide(left[1], right[1]))) if right[0] == 0 else None
            )
        compute = values.add if sign == "+" else values.subtract
        return _known((compute(left[0], right[0]), compute(left[1], right[1])))

    def _times(self, left: Any, right: Any) -> tuple[Any, Any] | None:
        if left is None or right is None or (left[0] != 0 and right[0] != 0):
            return None
        (factor, rest), number = (left, right[1]) if right[0] == 0 else (right, left[1])
        return _known((values.multiply(factor, number), values.multiply(rest, number)))


def _known(line: tuple[Any, Any]) -> tuple[Any, Any] | None:
    return None if None in line else line
