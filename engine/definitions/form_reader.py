"""Sections, documents and limits of a form file, with the shared parts they name put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.definitions.bundle import ItemBundle
from engine.definitions.findings import Findings
from engine.definitions.model import (
    Choice,
    DocumentRule,
    FormField,
    FormSection,
    LimitRule,
    Limits,
    Source,
    SpecialProcedure,
)
from engine.definitions.schema import DOCUMENT_FILE, FIELD_GROUP_FILE, Record
from engine.definitions.shape_reader import Entry, ShapeReader
from engine.definitions.yaml_reader import read_yaml


def read_sections(entries: list[Entry], bundle: ItemBundle, found: Findings) -> tuple[FormSection, ...]:
    """The form's sections in order; a `use` becomes the shared group with its changes."""
    sections = []
    for entry in entries:
        section = _shared_section(entry, bundle, found) if "use" in entry else _section(entry, entry.get("id", ""))
        if section is not None:
            sections.append(section)
    return tuple(sections)


def read_documents(entries: list[Entry], bundle: ItemBundle, found: Findings) -> tuple[DocumentRule, ...]:
    """The material list in order; a `use` takes the shared document and what is written beside it wins."""
    rules = []
    for entry in entries:
        values: dict[str, Any] = dict(entry)
        if "use" in entry:
            shared = _shared_part(entry, bundle.document_text, DOCUMENT_FILE, "共享材料", found)
            if shared is None:
                continue
            name = values.pop("use")
            values = {"id": name, **shared, **values}
        if {"id", "title", "form"} <= values.keys():
            rules.append(DocumentRule(**{"required": False, **values}, source=entry.source))
    return tuple(rules)


def read_limits(entry: Entry) -> Limits:
    """法定、承诺、补正时限 of a checked `limits` record."""
    procedures = tuple(
        SpecialProcedure(p["code"], p["title"], LimitRule(**p["limit"]), p.get("basis", ""))
        for p in entry.get("special_procedures", [])
    )
    return Limits(
        statutory=LimitRule(**entry["statutory"]),
        promised=LimitRule(**entry["promised"]),
        correction=LimitRule(**entry["correction"]),
        special_procedures=procedures,
        extension=LimitRule(**entry["extension"]) if "extension" in entry else None,
        **({"deferred": LimitRule(**entry["deferred"])} if "deferred" in entry else {}),
    )


def _section(entry: Entry, section_id: str) -> FormSection:
    provider = entry.get("provided_by", "applicant")
    fields = tuple(_field(f, provider) for f in entry.get("fields", []) if {"name", "label", "type"} <= f.keys())
    return FormSection(section_id, entry.get("title", ""), fields, entry.get("title_en", ""), provider)


def _field(entry: Entry, provider: str) -> FormField:
    values: dict[str, Any] = dict(entry)
    choices = tuple(Choice(value) for value in values.pop("choices", ()))
    bounds = {"minimum": values.pop("min", None), "maximum": values.pop("max", None)}
    return FormField(**values, **bounds, choices=choices, provided_by=provider, source=entry.source)


def _shared_section(entry: Entry, bundle: ItemBundle, found: Findings) -> FormSection | None:
    shared = _shared_part(entry, bundle.group_text, FIELD_GROUP_FILE, "共享字段组", found)
    if shared is None:
        return None
    section = _section(shared, entry["use"])
    known = {f.name for f in section.fields}
    for key in ("only", "optional", "labels"):
        for name in entry.get(key, ()):
            if name not in known:
                line = entry.sources[key].line
                found.error(
                    "form.group",
                    line,
                    key,
                    f"字段组“{entry['use']}”没有字段“{name}”。",
                    f"现有：{'、'.join(sorted(known))}。",
                )
    only = entry.get("only", known)
    fields = tuple(_changed(f, entry, entry.source) for f in section.fields if f.name in only)
    return replace(section, title=entry.get("title", section.title), fields=fields)


def _changed(field: FormField, entry: Entry, source: Source) -> FormField:
    label = entry.get("labels", {}).get(field.name, field.label)
    required = field.required and field.name not in entry.get("optional", ())
    return replace(field, label=label, required=required, source=source)


def _shared_part(
    entry: Entry, text_of: Callable[[str], tuple[str, bytes | None]], record: Record, title: str, found: Findings
) -> Entry | None:
    name = entry.get("use")
    if name is None:
        return None
    path, text = text_of(name)
    if text is None:
        found.error(
            "form.group", entry.source.line, name, f"没有{title}“{name}”。", f"请建立 {path} 或改用已有的名称。"
        )
        return None
    inner = found.in_file(path)
    before = len(found.found)
    node = read_yaml(text, inner)
    shared = ShapeReader(inner).read(node, record) if node else None
    return shared if len(found.found) == before else None
