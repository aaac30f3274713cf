"""Why a condition holds, fails or cannot be judged, in Chinese, and what the nearest yes would be.

`not` is pushed down to the single comparisons first (De Morgan holds in Kleene logic), so that each entry states a
demand; then every comparison is judged on its own, also those that evaluation would skip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import product
from typing import Any

from engine.feel import nodes, values
from engine.feel.demands import affirmed, leaves_of
from engine.feel.expression import Expression
from engine.feel.nearest import Nearest
from engine.feel.nodes import Node
from engine.feel.teller import Entry, Teller
from engine.feel.wording import Labels, Wording

MOST_ALTERNATIVES = 50


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to a yes: the entries (by index) still to be met, and what each demands."""

    unmet: tuple[int, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The judgement of a condition; `alternatives` has the way with the fewest unmet demands first."""

    text: str
    outcome: bool | None
    sentence: str
    entries: tuple[Entry, ...]
    missing: tuple[str, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def decisive(self) -> tuple[Entry, ...]:
        """The entries that decided: the false ones of an `and`, the first true one of an `or`, the unknown ones."""
        return tuple(entry for entry in self.entries if entry.decisive)

    def to_dict(self) -> dict[str, Any]:
        """The explanation in plain JSON values; decimals as text, dates as ISO text."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def explain(
    expression: Expression, facts: Mapping[str, Any], labels: Labels | None = None, value: Any = None
) -> Explanation:
    """Why the condition has its outcome over these facts; `labels` maps a path to its Chinese label and unit."""
    tree = affirmed(expression.ast, True)
    teller = Teller(facts, Wording(labels or {}), value)
    leaves = list(leaves_of(tree))
    outcomes = [teller.outcome(leaf) for leaf in leaves]
    verdict = _weighed(tree, iter(enumerate(outcomes)))
    entries = tuple(
        teller.entry(leaf, outcome, index in verdict.decisive)
        for index, (leaf, outcome) in enumerate(zip(leaves, outcomes, strict=True))
    )
    ways = () if verdict.outcome is True else verdict.ways
    alternatives = tuple(Alternative(way, tuple(_need(entries[index]) for index in way)) for way in ways)
    missing = tuple(dict.fromkeys(name for entry in entries if entry.decisive for name in entry.missing))
    sentence = _summary(verdict.outcome, entries, alternatives)
    return Explanation(expression.text, verdict.outcome, sentence, entries, missing, alternatives)


# Which part decided


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: bool | None
    decisive: frozenset[int]
    ways: tuple[tuple[int, ...], ...]


def _weighed(tree: Node, judged: Iterator[tuple[int, bool | None]]) -> _Verdict:
    if not isinstance(tree, nodes.And | nodes.Or):
        index, outcome = next(judged)
        return _Verdict(outcome, frozenset((index,)), ((),) if outcome is True else ((index,),))
    parts = [_weighed(operand, judged) for operand in tree.operands]
    if isinstance(tree, nodes.And):
        outcome = values.all_of(part.outcome for part in parts)
        return _Verdict(outcome, _deciding(parts, outcome), _ways_together(parts))
    outcome = values.any_of(part.outcome for part in parts)
    deciding = next([part] for part in parts if part.outcome is True) if outcome is True else parts
    return _Verdict(outcome, _deciding(deciding, outcome), _fewest(way for part in parts for way in part.ways))


def _deciding(parts: Sequence[_Verdict], outcome: bool | None) -> frozenset[int]:
    return frozenset(index for part in parts if part.outcome is outcome for index in part.decisive)


def _ways_together(parts: Sequence[_Verdict]) -> tuple[tuple[int, ...], ...]:
    ways: tuple[tuple[int, ...], ...] = ((),)
    for part in parts:
        ways = _fewest(tuple(dict.fromkeys((*left, *right))) for left, right in product(ways, part.ways))
    return ways


def _fewest(ways: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(sorted(dict.fromkeys(ways), key=len)[:MOST_ALTERNATIVES])


# From demands to sentences


def _need(entry: Entry) -> str:
    return f"{entry.label}{entry.demand}" if entry.label else entry.demand


def _summary(outcome: bool | None, entries: Sequence[Entry], alternatives: Sequence[Alternative]) -> str:
    told = "；".join(dict.fromkeys(entry.sentence for entry in entries if entry.decisive))
    if outcome is True:
        return f"符合：{told}。"
    opening = "不符合" if outcome is False else "无法判断，须人工核实"
    if len(alternatives) < 2:
        return f"{opening}：{told}。"
    ways = "；".join(f"（{number}）{'，且'.join(way.needs)}" for number, way in enumerate(alternatives[:5], start=1))
    more = f" 等 {len(alternatives)} 种情形" if len(alternatives) > 5 else ""
    return f"{opening}：{told}。满足下列之一即可：{ways}{more}。"


def _plain(value: Any, deep: int = 8) -> Any:
    """JSON values only; what lies too deep or has no JSON form is left out."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, values.Days | values.Months):
        return values.duration_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Entry | Alternative | Nearest):
        return {each.name: _plain(getattr(value, each.name), deep - 1) for each in fields(value)}
    if isinstance(value, Mapping) and deep:
        return {str(key): _plain(part, deep - 1) for key, part in value.items()}
    if isinstance(value, list | tuple) and deep:
        return [_plain(part, deep - 1) for part in value]
    number = values.as_number(value)
    if number is None:
        return None
    return number if isinstance(number, int) and abs(number) < 2**53 else values.number_text(number)
