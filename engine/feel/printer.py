"""A syntax tree back to its canonical text: parsing that text gives an equal tree."""

from __future__ import annotations

import re
from functools import singledispatch

from engine.feel import nodes, values
from engine.feel.lexer import KEYWORDS, quoted
from engine.feel.nodes import Node

# How tightly each kind binds; what binds looser than its place allows is put in parentheses.
_CHOICE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _SIGNED, _MEMBER, _ATOM = range(9)
_BINDING: dict[type[Node], int] = {
    nodes.If: _CHOICE,
    nodes.Quantified: _CHOICE,
    nodes.Or: _OR,
    nodes.And: _AND,
    nodes.Compare: _COMPARISON,
    nodes.Between: _COMPARISON,
    nodes.In: _COMPARISON,
    nodes.Sum: _SUM,
    nodes.Product: _PRODUCT,
    nodes.Negate: _SIGNED,
    nodes.Property: _MEMBER,
}
_PLAIN_KEY = re.compile(r"[^\W\d]\w*")


def to_text(node: Node) -> str:
    """The canonical text of a tree."""
    return _text(node)


def _within(node: Node, tightness: int) -> str:
    binding = _BINDING.get(type(node), _ATOM)
    if isinstance(node, nodes.Number) and str(node.value).startswith("-"):
        binding = _SIGNED
    return _text(node) if binding >= tightness else f"({_text(node)})"


def _listed(parts: tuple[Node, ...]) -> str:
    return ", ".join(map(_text, parts))


@singledispatch
def _text(node: Node) -> str:
    raise TypeError(f"no text for {type(node).__name__}")


@_text.register
def _(node: nodes.Null) -> str:
    return "null"


@_text.register
def _(node: nodes.Boolean) -> str:
    return "true" if node.value else "false"


@_text.register
def _(node: nodes.Number) -> str:
    return format(node.value, "f") if not isinstance(node.value, int) else str(node.value)


@_text.register
def _(node: nodes.Text) -> str:
    return quoted(node.value)


@_text.register
def _(node: nodes.Date) -> str:
    return f'date("{node.value.isoformat()}")'


@_text.register
def _(node: nodes.Duration) -> str:
    return f'duration("{values.duration_text(node.value)}")'


@_text.register(nodes.Path)
@_text.register(nodes.Variable)
def _(node: nodes.Path | nodes.Variable) -> str:
    return ".".join(node.names)


@_text.register
def _(node: nodes.Input) -> str:
    return "?"


@_text.register
def _(node: nodes.Wildcard) -> str:
    return "-"


@_text.register
def _(node: nodes.ListLiteral) -> str:
    return f"[{_listed(node.items)}]"


@_text.register
def _(node: nodes.ContextLiteral) -> str:
    entries = (f"{_key(name)}: {_text(value)}" for name, value in node.entries)
    return "{" + ", ".join(entries) + "}"


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) and name not in KEYWORDS else quoted(name)


@_text.register
def _(node: nodes.Property) -> str:
    operand = _within(node.operand, _MEMBER)
    dotted = isinstance(node.operand, nodes.Path | nodes.Variable)
    is_date_member = dotted and len(node.operand.names) > 1 and node.name in nodes.DATE_PROPERTIES  # type: ignore[attr-defined]
    if isinstance(node.operand, nodes.Property | nodes.Number) or (dotted and not is_date_member):
        operand = f"({_text(node.operand)})"
    return f"{operand}.{node.name}"


@_text.register
def _(node: nodes.Call) -> str:
    return f"{node.function}({_listed(node.arguments)})"


@_text.register
def _(node: nodes.Negate) -> str:
    # -5 is a number of its own, so the sign before a number keeps its distance.
    is_number = isinstance(node.operand, nodes.Number)
    return f"-({_text(node.operand)})" if is_number else "-" + _within(node.operand, _SIGNED)


@_text.register
def _(node: nodes.Chain) -> str:
    tightness = _PRODUCT if isinstance(node, nodes.Sum) else _SIGNED
    first, *rest = (_within(operand, tightness) for operand in node.operands)
    return first + "".join(f" {sign} {part}" for sign, part in zip(node.operators, rest, strict=True))


@_text.register
def _(node: nodes.Compare) -> str:
    return f"{_within(node.left, _SUM)} {node.operator} {_within(node.right, _SUM)}"


@_text.register
def _(node: nodes.Between) -> str:
    return f"{_within(node.operand, _SUM)} between {_within(node.low, _SUM)} and {_within(node.high, _SUM)}"


@_text.register
def _(node: nodes.Range) -> str:
    opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
    return f"{opening}{_within(node.low, _SUM)}..{_within(node.high, _SUM)}{closing}"


@_text.register
def _(node: nodes.UnaryCompare) -> str:
    return f"{node.operator} {_within(node.right, _SUM)}"


@_text.register
def _(node: nodes.In) -> str:
    alone = len(node.tests) == 1 and isinstance(node.tests[0], nodes.ListLiteral | nodes.Range)
    tests = _listed(node.tests) if alone else f"({_listed(node.tests)})"
    return f"{_within(node.operand, _SUM)} in {tests}"


@_text.register
def _(node: nodes.And) -> str:
    return " and ".join(_within(operand, _COMPARISON) for operand in node.operands)


@_text.register
def _(node: nodes.Or) -> str:
    return " or ".join(_within(operand, _AND) for operand in node.operands)


@_text.register
def _(node: nodes.Not) -> str:
    return f"not({_text(node.operand)})"


@_text.register
def _(node: nodes.If) -> str:
    return f"if {_text(node.condition)} then {_text(node.then)} else {_text(node.otherwise)}"


@_text.register
def _(node: nodes.Quantified) -> str:
    word = "every" if node.every else "some"
    return f"{word} {node.variable} in {_text(node.source)} satisfies {_text(node.condition)}"
