"""Codes belong to closed vocabularies: department, theme, and one code per item in the whole catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition
from engine.definitions.shared import Shared
from engine.terms import DefinitionKind


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    department = shared.departments.get(definition.department)
    if department is None:
        known = "、".join(shared.departments)
        message = f"没有部门“{definition.department}”。"
        yield error("codes.department", definition.at("department"), "department", message, f"可用：{known}。")
    elif definition.kind is DefinitionKind.SERVICE_ITEM and definition.code[:2] != department.code:
        message = f"编码 {definition.code} 的前缀不是{department.name}的 {department.code}。"
        yield error("codes.prefix", definition.at("code"), "code", message, "请更正编码或主管部门。")
    if definition.theme and definition.theme not in shared.themes:
        message = f"没有主题“{definition.theme}”。"
        yield error("codes.theme", definition.at("theme"), "theme", message, f"可用：{'、'.join(shared.themes)}。")


def duplicates(definitions: Iterable[ItemDefinition]) -> Iterator[Finding]:
    """Codes, titles and English titles that two items of the catalogue share."""
    for attribute, label in (("code", "编码"), ("title", "名称"), ("title_en", "英文名称")):
        owners: dict[str, list[ItemDefinition]] = defaultdict(list)
        for definition in definitions:
            owners[getattr(definition, attribute)].append(definition)
        for value, sharing in owners.items():
            for definition in sharing[1:]:
                message = f"{label}“{value}”已用于 {sharing[0].key}。"
                yield error(
                    f"codes.unique_{attribute}", definition.at(attribute), attribute, message, "请改用不同的值。"
                )
