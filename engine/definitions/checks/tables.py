"""Decision tables are asked and answered: known, used, and a UNIQUE table has no two rows for one situation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from engine import feel
from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import DecisionRule, DecisionTable, ItemDefinition, Source
from engine.definitions.shared import Shared
from engine.feel import Expression

MAX_COMPARED_RULES = 120
_OTHER_TEXT = "\u0000"


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    asked = {n.decision_table for p in definition.processes for n in p.nodes if n.kind == "businessRuleTask"}
    for process in definition.processes:
        for node in (n for n in process.nodes if n.kind == "businessRuleTask"):
            if node.decision_table not in definition.tables:
                message = f"决策“{node.decision_table}”不存在。"
                yield error(
                    "tables.unknown", node.source, node.id, message, f"现有：{'、'.join(definition.tables) or '无'}。"
                )
    outputs: dict[str, str] = {}
    for table in definition.tables.values():
        at = Source(table.file, table.line)
        if table.id not in asked:
            yield warning(
                "tables.unused", at, table.id, f"决策表“{table.name}”没有环节使用。", "请删除，或在业务规则任务上引用。"
            )
        for name, _ in table.outputs:
            if name in outputs:
                message = f"决策表“{table.name}”与“{outputs[name]}”的输出“{name}”同名。"
                yield error("tables.output_name", at, table.id, message, "请改名。")
            outputs[name] = table.name
            if name not in definition.declared_facts:
                message = f"决策表“{table.name}”的输出“{name}”没有被用到。"
                yield warning("tables.unused_output", at, table.id, message, "请在条件、证面内容中使用，或删除。")
        yield from _overlaps(table)


def _overlaps(table: DecisionTable) -> Iterator[Finding]:
    """Rows of a UNIQUE table that provably both apply: a common value is shown for every column."""
    if table.hit_policy != "UNIQUE":
        return
    samples = [_samples(table, column) for column in range(len(table.inputs))]
    for first, second in combinations(table.rules[:MAX_COMPARED_RULES], 2):
        both = [_common(first, second, column, samples[column]) for column in range(len(table.inputs))]
        if all(found for found in both):
            rows = f"第 {table.rules.index(first) + 1} 行与第 {table.rules.index(second) + 1} 行"
            message = f"决策表“{table.name}”的{rows}可能同时命中（如 {'，'.join(str(found[0]) for found in both)}）。"
            at = Source(table.file, second.line)
            yield warning("tables.overlap", at, table.id, message, "请改写条件，或把命中策略改为 FIRST。")


def _common(first: DecisionRule, second: DecisionRule, column: int, samples: list[Any]) -> list[Any]:
    cells = [rule.inputs[column] for rule in (first, second)]
    if any(cell is not None and cell.names for cell in cells):
        return []
    return [value for value in samples if all(cell is None or cell.evaluate({}, value) is True for cell in cells)][:1]


def _samples(table: DecisionTable, column: int) -> list[Any]:
    """Every literal of the column and values just beside it: enough to tell apart constant tests."""
    values: list[Any] = []
    for rule in table.rules:
        cell = rule.inputs[column]
        values += _literals(cell) if cell else []
    return list(dict.fromkeys(values)) or ["任意值"]


def _literals(cell: Expression) -> Iterator[Any]:
    for node in feel.walk(cell.ast):
        match node:
            case feel.Number(value=number):
                yield from (Decimal(number) - Decimal("0.001"), Decimal(number), Decimal(number) + Decimal("0.001"))
            case feel.Text(value=text):
                yield from (text, _OTHER_TEXT)
            case feel.Date(value=day):
                yield from (day - timedelta(days=1), day, day + timedelta(days=1))
            case feel.Boolean():
                yield from (True, False)
