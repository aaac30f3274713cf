"""What an expression may name and of what kind it is: facts, form fields, parameters, step results, table outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.bpmn_profile import COMPARISON_RESULTS
from engine.definitions.model import ItemDefinition
from engine.definitions.shared import Shared

NUMBER, TEXT, DATE, BOOLEAN, LIST = "number", "text", "date", "boolean", "list"
KIND_LABELS = {NUMBER: "数字", TEXT: "文字", DATE: "日期", BOOLEAN: "是非", LIST: "列表"}
_KINDS = {
    **dict.fromkeys(("integer", "decimal", "number"), NUMBER),
    **dict.fromkeys(("person_list", "list"), LIST),
    "boolean": BOOLEAN,
    "date": DATE,
}


@dataclass(frozen=True)
class Known:
    """A name's kind, the closed values it can take (if closed), and for a list the values of its entries."""

    kind: str
    label: str
    values: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


def kind_of_type(word: str) -> str:
    """The kind of a field or fact type; everything written in words is text."""
    return _KINDS.get(word, TEXT)


def known_names(definition: ItemDefinition, shared: Shared) -> Mapping[str, Known]:
    """Every dotted name the definition's expressions may use."""
    names = {path: Known(kind_of_type(f.type), f.label, f.values) for path, f in shared.facts.items()}
    for name, parameter in shared.parameters.items():
        names[f"policy.{name}"] = Known(kind_of_type(parameter.type), parameter.label)
    for name, form_field in definition.fields.items():
        values = tuple(c.value for c in form_field.choices)
        names[f"form.{name}"] = Known(kind_of_type(form_field.type), form_field.label, values)
    for table in definition.tables.values():
        collects = table.hit_policy in ("COLLECT", "RULE ORDER")
        for output, kind in table.outputs:
            names[output] = Known(LIST if collects else kind_of_type(kind), f"{table.name}的结果")
    for node in (n for process in definition.processes for n in process.nodes if n.decisions):
        codes = tuple(d.code for d in node.decisions)
        many = node.cardinality is not None
        label = f"{node.name}的结论"
        names[node.id] = Known(LIST, label, entries=codes) if many else Known(TEXT, label, codes)
    for node in (n for process in definition.processes for n in process.nodes if n.service == "compare_facts"):
        names[node.id] = Known(TEXT, f"{node.name}的结果", COMPARISON_RESULTS)
    names["today"] = Known(DATE, "今日")
    return names
