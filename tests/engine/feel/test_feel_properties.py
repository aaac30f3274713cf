"""Laws of the language over random trees and random facts."""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.feel import explain, nodes, parse, parse_unary, to_text, values
from engine.feel.compile import closure
from engine.feel.functions import FUNCTIONS
from engine.feel.nearest import nearest_changes, substituted
from engine.feel.scope import Scope

lawful = settings(deadline=None, max_examples=200)

GROUPS = ("applicant", "household", "政策")
FIELDS = ("age", "income", "level", "name", "birth_date", "members")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.integers(-5, 100),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(min_value=-1000, max_value=10**6, places=2),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2026-01-31", "2024-02-29", "2026-13-01", "智力", "3301"]),
    st.dates(),
    st.datetimes(),
    st.builds(values.Months, st.integers(-50, 50)),
    st.builds(values.Days, st.integers(-50, 50)),
)
any_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=6,
)
any_facts = st.dictionaries(
    st.sampled_from(GROUPS), st.dictionaries(st.sampled_from(FIELDS), any_values, max_size=6) | any_values
)

paths = st.builds(lambda group, name: nodes.Path((group, name)), st.sampled_from(GROUPS), st.sampled_from(FIELDS))
literal_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
literals = st.one_of(
    st.just(nodes.Null()),
    st.builds(nodes.Boolean, st.booleans()),
    st.builds(nodes.Number, st.integers(-1000, 1000)),
    st.builds(nodes.Number, st.decimals(min_value=-1000, max_value=1000, places=2)),
    st.builds(nodes.Text, literal_texts | st.sampled_from(['"', "\\", "a\nb", "\t\r"])),
    st.builds(nodes.Date, st.dates(min_value=date(1900, 1, 1))),
    st.builds(nodes.Duration, st.builds(values.Months, st.integers(-999, 999))),
    st.builds(nodes.Duration, st.builds(values.Days, st.integers(-999, 999))),
)


def _pairs(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


@st.composite
def _chains(draw: st.DrawFn, inner: st.SearchStrategy) -> nodes.Node:
    operands = draw(_pairs(inner))
    kind, signs = draw(st.sampled_from([(nodes.Sum, "+-"), (nodes.Product, "*/")]))
    return kind(tuple(draw(st.sampled_from(signs)) for _ in operands[1:]), operands)


@st.composite
def _calls(draw: st.DrawFn, inner: st.SearchStrategy) -> nodes.Node:
    function = FUNCTIONS[draw(st.sampled_from(sorted(FUNCTIONS)))]
    most = function.least + 1 if function.most is None else function.most
    arguments = tuple(draw(inner) for _ in range(draw(st.integers(function.least, most))))
    if function.name in ("date", "duration") and len(arguments) == 1 and isinstance(arguments[0], nodes.Text):
        arguments = (nodes.Path(("applicant", "birth_date")),)  # a literal text would be read as a date literal
    return nodes.Call(function.name, arguments)


def _tests(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        inner,
        st.builds(nodes.Range, inner, inner, st.booleans(), st.booleans()),
        st.builds(nodes.UnaryCompare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner),
    )


def _compound(inner: st.SearchStrategy) -> st.SearchStrategy:
    operators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    entries = st.dictionaries(st.sampled_from([*FIELDS, "not", "家庭 人口"]), inner, max_size=2)
    return st.one_of(
        st.builds(nodes.Compare, operators, inner, inner),
        st.builds(nodes.Between, inner, inner, inner),
        st.builds(nodes.In, inner, st.lists(_tests(inner), min_size=1, max_size=3).map(tuple)),
        st.builds(nodes.And, _pairs(inner)),
        st.builds(nodes.Or, _pairs(inner)),
        st.builds(nodes.Not, inner),
        st.builds(nodes.If, inner, inner, inner),
        st.builds(nodes.Negate, inner),
        st.builds(nodes.Property, inner, st.sampled_from(["year", "month", "day", "age"])),
        st.builds(nodes.ListLiteral, st.lists(inner, max_size=3).map(tuple)),
        st.builds(nodes.ContextLiteral, entries.map(lambda each: tuple(each.items()))),
        st.builds(nodes.Quantified, st.booleans(), st.just("m"), inner, _conditions_on("m", inner)),
        _chains(inner),
        _calls(inner),
    )


def _conditions_on(name: str, inner: st.SearchStrategy) -> st.SearchStrategy:
    members = st.sampled_from([nodes.Variable((name,)), nodes.Variable((name, "age"))])
    return st.builds(nodes.Compare, st.sampled_from(["=", "<", ">="]), members, st.one_of(paths, literals))


trees = st.recursive(paths | literals, _compound, max_leaves=8)

order_operators = st.sampled_from(["<", "<=", ">", ">="])
numbers = st.integers(-20, 20) | st.decimals(min_value=-20, max_value=20, places=2)
simple_operands = paths | st.builds(nodes.Number, numbers) | st.builds(nodes.Text, st.sampled_from(["a", "b"]))
comparisons = st.builds(
    nodes.Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), simple_operands, simple_operands
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(nodes.And, _pairs(inner)), st.builds(nodes.Or, _pairs(inner)), st.builds(nodes.Not, inner)
    ),
    max_leaves=8,
)
simple_values = st.none() | st.sampled_from(["a", "b", True, False]) | numbers
simple_facts = st.fixed_dictionaries(
    {group: st.dictionaries(st.sampled_from(FIELDS), simple_values) for group in GROUPS}
)


