"""The vocabularies all definitions share: departments, licences, themes, facts and dated parameters (共享词表)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.definitions.bundle import PROJECT_ROOT, read_vocabulary
from engine.definitions.findings import Findings, invalid
from engine.definitions.model import ItemDefinition, Source
from engine.definitions.schema import FIELD_TYPES, LINE, Choices, Day, Flag, Key, ListOf, MapOf, Record, Scalar, Text
from engine.definitions.shape_reader import Entry, ShapeReader
from engine.definitions.yaml_reader import read_yaml
from engine.errors import DefinitionInvalid

FACT_TYPES: Mapping[str, str] = {**FIELD_TYPES, "list": "代码列表"}
HOLDERS: Mapping[str, str] = {"resident": "个人", "household": "家庭", "organisation": "组织"}

_CODE = Text(4, r"[A-Z]{2}", "应为两个大写字母。")
_DEPARTMENT = Record(
    (
        Key("code", _CODE, "目录编码前缀", True),
        Key("name", LINE, "名称", True),
        Key("name_en", LINE, "英文名称", True),
        Key("scope", LINE, "业务范围", True),
        Key("line_systems", LINE, "条线系统"),
    )
)
_LICENCE = Record(
    (
        Key("name", LINE, "名称", True),
        Key("authority", LINE, "颁发机关", True),
        Key("validity", LINE, "有效期", True),
        Key("holder", Choices(HOLDERS), "持证主体", True),
    )
)
_THEME = Record((Key("name", LINE, "名称", True), Key("name_en", LINE, "英文名称", True)))
_FACT = Record(
    (
        Key("type", Choices(FACT_TYPES), "类型", True),
        Key("source", Text(10), "来源代码", True),
        Key("label", LINE, "名称", True),
        Key("unit", Text(20), "计量单位"),
        Key("values", ListOf(LINE, 1), "取值"),
        Key("sensitive", Flag(), "敏感"),
    )
)
_SOURCE = Record((Key("name", LINE, "来源名称", True), Key("access", LINE, "取得方式", True)))
_FACTS = Record(
    (Key("sources", MapOf(_SOURCE), "来源系统", True), Key("facts", MapOf(_FACT), "事实，路径: 说明", True)),
)
_DATED = Record(
    (
        Key("from", Day(), "生效日期", True),
        Key("value", Scalar(), "取值", True),
        Key("basis", LINE, "依据", True),
        Key("example", Flag(), "是否示例值"),
    )
)
_PARAMETER = Record(
    (
        Key("label", LINE, "名称", True),
        Key("type", Choices(FACT_TYPES), "类型", True),
        Key("unit", Text(20), "计量单位"),
        Key("values", ListOf(_DATED, 1), "按生效日期升序的取值", True),
    )
)
_PATH = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Department:
    """A department (主管部门) by its folder name."""

    folder: str
    code: str
    name: str
    name_en: str
    scope: str
    line_systems: str = ""


@dataclass(frozen=True)
class Licence:
    """An electronic licence (电子证照) that can replace a document or be a result."""

    code: str
    name: str
    authority: str
    validity: str
    holder: str


@dataclass(frozen=True)
class Theme:
    """A theme of life (主题) by which residents find items."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Fact:
    """A data point rules may name (事实): type, source code, label, unit and, for a choice, its values."""

    path: str
    type: str
    source: str
    label: str
    unit: str = ""
    values: tuple[str, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True)
class DatedValue:
    """A value from a day on, with its legal basis; `example` values must be replaced by the city."""

    since: date
    value: Any
    basis: str
    example: bool = False


@dataclass(frozen=True)
class Parameter:
    """A figure that cuts across items (政策参数), dated."""

    name: str
    label: str
    type: str
    values: tuple[DatedValue, ...]
    unit: str = ""

    def on(self, day: date) -> DatedValue | None:
        """The value in force on a local date, None before the first."""
        return next((v for v in reversed(self.values) if v.since <= day), None)


