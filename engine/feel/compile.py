"""A syntax tree to one Python closure; built once per text, called for every case.

Straight-line work is bounded by the length of the text. What repeats (quantifiers, list functions, deep comparison)
pays steps from one purse per evaluation.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from functools import singledispatch
from typing import Any

from engine.feel import nodes, values
from engine.feel.functions import FUNCTIONS
from engine.feel.nodes import Node
from engine.feel.scope import MOST_ITEMS, Scope, extent, too_much_work

MOST_TEXT = 10_000

Run = Callable[[Scope], Any]


_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC = {"+": values.add, "-": values.subtract, "*": values.multiply, "/": values.divide}
# Kinds that Python orders or equates exactly as FEEL does, when both sides are of the same one.
_PLAIN_ORDERED = frozenset((int, str, date))
_PLAIN_EQUAL = frozenset((int, str, date, bool))


@singledispatch
def closure(node: Node) -> Run:
    """The function that evaluates this tree in a scope."""
    raise TypeError(f"cannot evaluate {type(node).__name__}")


@closure.register(nodes.Boolean)
@closure.register(nodes.Number)
@closure.register(nodes.Text)
@closure.register(nodes.Date)
@closure.register(nodes.Duration)
def _literal(node: Any) -> Run:
    value = node.value
    return lambda scope: value


@closure.register
def _null(node: nodes.Null) -> Run:
    return lambda scope: None


@closure.register
def _wildcard(node: nodes.Wildcard) -> Run:
    return lambda scope: True


@closure.register
def _input(node: nodes.Input) -> Run:
    return lambda scope: scope.value


@closure.register
def _path(node: nodes.Path) -> Run:
    first, *rest = node.names
    if len(rest) == 1:
        second = rest[0]

        def fact(scope: Scope) -> Any:
            group = scope.facts.get(first)
            return group.get(second) if group.__class__ is dict else values.member(group, second)

        return fact
    return lambda scope: _descend(scope.facts.get(first), rest)


@closure.register
def _variable(node: nodes.Variable) -> Run:
    first, *rest = node.names
    return lambda scope: _descend(scope.bound[first], rest)


def _descend(value: Any, names: list[str]) -> Any:
    for name in names:
        value = values.member(value, name)
    return value


@closure.register
def _property(node: nodes.Property) -> Run:
    operand, name = closure(node.operand), node.name
    return lambda scope: values.member(operand(scope), name)


@closure.register
def _list(node: nodes.ListLiteral) -> Run:
    items = [closure(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@closure.register
def _context(node: nodes.ContextLiteral) -> Run:
    entries = [(name, closure(value)) for name, value in node.entries]
    return lambda scope: {name: value(scope) for name, value in entries}


@closure.register
def _negate(node: nodes.Negate) -> Run:
    operand = closure(node.operand)
    return lambda scope: values.multiply(operand(scope), -1)


@closure.register
def _chain(node: nodes.Chain) -> Run:
    first, *others = (closure(operand) for operand in node.operands)
    steps = [(_ARITHMETIC[sign], operand) for sign, operand in zip(node.operators, others, strict=True)]

    def run(scope: Scope) -> Any:
        total = first(scope)
        for compute, operand in steps:
            total = _bounded(compute(total, operand(scope)))
        return total

    return run


def _bounded(value: Any) -> Any:
    return None if isinstance(value, str) and len(value) > MOST_TEXT else value


@closure.register
def _compare(node: nodes.Compare) -> Run:
    if node.operator in ("=", "!="):
        return _equality(node)
    compare, left, right = _ORDERINGS[node.operator], closure(node.left), closure(node.right)

    def run(scope: Scope) -> bool | None:
        a, b = left(scope), right(scope)
        if a.__class__ is b.__class__ and a.__class__ in _PLAIN_ORDERED:
            return compare(a, b)
        return values.order(a, b, compare)

    return run


def _equality(node: nodes.Compare) -> Run:
    wanted = node.operator == "="
    if isinstance(node.left, nodes.Null) or isinstance(node.right, nodes.Null):
        tested = closure(node.left if isinstance(node.right, nodes.Null) else node.right)
        return lambda scope: (tested(scope) is None) is wanted
    left, right = closure(node.left), closure(node.right)

    def run(scope: Scope) -> bool | None:
        outcome = _equal(scope, left(scope), right(scope))
        return outcome if wanted or outcome is None else not outcome

    return run


def _equal(scope: Scope, a: Any, b: Any) -> bool | None:
    if a.__class__ is b.__class__ and a.__class__ in _PLAIN_EQUAL:
        return a == b  # type: ignore[no-any-return]
    if isinstance(a, list | tuple | Mapping) and isinstance(b, list | tuple | Mapping):
        scope.spend(extent(a) + extent(b))
    return values.equal(a, b)


@closure.register
def _between(node: nodes.Between) -> Run:
    test = _range_test(nodes.Range(node.low, node.high, True, True))
    operand = closure(node.operand)
    return lambda scope: test(scope, operand(scope))


Test = Callable[[Scope, Any], bool | None]


@closure.register
def _in(node: nodes.In) -> Run:
    operand, tests = closure(node.operand), [_test(test) for test in node.tests]
    if len(tests) == 1:
        only = tests[0]
        return lambda scope: only(scope, operand(scope))

    def run(scope: Scope) -> bool | None:
        value = operand(scope)
        return values.any_of(test(scope, value) for test in tests)

    return run


def _test(test: Node) -> Test:
    if isinstance(test, nodes.Range):
        return _range_test(test)
    if isinstance(test, nodes.UnaryCompare):
        return _unary_compare_test(test)
    if isinstance(test, nodes.Null):
        return lambda scope, value: value is None
    if isinstance(test, nodes.ListLiteral):
        return _list_test(test)
    wanted = closure(test)
    return lambda scope, value: _is_or_contains(scope, wanted(scope), value)


def _range_test(test: nodes.Range) -> Test:
    low, high = closure(test.low), closure(test.high)
    above, below = (operator.ge if test.low_closed else operator.gt), (operator.le if test.high_closed else operator.lt)

    def run(scope: Scope, value: Any) -> bool | None:
        bounds = ((low(scope), above), (high(scope), below))
        return values.all_of(values.order(value, bound, compare) for bound, compare in bounds)

    return run


def _unary_compare_test(test: nodes.UnaryCompare) -> Test:
    if test.operator in _ORDERINGS:
        compare, right = _ORDERINGS[test.operator], closure(test.right)
        return lambda scope, value: values.order(value, right(scope), compare)
    wanted = test.operator == "="
    if isinstance(test.right, nodes.Null):
        return lambda scope, value: (value is None) is wanted
    other = closure(test.right)

    def run(scope: Scope, value: Any) -> bool | None:
        outcome = _equal(scope, value, other(scope))
        return outcome if wanted or outcome is None else not outcome

    return run


def _list_test(test: nodes.ListLiteral) -> Test:
    items = [_test(item) for item in test.items]
    literals = [item.value for item in test.items if isinstance(item, nodes.Text | nodes.Number)]
    kinds = {literal.__class__ for literal in literals}
    if len(literals) == len(test.items) and kinds in ({str}, {int}):
        plain, kind = frozenset(literals), kinds.pop()

        def run_plain(scope: Scope, value: Any) -> bool | None:
            if value.__class__ is kind:
                return value in plain
            return values.any_of(item(scope, value) for item in items)

        return run_plain
    return lambda scope, value: values.any_of(item(scope, value) for item in items)


def _is_or_contains(scope: Scope, wanted: Any, value: Any) -> bool | None:
    """Equality, or membership where the wanted value is a list."""
    if not isinstance(wanted, list | tuple):
        return _equal(scope, value, wanted)
    scope.pay_for(wanted)
    if isinstance(value, list | tuple) and _equal(scope, value, wanted):
        return True
    return values.any_of(_equal(scope, value, item) for item in wanted)


@closure.register
def _and(node: nodes.And) -> Run:
    parts = [closure(operand) for operand in node.operands]

    def run(scope: Scope) -> bool | None:
        result: bool | None = True
        for part in parts:
            outcome = part(scope)
            if outcome is False:
                return False
            if outcome is not True:
                result = None
        return result

    return run


@closure.register
def _or(node: nodes.Or) -> Run:
    parts = [closure(operand) for operand in node.operands]

    def run(scope: Scope) -> bool | None:
        result: bool | None = False
        for part in parts:
            outcome = part(scope)
            if outcome is True:
                return True
            if outcome is not False:
                result = None
        return result

    return run


@closure.register
def _not(node: nodes.Not) -> Run:
    operand = closure(node.operand)
    return lambda scope: values.negation(operand(scope))


@closure.register
def _if(node: nodes.If) -> Run:
    condition, then, otherwise = closure(node.condition), closure(node.then), closure(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


@closure.register
def _quantified(node: nodes.Quantified) -> Run:
    source, condition, name = closure(node.source), closure(node.condition), node.variable
    price, combine = nodes.size(node.condition), values.all_of if node.every else values.any_of

    def outcome(scope: Scope, item: Any) -> Any:
        scope.spend(price)
        scope.bound[name] = item
        return condition(scope)

    def run(scope: Scope) -> bool | None:
        items = source(scope)
        if not isinstance(items, list | tuple):
            return None
        if len(items) > MOST_ITEMS:
            raise too_much_work()
        return combine(outcome(scope, item) for item in items)

    return run


@closure.register
def _call(node: nodes.Call) -> Run:
    function = FUNCTIONS[node.function]
    apply, takes_null = function.apply, function.takes_null
    written = node.arguments
    if function.implicit_fact:
        written = (nodes.Path((function.implicit_fact,)), *written)
    arguments = [closure(argument) for argument in written]

    def run(scope: Scope) -> Any:
        given = [argument(scope) for argument in arguments]
        for value in given:
            if value is None and not takes_null:
                return None
            scope.pay_for(value)
        return _bounded(apply(*given))

    return run
