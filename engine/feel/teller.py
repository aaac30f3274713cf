"""Judges single demands over the facts and says the result in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel import nodes, values
from engine.feel.compile import closure
from engine.feel.demands import bounds_of
from engine.feel.nearest import MIRRORED, Nearest, changeable_paths, nearest_changes
from engine.feel.nodes import Node
from engine.feel.printer import to_text
from engine.feel.scope import Scope
from engine.feel.wording import Wording, bound_text, show, spaced


@dataclass(frozen=True, slots=True)
class Entry:
    """One comparison of a condition, judged over the facts."""

    text: str
    path: str
    label: str
    value: Any
    outcome: bool | None
    demand: str
    sentence: str
    decisive: bool
    missing: tuple[str, ...]
    nearest: tuple[Nearest, ...]


@dataclass(frozen=True, slots=True)
class Teller:
    """Judges demands over one set of facts."""

    facts: Mapping[str, Any]
    wording: Wording
    input: Any

    def value_of(self, node: Node) -> Any:
        return closure(node)(Scope(self.facts, self.input))

    def outcome(self, leaf: Node) -> bool | None:
        result = self.value_of(leaf)
        return result if isinstance(result, bool) else None

    def entry(self, leaf: Node, outcome: bool | None, decisive: bool) -> Entry:
        subject = self.subject(leaf)
        value = None if subject is None else self.value_of(subject)
        label = "" if subject is None else self.wording.describe(subject)
        demand, missing = self.demand(leaf), self.missing(leaf) if outcome is None else ()
        failed = self.failed_bound(leaf) if outcome is False else None
        nearest = () if failed is None else self.nearest(failed, leaf)
        gap = "" if failed is None else self.gap(failed)
        sentence = self.sentence(leaf, outcome, label, value, demand, missing, gap)
        path = ".".join(subject.names) if isinstance(subject, nodes.Path) else ""
        return Entry(to_text(leaf), path, label, value, outcome, demand, sentence, decisive, missing, nearest)

    def sentence(
        self, leaf: Node, outcome: bool | None, label: str, value: Any, demand: str, missing: Sequence[str], gap: str
    ) -> str:
        if outcome is None:
            lacking = "、".join(self.wording.label(name).text for name in missing)
            need = f"{label}{demand}"
            return f"缺少{lacking}（{need}）" if missing else f"{label or '条件'}无法比较（{need}）"
        if not label:
            return f"{demand}：{'已' if outcome else '未'}满足"
        subject = self.subject(leaf)
        unit = "" if subject is None else self.wording.unit(subject)
        said = f"{label}未填写" if value is None else self.stated(label, self.as_compared(leaf, value), unit)
        told = f"满足要求（{demand}）" if outcome else demand
        return f"{said}，{told}" + (f"，{gap}" if gap else "")

    def stated(self, label: str, value: Any, unit: str) -> str:
        shown = show(value, unit)
        return spaced(label, shown) if shown[:1].isdigit() or shown[:1] == "-" else f"{label}为{shown}"

    def as_compared(self, leaf: Node, value: Any) -> Any:
        """ISO text as the date it was compared as."""
        bounds = (self.oriented(leaf),) if isinstance(leaf, nodes.Compare) else bounds_of(leaf)
        is_date = any(isinstance(self.value_of(bound.right), date) for bound in bounds)
        return values.as_date(value) or value if is_date else value

    def nearest(self, compare: nodes.Compare, leaf: Node) -> tuple[Nearest, ...]:
        found = nearest_changes(compare, self.facts, self.whole_facts(compare), self.input, leaf)
        return tuple(replace(change, text=self.change_text(change)) for change in found)

    def change_text(self, change: Nearest) -> str:
        label, is_date = self.wording.label(change.path), isinstance(change.value, date)
        limit = bound_text(show(change.value, label.unit), change.inclusive, change.below, is_date)
        gap = show(change.gap, "天" if is_date else label.unit)
        return f"{label.text}{limit}（相差 {gap}{'' if change.inclusive else '以上'}）"

    # The parts of a demand

    def oriented(self, compare: nodes.Compare) -> nodes.Compare:
        """The comparison with what can change on the left."""
        fixed_left = not changeable_paths(compare.left) and not _asks(compare.left)
        if fixed_left and (changeable_paths(compare.right) or _asks(compare.right)):
            return nodes.Compare(MIRRORED[compare.operator], compare.right, compare.left, position=compare.position)
        return compare

    def subject(self, leaf: Node) -> Node | None:
        """What a demand is about; null where no single value is."""
        if isinstance(leaf, nodes.Not):
            return self.subject(leaf.operand)
        if isinstance(leaf, nodes.Compare):
            return self.oriented(leaf).left
        if isinstance(leaf, nodes.Between | nodes.In):
            return leaf.operand
        if isinstance(leaf, nodes.Call) and self.wording.predicate(leaf, "", True):
            return leaf.arguments[0]
        return leaf if isinstance(leaf, nodes.Path | nodes.Input) else None

    def demand(self, leaf: Node, wanted: bool = True) -> str:
        if isinstance(leaf, nodes.Not):
            return self.demand(leaf.operand, not wanted)
        if isinstance(leaf, nodes.Compare) and wanted:
            return self.comparison_demand(self.oriented(leaf))
        if wanted and (bounds := bounds_of(leaf)):
            return self.range_demand(*bounds)
        if isinstance(leaf, nodes.In):
            return self.choice_demand(leaf, wanted)
        if isinstance(leaf, nodes.Call):
            argument = self.value_of(leaf.arguments[1]) if len(leaf.arguments) > 1 else None
            if told := self.wording.predicate(leaf, argument, wanted):
                return told
        if isinstance(leaf, nodes.Wildcard):
            return "任何值均可"
        if isinstance(leaf, nodes.Path | nodes.Input):
            return "须为“是”" if wanted else "须为“否”"
        if isinstance(leaf, nodes.Quantified) and wanted:
            extent = "每一项都须" if leaf.every else "至少有一项须"
            return f"{self.wording.describe(leaf.source)}中{extent}满足 {to_text(leaf.condition)}"
        return f"条件 {to_text(leaf)} {'须' if wanted else '不得'}成立"

    def comparison_demand(self, compare: nodes.Compare) -> str:
        if isinstance(compare.right, nodes.Null):
            return "须为空" if compare.operator == "=" else "须填写"
        if isinstance(compare.left, nodes.Null):
            return f"{self.wording.describe(compare.right)}{'须为空' if compare.operator == '=' else '须填写'}"
        bound, unit = self.value_of(compare.right), self.wording.unit(compare.left)
        if isinstance(self.value_of(compare.left), date):
            bound = values.as_date(bound) or bound
        return self.wording.threshold(compare.operator, bound, compare.right, unit)

    def range_demand(self, low: nodes.Compare, high: nodes.Compare) -> str:
        unit = self.wording.unit(low.left)
        shown = []
        for bound, closed in ((low, low.operator == ">="), (high, high.operator == "<=")):
            value = self.value_of(bound.right)
            text = self.wording.describe(bound.right) if value is None else show(values.tidy(value), unit)
            shown.append(text + ("（含）" if closed else "（不含）"))
        return spaced("须在", f"{shown[0]}至 {shown[1]}之间")

    def choice_demand(self, leaf: nodes.In, wanted: bool) -> str:
        choices = [item for test in leaf.tests for item in _choices(test)]
        told = spaced("须为" if wanted else "不得为", "、".join(self.choice(item) for item in choices))
        if len(choices) == 1 and not isinstance(choices[0], nodes.Path):
            return told
        return f"{told} 之一" if told[-1].isascii() else f"{told}之一"

    def choice(self, test: Node) -> str:
        if isinstance(test, nodes.Range | nodes.UnaryCompare):
            return to_text(test)
        value = self.value_of(test)
        if isinstance(test, nodes.Null):
            return "空"
        return self.wording.describe(test) if value is None or isinstance(value, Mapping) else show(value)

    def failed_bound(self, leaf: Node) -> nodes.Compare | None:
        """The comparison whose distance to passing can be measured."""
        candidates = (leaf,) if isinstance(leaf, nodes.Compare) else bounds_of(leaf)
        for each in candidates:
            if isinstance(each, nodes.Compare) and each.operator not in ("=", "!=") and self.outcome(each) is False:
                return self.oriented(each)
        return None

    def whole_facts(self, node: Node) -> frozenset[str]:
        names = (".".join(path.names) for path in changeable_paths(node))
        return frozenset(name for name in names if self.wording.label(name).type == "integer")

    def gap(self, compare: nodes.Compare) -> str:
        """How far the subject is beyond or short of its threshold."""
        present, bound = self.value_of(compare.left), self.value_of(compare.right)
        strict, below = compare.operator in ("<", ">"), compare.operator in ("<", "<=")
        if isinstance(present, date) or isinstance(bound, date):
            first, second = values.as_date(present), values.as_date(bound)
            days = None if first is None or second is None else abs((first - second).days)
            distance = "" if not days else f"{days} 天"
            verb = "晚了" if below else "早了"
        else:
            difference = values.subtract(present, bound)
            if not isinstance(difference, int | Decimal):
                return ""
            distance = "" if difference == 0 else show(values.tidy(abs(difference)), self.wording.unit(compare.left))
            verb = "超出" if below else "还差"
        if not distance:
            return "恰在界线上"
        beyond = "" if not strict else " 以上" if distance[-1].isascii() else "以上"
        return f"{verb} {distance}{beyond}"

    def missing(self, leaf: Node) -> tuple[str, ...]:
        """The facts a demand reads and does not find, in the order of the text."""
        read = []
        for node in nodes.walk(leaf):
            if isinstance(node, nodes.Path):
                read.append(node)
            elif isinstance(node, nodes.Call) and node.function == "today":
                read.append(nodes.Path(("today",)))
        return tuple(dict.fromkeys(".".join(path.names) for path in read if self.value_of(path) is None))


def _asks(node: Node) -> bool:
    return any(isinstance(part, nodes.Input) for part in nodes.walk(node))


def _choices(test: Node) -> tuple[Node, ...]:
    return test.items if isinstance(test, nodes.ListLiteral) and test.items else (test,)
