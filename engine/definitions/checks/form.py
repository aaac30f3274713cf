"""The form can be filled: names unique, choices real, prefills known and alike, visibility without circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.definitions.checks.names import kind_of_type
from engine.definitions.checks.paths import on_a_cycle
from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import FormField, ItemDefinition
from engine.definitions.shared import Shared


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    yield from _unique(definition)
    for form_field in (f for section in definition.form for f in section.fields):
        yield from _choices(form_field)
        yield from _prefill(form_field, shared)
        yield from _bounds(form_field)
    yield from _visibility(definition)
    yield from _steps(definition)


def _unique(definition: ItemDefinition) -> Iterator[Finding]:
    counted = Counter(f.name for section in definition.form for f in section.fields)
    for section in definition.form:
        labels = Counter(f.label for f in section.fields)
        for form_field in section.fields:
            if counted[form_field.name] > 1:
                message = f"字段名“{form_field.name}”重复。"
                yield error(
                    "form.unique", form_field.source, form_field.name, message, "字段名在整张表内不能相同，请改名。"
                )
            elif labels[form_field.label] > 1:
                message = f"同一节里有两个“{form_field.label}”。"
                yield error("form.unique", form_field.source, form_field.name, message, "请改用可区分的名称。")
    ids = Counter(section.id for section in definition.form)
    for section_id in (s for s, n in ids.items() if n > 1):
        yield error("form.unique", definition.at("form"), section_id, f"节“{section_id}”重复。", "请改名或删除一处。")


def _choices(form_field: FormField) -> Iterator[Finding]:
    values = [c.value for c in form_field.choices]
    if form_field.type == "choice" and len(set(values)) < 2:
        message = f"单选字段“{form_field.label}”不足两个选项。"
        yield error("form.choices", form_field.source, form_field.name, message, "请补充 choices。")
    if form_field.type != "choice" and values:
        message = f"字段“{form_field.label}”不是单选，却写了选项。"
        yield error("form.choices", form_field.source, form_field.name, message, "请改类型为 choice，或删除 choices。")
    if len(set(values)) != len(values):
        message = f"字段“{form_field.label}”的选项重复。"
        yield error("form.choices", form_field.source, form_field.name, message, "请删除重复的选项。")


def _prefill(form_field: FormField, shared: Shared) -> Iterator[Finding]:
    if not form_field.prefill:
        return
    fact = shared.fact(form_field.prefill)
    if fact is None:
        message = f"字段“{form_field.label}”的预填路径“{form_field.prefill}”不在事实表内。"
        yield error("form.prefill", form_field.source, form_field.name, message, "请核对 facts.yaml。")
    elif kind_of_type(fact.type) != kind_of_type(form_field.type):
        message = f"字段“{form_field.label}”的类型与预填的“{fact.label}”不符。"
        yield error("form.prefill", form_field.source, form_field.name, message, "请统一类型，或去掉预填。")
    elif form_field.choices and fact.values and not set(fact.values) <= {c.value for c in form_field.choices}:
        message = f"字段“{form_field.label}”的选项没有覆盖预填“{fact.label}”的全部取值。"
        yield error("form.prefill", form_field.source, form_field.name, message, f"取值有：{'、'.join(fact.values)}。")


def _bounds(form_field: FormField) -> Iterator[Finding]:
    low, high = form_field.minimum, form_field.maximum
    if (low is not None or high is not None) and form_field.type not in ("integer", "decimal"):
        message = f"字段“{form_field.label}”不是数字，不能写 min、max。"
        yield error("form.bounds", form_field.source, form_field.name, message, "请删除，或改类型。")
    elif low is not None and high is not None and low > high:
        message = f"字段“{form_field.label}”的最小值大于最大值。"
        yield error("form.bounds", form_field.source, form_field.name, message, "请更正。")


def _visibility(definition: ItemDefinition) -> Iterator[Finding]:
    """A field may depend on others but never, however indirectly, on itself."""
    fields = definition.fields
    depends = {
        name: tuple(
            path.split(".")[1]
            for path in (f.show_if.names if f.show_if else ())
            if path.startswith("form.") and path.split(".")[1] in fields
        )
        for name, f in fields.items()
    }
    for name in sorted(on_a_cycle(depends)):
        message = f"字段“{fields[name].label}”的显示条件绕了一圈又依赖自己。"
        yield error("form.show_if", fields[name].source, name, message, "请改写 show_if。")


def _steps(definition: ItemDefinition) -> Iterator[Finding]:
    shown = {n.form for process in definition.processes for n in process.nodes if n.form}
    sections = {section.id: section for section in definition.form}
    for node in (n for process in definition.processes for n in process.nodes if n.form and n.form not in sections):
        message = f"环节“{node.name}”要填的一节“{node.form}”不存在。"
        yield error("form.section", node.source, node.id, message, f"现有：{'、'.join(sections)}。")
    for section in sections.values():
        if section.provided_by == "staff" and section.id not in shown:
            first = section.fields[0].source if section.fields else definition.at("form")
            message = f"工作人员填写的一节“{section.title}”没有环节使用。"
            yield warning("form.section", first, section.id, message, f"请在环节上写 yimen:form=“{section.id}”。")
