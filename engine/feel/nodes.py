"""The syntax tree of an expression: frozen, hashable, comparable, rich enough to be translated to SQL.

Two nodes are equal when they mean the same text; `position` (0-based offset in the source) does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from engine.feel.values import Days, Months


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression and where it stands in the text."""

    position: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Null(Node):
    """The literal `null`; beside `=` or `!=` it asks whether a value is missing (SQL IS NULL)."""


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number literal: int without a decimal point, else an exact Decimal."""

    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Date(Node):
    value: date


@dataclass(frozen=True, slots=True)
class Duration(Node):
    value: Months | Days


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A fact by its dotted name, as in `household.income_per_capita`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name bound by `some` or `every`, and members of it: `m.age`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Input(Node):
    """The value a DMN cell tests, written `?`."""


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """The DMN cell `-`: any value, missing ones too."""


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Property(Node):
    """A member of a computed value: `today().year`, `form.birth_date.year`."""

    operand: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`a - b + c`: operands joined from left to right; one operator fewer than operands."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sum(Chain):
    """A chain of `+` and `-`."""


@dataclass(frozen=True, slots=True)
class Product(Chain):
    """A chain of `*` and `/`."""


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left operator right`, operator one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`[low..high)`, only as a test of `in`."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class UnaryCompare(Node):
    """`< 60` as a test of `in`: the left side is the tested value."""

    operator: str
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """True when one test holds: a range, a one-sided comparison, an equal value, or membership in a list."""

    operand: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some`/`every` `variable` in `source` satisfies `condition`."""

    every: bool
    variable: str
    source: Node
    condition: Node


DATE_PROPERTIES = ("year", "month", "day")


def children(node: Node) -> Iterator[Node]:
    """The direct parts of a node, in the order of the text."""
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                part = item[1] if isinstance(item, tuple) else item
                if isinstance(part, Node):
                    yield part


def walk(node: Node) -> Iterator[Node]:
    """The node and every part below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(tuple(children(current))))


def height(node: Node) -> int:
    """Levels of the tree, measured without recursion."""
    level, tallest = [node], 0
    while level:
        tallest += 1
        level = [part for parent in level for part in children(parent)]
    return tallest


def size(node: Node) -> int:
    """How many nodes the tree has: the price of evaluating it once."""
    return sum(1 for _ in walk(node))
