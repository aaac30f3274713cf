"""An expression (条件表达式) ready for use: parsed and compiled once per text, then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.errors import ExpressionError
from engine.feel import nodes
from engine.feel.cells import parse_unary_tree
from engine.feel.compile import Run, closure
from engine.feel.functions import FUNCTIONS
from engine.feel.nodes import Node
from engine.feel.parser import parse_tree
from engine.feel.scope import Scope

KEPT_EXPRESSIONS = 8192


@dataclass(frozen=True, slots=True)
class Expression:
    """What an officer wrote, its tree, and the dotted names of the facts it reads."""

    text: str
    ast: Node = field(repr=False)
    names: frozenset[str] = field(compare=False)
    _run: Run = field(compare=False, repr=False)

    def evaluate(self, facts: Mapping[str, Any], value: Any = None) -> Any:
        """The value over nested facts; a missing fact is null, and so is what cannot be computed.

        `value` is what `?` stands for in a DMN cell. Raises ExpressionError only when the work exceeds its bound.
        """
        return self._run(Scope(facts, value))

    def is_met(self, facts: Mapping[str, Any], value: Any = None) -> bool:
        """Is the condition met: exactly true, neither false nor unknown?"""
        return self._run(Scope(facts, value)) is True


def parse(text: str) -> Expression:
    """The expression a text stands for; raises ExpressionError naming the column and the way out."""
    return _parsed(_as_text(text))


def parse_unary(text: str) -> Expression:
    """The condition a DMN cell stands for: `-`, `"a","b"`, `< 60`, `[18..60)`, `not("A")`, or a condition on `?`."""
    return _parsed_unary(_as_text(text))


def _as_text(text: object) -> str:
    if not isinstance(text, str):
        raise ExpressionError(f"表达式须是文字，这里是 {type(text).__name__}", hint="在 YAML 中给表达式加引号")
    return text


@lru_cache(KEPT_EXPRESSIONS)
def _parsed(text: str) -> Expression:
    return _built(text, parse_tree)


@lru_cache(KEPT_EXPRESSIONS)
def _parsed_unary(text: str) -> Expression:
    return _built(text, parse_unary_tree)


def _built(text: str, read: Callable[[str], Node]) -> Expression:
    tree = read(text)
    return Expression(text, tree, free_names(tree), closure(tree))


def free_names(tree: Node) -> frozenset[str]:
    """Dotted names of the facts a tree reads, those that functions read unseen included."""
    names = set()
    for node in nodes.walk(tree):
        if isinstance(node, nodes.Path):
            names.add(".".join(node.names))
        elif isinstance(node, nodes.Call) and FUNCTIONS[node.function].implicit_fact:
            names.add(FUNCTIONS[node.function].implicit_fact)
    return frozenset(names)
