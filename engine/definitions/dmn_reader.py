"""DMN text to decision tables: one table per decision, FEEL cells compiled, closed hit policies."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.model import DecisionRule, DecisionTable
from engine.definitions.xml import local_name, namespace, parse_xml
from engine.errors import DefinitionInvalid, ExpressionError
from engine.feel import Expression, parse, parse_unary

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"})
OUTPUT_TYPES = frozenset({"string", "number", "boolean", "date"})
MAX_RULES = 300

_DMN = re.compile(r"https?://www\.omg\.org/spec/DMN/\d{8}/MODEL/?|http://www\.omg\.org/spec/DMN/\d{8}/dmn\.xsd")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_IN_DECISION = frozenset({"decisionTable", "variable", "description"})
_IN_TABLE = frozenset({"input", "output", "rule", "annotation"})


def read_tables(data: bytes, found: Findings) -> tuple[DecisionTable, ...]:
    """Every decision of a DMN text that can be read; the rest are findings."""
    try:
        root = parse_xml(data, found.file)
    except DefinitionInvalid as error:
        found.refused(error, "xml")
        return ()
    if local_name(root) != "definitions" or not _DMN.fullmatch(namespace(root)):
        found.error("table.element", root.sourceline or 1, "", "不是 DMN 文件。", "请用建模工具导出 DMN 1.3。")
        return ()
    tables = []
    for element in root:
        if local_name(element) == "decision":
            tables.append(_Reader(element, found).table())
        elif local_name(element) not in {"DMNDI", "inputData"}:
            _refuse(element, found)
    return tuple(table for table in tables if table)


def _refuse(element: Any, found: Findings) -> None:
    name = local_name(element)
    found.error(
        "table.element", element.sourceline or 0, name, f"决策文件不支持元素 {name}。", "每个决策只用一张决策表。"
    )


class _Reader:
    """Reads one decision with its table."""

    def __init__(self, decision: Any, found: Findings) -> None:
        self._decision = decision
        self._found = found
        self._id = decision.get("id", "")

    def table(self) -> DecisionTable | None:
        for child in self._decision:
            if local_name(child) not in _IN_DECISION:
                _refuse(child, self._found)
        table = self._first(self._decision, "decisionTable")
        if table is None:
            self._error("table.element", self._decision, f"决策“{self._id}”没有决策表。", "请补充决策表。")
            return None
        for child in table:
            if local_name(child) not in _IN_TABLE:
                _refuse(child, self._found)
        inputs = tuple(self._input(e) for e in self._all(table, "input"))
        outputs = tuple(self._output(e) for e in self._all(table, "output"))
        rows = self._all(table, "rule")
        self._check_shape(table, len(outputs), len(rows))
        return DecisionTable(
            id=self._id,
            name=self._decision.get("name", ""),
            file=self._found.file,
            hit_policy=self._hit_policy(table),
            inputs=tuple(i for i in inputs if i),
            outputs=outputs,
            rules=tuple(self._rule(row, len(inputs), len(outputs)) for row in rows[:MAX_RULES]),
            line=self._decision.sourceline or 0,
        )

    def _check_shape(self, table: Any, outputs: int, rows: int) -> None:
        if not _NAME.fullmatch(self._id):
            self._error("table.id", self._decision, f"决策标识“{self._id}”不合格式。", "请用小写英文、数字和下划线。")
        if not outputs or not rows:
            self._error("table.shape", table, "决策表至少要有一个输出和一行规则。", "请补充。")
        if rows > MAX_RULES:
            self._error("table.shape", table, f"决策表有 {rows} 行，超过 {MAX_RULES} 行。", "请拆分决策表。")

    def _hit_policy(self, table: Any) -> str:
        policy = str(table.get("hitPolicy", "UNIQUE"))
        if policy not in HIT_POLICIES or table.get("aggregation"):
            shown = " ".join(filter(None, (policy, table.get("aggregation"))))
            self._error(
                "table.hit_policy", table, f"不支持命中策略 {shown}。", f"可用：{'、'.join(sorted(HIT_POLICIES))}。"
            )
        return policy

    def _input(self, element: Any) -> tuple[str, Expression] | None:
        expression = self._first(element, "inputExpression")
        text = self._text(expression) if expression is not None else ""
        compiled = self._compile(element, text, parse)
        return (element.get("label") or text, compiled) if compiled else None

    def _output(self, element: Any) -> tuple[str, str]:
        name, kind = element.get("name", ""), element.get("typeRef", "string")
        if not _NAME.fullmatch(name):
            self._error("table.output", element, f"输出名“{name}”不合格式。", "请用小写英文、数字和下划线。")
        if kind not in OUTPUT_TYPES:
            self._error(
                "table.output", element, f"输出类型“{kind}”不支持。", f"可用：{'、'.join(sorted(OUTPUT_TYPES))}。"
            )
        return name, kind

    def _rule(self, row: Any, inputs: int, outputs: int) -> DecisionRule:
        ins, outs = self._all(row, "inputEntry"), self._all(row, "outputEntry")
        if (len(ins), len(outs)) != (inputs, outputs):
            self._error("table.shape", row, "本行单元格数与表头不一致。", "请用建模工具重新保存。")
        notes = [*self._all(row, "description"), *self._all(row, "annotationEntry")]
        return DecisionRule(
            inputs=tuple(self._input_cell(e) for e in ins),
            outputs=tuple(self._compile(e, text, parse) if (text := self._text(e)) else None for e in outs),
            annotation="；".join(filter(None, ((n.text or self._text(n) or "").strip() for n in notes))),
            line=row.sourceline or 0,
        )

    def _input_cell(self, element: Any) -> Expression | None:
        text = self._text(element)
        return None if text in ("", "-") else self._compile(element, text, parse_unary)

    def _compile(self, element: Any, text: str, how: Callable[[str], Expression]) -> Expression | None:
        try:
            return how(text)
        except ExpressionError as error:
            self._error("expressions.syntax", element, f"单元格“{text}”有误：{error.message}", error.hint)
            return None

    def _text(self, element: Any) -> str:
        child = self._first(element, "text")
        return (child.text or "").strip() if child is not None else ""

    def _all(self, element: Any, name: str) -> list[Any]:
        return [child for child in element if local_name(child) == name]

    def _first(self, element: Any, name: str) -> Any:
        return next(iter(self._all(element, name)), None)

    def _error(self, rule: str, element: Any, message: str, hint: str) -> None:
        self._found.error(rule, element.sourceline or 0, self._id, message, hint)
