"""Decision tables (决策表): the rows that apply and what they yield, by DMN's hit policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.definitions.model import DecisionRule, DecisionTable
from engine.errors import ExpressionError, ProcessError

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"})


def decide(table: DecisionTable, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of a table by name: values, null where no row applies; lists in row order for COLLECT and RULE ORDER.

    Raises ProcessError when two rows of a UNIQUE table apply or rows of an ANY table disagree (DMN 1.5, 8.2.10).
    """
    try:
        hits = _hits(table, facts)
        yields = [_yield(table, rule, facts) for rule in hits]
    except ExpressionError as error:
        raise ProcessError(f"决策表“{table.name or table.id}”无法计算：{error.message}", table=table.id) from error
    names = [name for name, _ in table.outputs]
    if table.hit_policy in ("COLLECT", "RULE ORDER"):
        return {name: [row[name] for row in yields] for name in names}
    if table.hit_policy == "UNIQUE" and len(hits) > 1:
        raise _overlap(table, hits, "同时命中，而该表只允许命中一行")
    if table.hit_policy == "ANY" and any(row != yields[0] for row in yields):
        raise _overlap(table, hits, "同时命中而结果不同")
    return yields[0] if yields else dict.fromkeys(names)


def _hits(table: DecisionTable, facts: Mapping[str, Any]) -> list[DecisionRule]:
    if table.hit_policy not in HIT_POLICIES:
        raise ProcessError(f"决策表“{table.name or table.id}”的命中策略 {table.hit_policy} 不支持。", table=table.id)
    values = [head.evaluate(facts) for _, head in table.inputs]
    found = []
    for rule in table.rules:
        if all(cell is None or cell.is_met(facts, value) for cell, value in zip(rule.inputs, values, strict=True)):
            found.append(rule)
            if table.hit_policy == "FIRST":
                break
    return found


def _yield(table: DecisionTable, rule: DecisionRule, facts: Mapping[str, Any]) -> dict[str, Any]:
    pairs = zip(table.outputs, rule.outputs, strict=True)
    return {name: None if cell is None else _plain(table, cell.evaluate(facts)) for (name, _), cell in pairs}


def _plain(table: DecisionTable, value: Any) -> Any:
    """A value the state can carry: dates become ISO text, decimals stay exact."""
    if value is None or isinstance(value, str | bool | int | Decimal):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(table, item) for item in value]
    raise ProcessError(f"决策表“{table.name or table.id}”的输出只能是文字、数字、是否、日期或其列表。", table=table.id)


def _overlap(table: DecisionTable, hits: list[DecisionRule], reason: str) -> ProcessError:
    rows = "、".join(str(table.rules.index(hit) + 1) for hit in hits)
    return ProcessError(f"决策表“{table.name or table.id}”第 {rows} 行{reason}。", table=table.id)
