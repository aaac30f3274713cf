"""How an explanation says things in Chinese: labels, values with units, what a condition demands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel import nodes, values
from engine.feel.nodes import Node
from engine.feel.printer import to_text
from engine.feel.values import Days, Months

Labels = Mapping[str, str | Mapping[str, str]]

_NUMBER_DEMANDS = {"<": "须低于", "<=": "须不高于", ">": "须高于", ">=": "须不低于", "=": "须为", "!=": "不得为"}
_DATE_DEMANDS = {"<": "须早于", "<=": "须不晚于", ">": "须晚于", ">=": "须不早于", "=": "须为", "!=": "不得为"}
_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_PREDICATES = {
    "starts with": "以{}开头",
    "ends with": "以{}结尾",
    "contains": "含有{}",
    "list contains": "含有{}",
}
_DESCRIPTIONS = {
    "today": "受理日",
    "years between": "{}至{}的周年数",
    "months between": "{}至{}的满月数",
    "days between": "{}至{}的天数",
    "count": "{}的项数",
    "sum": "{}的合计",
    "mean": "{}的平均",
    "string length": "{}的字数",
    "abs": "{}的绝对值",
}
_UNITS = {"years between": "年", "months between": "个月", "days between": "天"}
_DATE_PARTS = {"year": "年份", "month": "月份", "day": "日"}


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a fact; `type` "integer" means only whole values occur."""

    text: str
    unit: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """Speaks of facts by the labels it is given; a fact without one keeps its dotted name."""

    labels: Labels

    def label(self, path: str) -> Label:
        given = self.labels.get(path, path)
        if isinstance(given, str):
            return Label(given)
        return Label(given.get("label", path), given.get("unit", ""), given.get("type", ""))

    def unit(self, node: Node) -> str:
        """The unit a computed value has: that of its only measured fact, or of the first one of a sum."""
        units = [unit for part in nodes.walk(node) if isinstance(part, nodes.Path) and (unit := self._unit_of(part))]
        if isinstance(node, nodes.Call) and node.function in _UNITS:
            return _UNITS[node.function]
        if any(isinstance(part, nodes.Call | nodes.Property) for part in nodes.walk(node)):
            return ""
        if isinstance(node, nodes.Product) and len(units) > 1:
            return ""
        return units[0] if units else ""

    def _unit_of(self, path: nodes.Path) -> str:
        return self.label(".".join(path.names)).unit

    def describe(self, node: Node) -> str:
        """A short noun phrase for what a tree computes."""
        if isinstance(node, nodes.Path):
            return self.label(".".join(node.names)).text
        if isinstance(node, nodes.Number | nodes.Text | nodes.Boolean | nodes.Date | nodes.Duration):
            return show(node.value)
        if isinstance(node, nodes.Input):
            return "输入值"
        if isinstance(node, nodes.Property) and node.name in _DATE_PARTS:
            return f"{self.describe(node.operand)}的{_DATE_PARTS[node.name]}"
        if isinstance(node, nodes.Chain):
            first, *rest = map(self._operand, node.operands)
            return first + "".join(_SIGNS[sign] + part for sign, part in zip(node.operators, rest, strict=True))
        if isinstance(node, nodes.Call) and node.function in _DESCRIPTIONS and len(node.arguments) < 3:
            return _DESCRIPTIONS[node.function].format(*map(self.describe, node.arguments), "")
        return to_text(node)

    def _operand(self, node: Node) -> str:
        text = self.describe(node)
        return f"（{text}）" if isinstance(node, nodes.Sum) else text

    def threshold(self, operator: str, bound: Any, bound_node: Node, unit: str) -> str:
        """What a comparison demands: 须低于 1,100 元（城乡低保标准）."""
        demands = _DATE_DEMANDS if isinstance(bound, date) else _NUMBER_DEMANDS
        if bound is None:
            return f"{demands[operator]}{self.describe(bound_node)}"
        named = any(isinstance(part, nodes.Path) for part in nodes.walk(bound_node))
        source = self.describe(bound_node) if named else ""
        return spaced(demands[operator], show(values.tidy(bound), unit)) + (f"（{source}）" if source else "")

    def predicate(self, call: nodes.Call, argument: Any, wanted: bool) -> str | None:
        """What a test function demands: 须以“3301”开头; null for other functions."""
        if call.function == "is defined":
            return "须填写" if wanted else "须为空"
        template = _PREDICATES.get(call.function)
        if template is None:
            return None
        shown = self.describe(call.arguments[1]) if argument is None else show(argument)
        return ("须" if wanted else "不得") + template.format(shown)


def bound_text(shown: str, inclusive: bool, below: bool, is_date: bool) -> str:
    """A limit in words: 低于 1,100 元, 不早于 2026-01-01."""
    if not inclusive:
        return spaced("低于" if below else "高于", shown)
    if is_date:
        return spaced("不晚于" if below else "不早于", shown)
    return spaced("不高于" if below else "不低于", shown)


def spaced(before: str, shown: str) -> str:
    """Chinese followed by a value: a space before digits, none before a quotation mark."""
    return f"{before} {shown}" if shown[:1].isascii() else before + shown


def show(value: Any, unit: str = "") -> str:
    """A value as people read it; thousands are separated where a unit says that it is an amount."""
    if isinstance(value, bool):
        return "“是”" if value else "“否”"
    if isinstance(value, str):
        return f"“{value if len(value) <= 60 else value[:60] + '…'}”"
    if isinstance(value, Months | Days):
        return _show_duration(value)
    if isinstance(value, date):
        day = values.as_date(value)
        return "未知日期" if day is None else day.isoformat()
    if isinstance(value, list | tuple):
        return "、".join(map(show_member, value[:5])) + ("等" if len(value) > 5 else "") or "空列表"
    number = values.as_number(value)
    return show_member(value) if number is None else _show_number(number, unit)


def show_member(value: Any) -> str:
    """A value inside a list; nested ones are only hinted at."""
    simple = isinstance(value, str | bool | date | Months | Days) or values.as_number(value) is not None
    return show(value) if simple else "空" if value is None else "…"


def _show_number(number: int | Decimal, unit: str) -> str:
    text = values.number_text(number)
    if text is None or len(text) > 60:
        return "过大的数"
    whole, point, decimals = text.partition(".")
    return f"{int(whole):,}".replace("-0", "0") + point + decimals + f" {unit}" if unit else text


def _show_duration(value: Months | Days) -> str:
    if isinstance(value, Days):
        return f"{value.count} 天"
    sign, (years, months) = ("-" if value.count < 0 else ""), divmod(abs(value.count), 12)
    shown = [f"{years} 年"] * (years > 0) + [f"{months} 个月"] * (months > 0 or not years)
    return sign + " ".join(shown)
