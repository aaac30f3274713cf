"""Every expression can be evaluated: its names exist, sides of a comparison are alike, words are among the choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine import feel
from engine.definitions.checks.names import BOOLEAN, DATE, KIND_LABELS, LIST, NUMBER, TEXT, Known, known_names
from engine.definitions.checks.paths import edges, reachable
from engine.definitions.findings import Finding, error
from engine.definitions.model import FlowModel, ItemDefinition, ProcessModel, Source
from engine.definitions.shared import Shared
from engine.feel import Expression, Node

_ORDER = frozenset({"<", "<=", ">", ">="})
_DATE_TEXT = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_PROPERTIES = frozenset({"year", "month", "day"})
_UNKNOWN = Known("", "")
_RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("today", "date"), DATE),
    **dict.fromkeys(("starts with", "ends with", "contains", "list contains", "is defined"), BOOLEAN),
    **dict.fromkeys(("substring", "upper case", "lower case", "string"), TEXT),
    **dict.fromkeys(("years between", "months between", "days between", "string length", "number", "count"), NUMBER),
    **dict.fromkeys(("sum", "mean", "floor", "ceiling", "round half up", "abs"), NUMBER),
}


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    names = known_names(definition, shared)
    for condition in definition.eligibility:
        yield from _judge(condition.when, names, condition.source, condition.id, True)
    for document in definition.documents:
        yield from _judge(document.when, names, document.source, document.id, True)
    for form_field in definition.fields.values():
        yield from _judge(form_field.show_if, names, form_field.source, form_field.name, True)
    for process in definition.processes:
        for flow in process.flows:
            yield from _judge(flow.condition, names, flow.source, flow.id, True)
            yield from _order(process, flow)
    for table in definition.tables.values():
        at = Source(table.file, table.line)
        for _, head in table.inputs:
            yield from _judge(head, names, at, table.id, False)
        for rule in table.rules:
            for cell in (*rule.inputs, *rule.outputs):
                yield from _judge(cell, names, Source(table.file, rule.line), table.id, False)
    at = definition.at("outcome.facts")
    for name, expression in definition.outcome.facts.items():
        yield from _judge(
            expression, names, definition.at(f"outcome.facts.{name}") or at, f"outcome.facts.{name}", False
        )


def _judge(
    expression: Expression | None, names: Mapping[str, Known], at: Source | None, key: str, as_condition: bool
) -> Iterator[Finding]:
    if expression is None:
        return
    judge = _Judge(names)
    kind = judge.kind(expression.ast, {}).kind
    for rule, message, hint in judge.faults:
        yield error(f"expressions.{rule}", at, key, f"表达式“{_short(expression.text)}”：{message}", hint)
    if as_condition and kind not in ("", BOOLEAN):
        message = f"条件“{_short(expression.text)}”的结果是{KIND_LABELS[kind]}，不是“是或否”。"
        yield error("expressions.boolean", at, key, message, "请写成比较。")


def _order(process: ProcessModel, flow: FlowModel) -> Iterator[Finding]:
    """A gateway can only ask about a step that may have been done before it."""
    if flow.condition is None:
        return
    scope = process.by_id[flow.source_id].parent if flow.source_id in process.by_id else ""
    forward = edges(process, scope)
    for name in sorted(flow.condition.names):
        step = process.by_id.get(name)
        if step and step.parent == scope and flow.source_id not in reachable(forward, [step.id]):
            message = f"连线的条件用到环节“{step.name}”的结论，但该环节在此之后。"
            yield error("expressions.order", flow.source, flow.id, message, "请改用之前环节的结论。")


@dataclass
class _Judge:
    """Infers kinds from the leaves up and notes what cannot be meant."""

    names: Mapping[str, Known]
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def kind(self, node: Node, bound: Mapping[str, Known]) -> Known:
        match node:
            case feel.Path():
                return self._path(node)
            case feel.Variable(names=names):
                return bound.get(names[0], _UNKNOWN) if len(names) == 1 else _UNKNOWN
            case feel.Number():
                return Known(NUMBER, "数字")
            case feel.Text(value=value):
                return Known(TEXT, f"“{value}”")
            case feel.Boolean():
                return Known(BOOLEAN, "是非值")
            case feel.Date():
                return Known(DATE, "日期")
            case feel.Compare():
                return self._compare(node, bound)
            case feel.In():
                return self._membership(node, bound)
            case feel.Quantified():
                return self._quantified(node, bound)
            case feel.And() | feel.Or() | feel.Not():
                return self._logic(node, bound)
        return self._other(node, bound)

    def _path(self, node: feel.Path) -> Known:
        name = ".".join(node.names)
        known = self.names.get(name)
        if known:
            return known
        base = self.names.get(".".join(node.names[:-1]))
        if base and (base.kind == LIST or (base.kind == DATE and node.names[-1] in _DATE_PROPERTIES)):
            return Known(NUMBER, name) if base.kind == DATE else _UNKNOWN
        near = difflib.get_close_matches(name, self.names, 1, 0.75)
        hint = f"是否要写“{near[0]}”？" if near else "请核对事实表、本表字段、政策参数和环节标识。"
        self.faults.append(("unknown", f"不认识的名称“{name}”。", hint))
        return _UNKNOWN

    def _compare(self, node: feel.Compare, bound: Mapping[str, Known]) -> Known:
        left, right = self.kind(node.left, bound), self.kind(node.right, bound)
        self._alike(node.left, left, node.right, right)
        if node.operator in _ORDER and (BOOLEAN in (left.kind, right.kind) or left.values or right.values):
            self.faults.append(("type", f"“{(left if left.label else right).label}”没有大小之分。", "请改用 = 或 in。"))
        return Known(BOOLEAN, "比较")

    def _alike(self, one: Node, left: Known, other: Node, right: Known) -> None:
        for literal, known in ((one, right), (other, left)):
            if isinstance(literal, feel.Text) and known.values and literal.value not in known.values:
                listed = "、".join(known.values)
                self.faults.append(("value", f"“{literal.value}”不是“{known.label}”的取值。", f"取值有：{listed}。"))
            if isinstance(literal, feel.Text) and known.kind == DATE and _DATE_TEXT.fullmatch(literal.value):
                return
        if left.kind and right.kind and left.kind != right.kind:
            message = (
                f"“{left.label}”是{KIND_LABELS[left.kind]}，“{right.label}”是{KIND_LABELS[right.kind]}，不能比较。"
            )
            self.faults.append(("type", message, "请改用同类的值。"))

    def _membership(self, node: feel.In, bound: Mapping[str, Known]) -> Known:
        operand = self.kind(node.operand, bound)
        for test in node.tests:
            for part in _test_values(test):
                known = self.kind(part, bound)
                if known.kind != LIST:
                    self._alike(node.operand, operand, part, known)
                elif isinstance(node.operand, feel.Text) and known.entries and node.operand.value not in known.entries:
                    listed = "、".join(known.entries)
                    message = f"“{node.operand.value}”不是“{known.label}”的取值。"
                    self.faults.append(("value", message, f"取值有：{listed}。"))
        return Known(BOOLEAN, "属于")

    def _quantified(self, node: feel.Quantified, bound: Mapping[str, Known]) -> Known:
        source = self.kind(node.source, bound)
        if source.kind and source.kind != LIST:
            self.faults.append(("type", f"“{source.label}”不是列表。", "some、every 只用于列表。"))
        entry = Known(TEXT, source.label, source.entries) if source.entries else _UNKNOWN
        self.kind(node.condition, {**bound, node.variable: entry})
        return Known(BOOLEAN, "判断")

    def _logic(self, node: feel.And | feel.Or | feel.Not, bound: Mapping[str, Known]) -> Known:
        for operand in node.operands if isinstance(node, feel.And | feel.Or) else (node.operand,):
            known = self.kind(operand, bound)
            if known.kind not in ("", BOOLEAN):
                self.faults.append(
                    ("type", f"“{known.label}”是{KIND_LABELS[known.kind]}，不能用 and、or、not。", "请写成比较。")
                )
        return Known(BOOLEAN, "判断")

    def _other(self, node: Node, bound: Mapping[str, Known]) -> Known:
        parts = [self.kind(part, bound) for part in feel.nodes.children(node)]
        match node:
            case feel.Call(function=function):
                return Known(_RESULTS.get(function, ""), f"{function}()")
            case feel.Product() | feel.Negate():
                self._numbers(parts)
                return Known(NUMBER, "计算结果")
            case feel.Sum():
                kinds = {part.kind for part in parts}
                return Known(NUMBER if kinds == {NUMBER} else "", "计算结果")
            case feel.ListLiteral():
                return Known(LIST, "列表")
            case feel.Between():
                return Known(BOOLEAN, "区间")
        return _UNKNOWN

    def _numbers(self, parts: list[Known]) -> None:
        for part in parts:
            if part.kind not in ("", NUMBER):
                self.faults.append(("type", f"“{part.label}”是{KIND_LABELS[part.kind]}，不能计算。", "请改用数字。"))


def _test_values(test: Node) -> tuple[Node, ...]:
    match test:
        case feel.Range(low=low, high=high):
            return (low, high)
        case feel.UnaryCompare(right=right):
            return (right,)
        case feel.ListLiteral(items=items):
            return items
    return (test,)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