@lawful
@given(trees)
def test_printed_tree_reads_back_as_the_same_tree(tree: nodes.Node) -> None:
    text = to_text(tree)
    if len(text) <= 2000:
        assert parse(text).ast == tree


@lawful
@given(st.lists(_tests(literals | paths), min_size=1, max_size=3), st.booleans())
def test_printed_cell_reads_back_as_the_same_condition(tests: list[nodes.Node], negated: bool) -> None:
    condition: nodes.Node = nodes.In(nodes.Input(), tuple(tests))
    condition = nodes.Not(condition) if negated else condition
    assert parse_unary(to_text(condition)).ast == condition


@lawful
@given(trees, any_facts)
def test_evaluation_raises_nothing_but_expression_errors(tree: nodes.Node, facts: dict[str, Any]) -> None:
    run = closure(tree)
    with suppress(ExpressionError):
        run(Scope(facts))


@lawful
@given(trees, any_facts)
def test_explanation_agrees_with_evaluation_and_is_json(tree: nodes.Node, facts: dict[str, Any]) -> None:
    text = to_text(tree)
    if len(text) > 2000:
        return
    expression = parse(text)
    try:
        outcome, explanation = expression.evaluate(facts), explain(expression, facts)
    except ExpressionError:
        return
    assert explanation.outcome is (outcome if isinstance(outcome, bool) else None)
    assert explanation.sentence
    assert explanation.decisive
    json.dumps(explanation.to_dict(), allow_nan=False)


