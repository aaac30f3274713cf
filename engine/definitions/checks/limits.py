"""Time limits agree with the law and with each other: promise ≤ statute, steps ≤ promise, every wait is finite."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from engine.definitions.checks.paths import heaviest_path
from engine.definitions.findings import Finding, error
from engine.definitions.model import (
    CORRECTION_PROCEDURE,
    ItemDefinition,
    LimitRule,
    NodeModel,
    ProcessModel,
)
from engine.definitions.shared import Shared
from engine.terms import CaseKind, DayUnit, Lane

# One unit in working days and in calendar days; rough on purpose, only compared across units.
_WORKING = {
    DayUnit.WORKING_DAY: Fraction(1),
    DayUnit.NATURAL_DAY: Fraction(5, 7),
    DayUnit.HOUR: Fraction(1, 24),
    DayUnit.MONTH: Fraction(150, 7),
}


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    yield from _promise(definition)
    yield from _extension(definition)
    yield from _waits(definition)
    yield from _procedures(definition)
    yield from _sum(definition)


def _promise(definition: ItemDefinition) -> Iterator[Finding]:
    promised, statutory = definition.limits.promised, definition.limits.statutory
    if promised.unit is not statutory.unit and DayUnit.MONTH not in (promised.unit, statutory.unit):
        message = f"承诺时限的单位“{promised.unit.label}”与法定时限的单位“{statutory.unit.label}”不同。"
        yield error("limits.unit", definition.at("limits.promised"), "limits.promised", message, "请统一单位。")
    elif _days(promised) > _days(statutory):
        message = f"承诺时限 {_text(promised)}长于法定时限 {_text(statutory)}。"
        yield error(
            "limits.promised",
            definition.at("limits.promised"),
            "limits.promised",
            message,
            "请缩短承诺时限或更正法定时限。",
        )
    if definition.case_kind is CaseKind.IMMEDIATE and promised.amount > 1:
        message = f"即办件的承诺时限是 {_text(promised)}，应为 0 或 1。"
        yield error(
            "limits.immediate", definition.at("limits.promised"), "limits.promised", message, "请缩短时限或改为承诺件。"
        )
    if definition.case_kind is CaseKind.COMMITTED and promised.amount < 1:
        message = "承诺件的承诺时限不能为 0。"
        yield error(
            "limits.committed", definition.at("limits.promised"), "limits.promised", message, "请写明时限或改为即办件。"
        )


def _extension(definition: ItemDefinition) -> Iterator[Finding]:
    """One extension lengthens both limits, so all three count alike."""
    limits = definition.limits
    if limits.extension and {limits.promised.unit, limits.statutory.unit} != {limits.extension.unit}:
        at, message = definition.at("limits.extension"), "延期的单位与承诺时限、法定时限的单位不同。"
        yield error("limits.extension", at, "limits.extension", message, "请统一单位。")


def _waits(definition: ItemDefinition) -> Iterator[Finding]:
    """A step of a person, an outside body or a timer must say how long it may take."""
    for process in definition.processes:
        for node in process.nodes:
            procedure = definition.limits.procedure(node.procedure) if node.procedure else None
            waits = node.kind in ("userTask", "intermediateCatchEvent", "boundaryEvent")
            if waits and node.limit is None and procedure is None:
                message = f"环节“{node.name or node.id}”没有时限，可能无限等待。"
                yield error(
                    "limits.wait",
                    node.source,
                    node.id,
                    message,
                    "请写 workingDays、naturalDays 或 hours（当场办的写 0）。",
                )


def _procedures(definition: ItemDefinition) -> Iterator[Finding]:
    codes = [p.code for p in definition.limits.special_procedures]
    used = {n.procedure: n for process in definition.processes for n in process.nodes if n.procedure}
    at = definition.at("limits.special_procedures")
    for code in dict.fromkeys(c for c in codes if codes.count(c) > 1):
        yield error("limits.procedure", at, code, f"特别程序“{code}”重复。", "请改用不同的代码。")
    for code, node in used.items():
        if code not in codes:
            message = f"环节“{node.name}”引用了未列出的特别程序“{code}”。"
            yield error("limits.procedure", node.source, node.id, message, "请在 limits.special_procedures 中列出。")
    for procedure in definition.limits.special_procedures:
        if procedure.code not in used and procedure.code != CORRECTION_PROCEDURE:
            message = f"特别程序“{procedure.title}”没有任何环节使用。"
            yield error("limits.procedure", at, procedure.code, message, "请在环节上写 yimen:procedure，或删除。")
        for node in used.values():
            if node.procedure == procedure.code and node.limit and _days(node.limit) > _days(procedure.limit):
                message = f"环节“{node.name}”的时限 {_text(node.limit)}长于特别程序的期限 {_text(procedure.limit)}。"
                yield error("limits.procedure", node.source, node.id, message, "请缩短环节时限或更正特别程序期限。")


def _sum(definition: ItemDefinition) -> Iterator[Finding]:
    """Counted limits along the longest way through the diagram, called fragments included."""

    @cache
    def total(name: str) -> Fraction:
        process = definition.process if name == definition.key else definition.fragments[name]
        return heaviest_path(process, "", lambda node: _weight(definition, process, node, total))

    if _calls_itself(definition):
        return
    length, promised = total(definition.key), _days(definition.limits.promised)
    if length > promised:
        days = float(round(length, 1))
        message = f"计时环节最长一路合计约 {days:g} 个工作日，超过承诺时限 {_text(definition.limits.promised)}。"
        hint = "请压缩环节时限，或把依法不计时的环节标为特别程序。"
        yield error("limits.sum", definition.at("limits.promised"), "limits.promised", message, hint)


def _weight(definition: ItemDefinition, process: ProcessModel, node: NodeModel, total: object) -> Fraction:
    if node.kind == "callActivity" and node.called in definition.fragments and callable(total):
        return Fraction(total(node.called))
    if node.kind == "subProcess":
        return heaviest_path(process, node.id, lambda inner: _weight(definition, process, inner, total))
    lane = process.lane_of(node)
    waits_for_applicant = lane is not None and lane.lane is Lane.APPLICANT
    if node.limit is None or not node.counted or node.procedure or waits_for_applicant or node.attached_to:
        return Fraction(0)
    own = (_days(limit) for limit in node.department_limits if limit)
    return max((_days(node.limit), *own))


def _calls_itself(definition: ItemDefinition) -> bool:
    """Recursion is reported by the law on calls; here it would not end."""
    calls = {p.id: {n.called for n in p.nodes if n.called} for p in definition.processes}
    for start in calls:
        found, todo = set[str](), list(calls[start])
        while todo:
            name = todo.pop()
            if name == start:
                return True
            if name not in found:
                found.add(name)
                todo += calls.get(name, ())
    return False


def _days(limit: LimitRule) -> Fraction:
    return limit.amount * _WORKING[limit.unit]


def _text(limit: LimitRule) -> str:
    return f"{limit.amount} {limit.unit.label}"