@dataclass(frozen=True)
class Shared:
    """All vocabularies; what is in force on a day comes from `value_on` and `policy_on`."""

    departments: Mapping[str, Department] = field(default_factory=dict)
    licences: Mapping[str, Licence] = field(default_factory=dict)
    themes: Mapping[str, Theme] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def value_on(self, name: str, day: date) -> DatedValue:
        """The dated value of a parameter (named without `policy.`) with its basis."""
        parameter = self.parameters.get(name)
        found = parameter.on(day) if parameter else None
        if found is None:
            raise DefinitionInvalid(
                f"{day} 没有政策参数“{name}”的取值。", key=name, hint="请在参数表中补充该日有效的取值。"
            )
        return found

    def policy_on(self, day: date) -> dict[str, Any]:
        """Facts under `policy`: every parameter with a value on that local date."""
        dated = {name: parameter.on(day) for name, parameter in self.parameters.items()}
        return {name: value.value for name, value in dated.items() if value}

    def fact(self, path: str) -> Fact | None:
        """The declared fact of a dotted path, parameters included."""
        if path.startswith("policy."):
            parameter = self.parameters.get(path.removeprefix("policy."))
            return Fact(path, parameter.type, "POLICY", parameter.label, parameter.unit) if parameter else None
        return self.facts.get(path)


def labels(definition: ItemDefinition, shared: Shared) -> dict[str, dict[str, str]]:
    """Chinese label and unit of every path the definition's expressions read, for explanations."""
    found: dict[str, dict[str, str]] = {"today": {"label": "今日", "unit": ""}}
    for name, form_field in definition.fields.items():
        found[f"form.{name}"] = {"label": form_field.label, "unit": form_field.unit}
    for process in definition.processes:
        for node in process.nodes:
            if node.decisions or node.decision_table:
                found[node.id] = {"label": f"{node.name}的结论", "unit": ""}
    for path in definition.declared_facts:
        fact = shared.fact(path)
        if fact:
            found[path] = {"label": fact.label, "unit": fact.unit}
    return found


@lru_cache(4)
def load_shared(root: Path = PROJECT_ROOT) -> Shared:
    """The vocabularies from the factory files; read once per root."""
    names = ("departments", "licences", "themes", "facts", "parameters")
    return parse_shared({name: read_vocabulary(name, root) for name in names})


def parse_shared(texts: Mapping[str, tuple[str, bytes]]) -> Shared:
    """Vocabularies from (path, text) by name; faults are raised together."""
    found: list[Any] = []
    facts = _read(texts, "facts", _FACTS, found)
    known = facts.get("facts", {})
    shared = Shared(
        departments={k: Department(k, **v) for k, v in _map(texts, "departments", _DEPARTMENT, found).items()},
        licences={k: Licence(k, **v) for k, v in _map(texts, "licences", _LICENCE, found).items()},
        themes={k: Theme(k, **v) for k, v in _map(texts, "themes", _THEME, found).items()},
        sources={k: v["name"] for k, v in facts.get("sources", {}).items()},
        facts={path: _fact(path, entry) for path, entry in known.items()},
        parameters={k: _parameter(k, v) for k, v in _map(texts, "parameters", _PARAMETER, found).items()},
    )
    for path, entry in known.items():
        if not _PATH.fullmatch(path) or entry["source"] not in shared.sources:
            message = f"事实“{path}”的路径或来源“{entry['source']}”不合要求。"
            Findings(entry.source.file, found).error("shared.facts", entry.source.line, path, message, "请更正。")
    if found:
        raise invalid(found)
    return shared


def with_parameters(shared: Shared, content: bytes) -> Shared:
    """The vocabularies with the parameter text a city loaded instead of the factory's."""
    found: list[Any] = []
    entries = _map({"parameters": ("parameters.yaml", content)}, "parameters", _PARAMETER, found)
    if found:
        raise invalid(found)
    return replace(shared, parameters={k: _parameter(k, v) for k, v in entries.items()})


def _fact(path: str, entry: Entry) -> Fact:
    return Fact(path, **{**entry, "values": tuple(entry.get("values", ()))})


def _parameter(name: str, entry: Entry) -> Parameter:
    values = tuple(DatedValue(v["from"], v["value"], v["basis"], v.get("example", False)) for v in entry["values"])
    return Parameter(
        name, entry["label"], entry["type"], tuple(sorted(values, key=lambda v: v.since)), entry.get("unit", "")
    )


def _map(texts: Mapping[str, tuple[str, bytes]], name: str, record: Record, found: list[Any]) -> dict[str, Entry]:
    wrapped = _read(texts, name, MapOf(record), found)
    return dict(wrapped.items()) if not found else {}


def _read(texts: Mapping[str, tuple[str, bytes]], name: str, shape: Record | MapOf, found: list[Any]) -> Any:
    file, text = texts[name]
    collected = Findings(file, found)
    node = read_yaml(text, collected)
    value = ShapeReader(collected).value(node, shape, "") if node else None
    return value if isinstance(value, dict) and not found else Entry(Source(file, 1))