@lawful
@given(st.text(alphabet="abm.年0129\"'+-*/<>=!?@()[]{}, notinrsfe\n", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_unary):
        with suppress(ExpressionError):
            expression = read(text)
            assert read(to_text(expression.ast)).ast == expression.ast


# Kleene's laws

three = st.sampled_from(["true", "false", "a.unknown"])


def _judge(text: str) -> Any:
    return parse(text).evaluate({})


@lawful
@given(three, three, three)
def test_kleene_laws_hold(a: str, b: str, c: str) -> None:
    assert _judge(f"not({a} and {b})") is _judge(f"not({a}) or not({b})")
    assert _judge(f"not({a} or {b})") is _judge(f"not({a}) and not({b})")
    assert _judge(f"{a} and {b}") is _judge(f"{b} and {a}")
    assert _judge(f"{a} or {b}") is _judge(f"{b} or {a}")
    assert _judge(f"({a} and {b}) and {c}") is _judge(f"{a} and {b} and {c}") is _judge(f"{a} and ({b} and {c})")
    assert _judge(f"{a} and ({b} or {c})") is _judge(f"{a} and {b} or {a} and {c}")
    assert _judge(f"not(not({a}))") is _judge(f"{a} or {a}") is _judge(f"{a} and {a}")
    assert _judge(f"{a} and ({a} or {b})") is _judge(f"{a} or false")


# A second, independent reading of comparisons and logic


def _simple(node: nodes.Node, facts: Mapping[str, Any]) -> Any:
    """Truth tables as numbers: false 0, unknown 1, true 2; and = min, or = max, not = 2 - x."""
    match node:
        case nodes.And(operands=parts):
            return min(_simple(part, facts) for part in parts)
        case nodes.Or(operands=parts):
            return max(_simple(part, facts) for part in parts)
        case nodes.Not(operand=part):
            return 2 - _simple(part, facts)
        case nodes.Compare(operator=sign, left=left, right=right):
            return _simple_compare(sign, _simple(left, facts), _simple(right, facts))
        case nodes.Path(names=(group, name)):
            return facts[group].get(name)
        case nodes.Number(value=value) | nodes.Text(value=value):
            return value
    raise AssertionError(node)


def _simple_compare(sign: str, a: Any, b: Any) -> int:
    kinds = {"text" if isinstance(x, str) else "bool" if isinstance(x, bool) else "number" for x in (a, b)}
    if a is None or b is None or len(kinds) == 2 or (kinds == {"bool"} and sign not in ("=", "!=")):
        return 1
    if kinds == {"number"}:
        a, b = Decimal(a), Decimal(b)
    signs = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
    return 2 * bool(getattr(operator, signs[sign])(a, b))


@lawful
@given(conditions, simple_facts)
def test_two_readings_of_logic_agree(tree: nodes.Node, facts: dict[str, Any]) -> None:
    outcome = closure(tree)(Scope(facts))
    assert {False: 0, None: 1, True: 2}[outcome] == _simple(tree, facts)


@lawful
@given(conditions, simple_facts)
def test_alternatives_name_only_unmet_demands_fewest_first(tree: nodes.Node, facts: dict[str, Any]) -> None:
    explanation = explain(parse(to_text(tree)), facts)
    lengths = [len(way.unmet) for way in explanation.alternatives]
    assert lengths == sorted(lengths)
    assert (explanation.outcome is True) == (not explanation.alternatives)
    for way in explanation.alternatives:
        assert way.unmet
        assert all(explanation.entries[index].outcome is not True for index in way.unmet)


shapes = st.recursive(
    st.just("fact"),
    lambda inner: (
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
        | st.tuples(st.just("not"), st.lists(inner, min_size=1, max_size=1))
    ),
    max_leaves=7,
)


def _written(shape: Any, names: list[str]) -> str:
    """The shape as a condition whose facts are all different."""
    if shape == "fact":
        names.append(f"f{len(names)}")
        return names[-1]
    word, parts = shape
    told = [_written(part, names) for part in parts]
    return f"not({told[0]})" if word == "not" else "(" + f" {word} ".join(told) + ")"


@lawful
@given(shapes, st.lists(st.sampled_from([True, False, None]), min_size=20, max_size=20))
def test_meeting_the_demands_of_an_alternative_gives_a_yes(shape: Any, given_values: list[bool | None]) -> None:
    names: list[str] = []
    expression = parse(_written(shape, names))
    facts = dict(zip(names, given_values, strict=False))
    explanation = explain(expression, facts)
    for way in explanation.alternatives:
        unmet = [explanation.entries[index] for index in way.unmet]
        met = {entry.path: not entry.text.startswith("not(") for entry in unmet}
        assert expression.evaluate(facts | met) is True
        assert len(met) == len(way.unmet)


# The nearest yes

terms = paths | st.builds(nodes.Number, numbers)
sides = st.one_of(
    terms,
    st.builds(lambda a, b, sign: nodes.Sum((sign,), (a, b)), terms, terms, st.sampled_from("+-")),
    st.builds(lambda a, b, sign: nodes.Product((sign,), (a, b)), terms, terms, st.sampled_from("*/")),
)
number_facts = st.fixed_dictionaries({group: st.fixed_dictionaries(dict.fromkeys(FIELDS, numbers)) for group in GROUPS})


@lawful
@given(st.builds(nodes.Compare, order_operators, sides, sides), number_facts, st.booleans())
def test_nearest_value_really_passes(compare: nodes.Compare, facts: dict[str, Any], is_whole: bool) -> None:
    whole = frozenset(f"{group}.{field}" for group in GROUPS for field in FIELDS) if is_whole else frozenset()
    if closure(compare)(Scope(facts)) is not False:
        return
    for change in nearest_changes(compare, facts, whole):
        names = tuple(change.path.split("."))
        step = 0 if change.inclusive else Decimal("1E-12") * (-1 if change.below else 1)
        passing = substituted(facts, names, values.add(change.value, step))
        assert closure(compare)(Scope(passing)) is True
        if not change.inclusive:
            assert closure(compare)(Scope(substituted(facts, names, change.value))) is False
        assert change.gap == abs(Decimal(change.value) - Decimal(facts[names[0]][names[1]]))


@lawful
@given(paths, order_operators, numbers, number_facts)
def test_nearest_value_to_a_plain_threshold_is_always_found_and_no_nearer_one_passes(
    path: nodes.Path, sign: str, bound: Any, facts: dict[str, Any]
) -> None:
    compare = nodes.Compare(sign, path, nodes.Number(bound))
    if closure(compare)(Scope(facts)) is not False:
        return
    (change,) = nearest_changes(compare, facts)
    assert change.value == bound
    assert change.inclusive is (sign in ("<=", ">="))
    back = Decimal("1E-9") * (1 if change.below else -1)
    nearer = values.add(change.value, back)
    assert closure(compare)(Scope(substituted(facts, path.names, nearer))) is False


@lawful
@given(paths, numbers, numbers, st.booleans(), st.booleans(), number_facts)
def test_nearest_value_to_a_range_lies_in_the_range(
    path: nodes.Path, low: Any, high: Any, low_closed: bool, high_closed: bool, facts: dict[str, Any]
) -> None:
    condition = nodes.In(path, (nodes.Range(nodes.Number(low), nodes.Number(high), low_closed, high_closed),))
    (entry,) = explain(parse(to_text(condition)), facts).entries
    assert len(entry.nearest) == (
        entry.outcome is False and (low < high or (low == high and low_closed and high_closed))
    )
    for change in entry.nearest:
        step = 0 if change.inclusive else Decimal("1E-12") * (-1 if change.below else 1)
        passing = substituted(facts, path.names, values.add(change.value, step))
        assert closure(condition)(Scope(passing)) is True


@lawful
@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.dates(date(1950, 1, 1), date(2050, 1, 1)), order_operators)
def test_nearest_date_really_passes_and_the_day_before_it_does_not(present: date, bound: date, sign: str) -> None:
    compare = nodes.Compare(sign, nodes.Path(("form", "day")), nodes.Date(bound))
    facts = {"form": {"day": present.isoformat()}}
    if closure(compare)(Scope(facts)) is not False:
        return
    (change,) = nearest_changes(compare, facts)
    assert isinstance(change.value, date)
    assert closure(compare)(Scope({"form": {"day": change.value}})) is True
    nearer = values.shift(change.value, values.Days(1 if change.below else -1))
    assert closure(compare)(Scope({"form": {"day": nearer}})) is False
    assert change.gap == abs((present - change.value).days)
