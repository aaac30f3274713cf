"""Walks YAML nodes along the schema: checked values out, every deviation as a finding with its line."""

from __future__ import annotations

import difflib
import re
from datetime import date
from decimal import Decimal
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.model import Source
from engine.definitions.schema import (
    Choices,
    Day,
    Feel,
    Flag,
    Key,
    ListOf,
    MapOf,
    Number,
    Record,
    Scalar,
    Shape,
    Text,
    Whole,
)
from engine.definitions.yaml_reader import Node
from engine.errors import ExpressionError
from engine.feel import parse

_INVALID = object()


class Entry(dict[str, Any]):
    """A checked record: values by key, and where the record and each key were written."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.sources: dict[str, Source] = {}


class ShapeReader:
    """Reads one text against a record; `lines` collects where dotted keys stand."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        self.lines: dict[str, Source] = {}

    def read(self, node: Node, record: Record, path: str = "") -> Entry:
        """The record's values; keys with faults are left out."""
        entry = Entry(self._source(node.line))
        if path.count("[") == 0:
            self.lines[path] = entry.source
        if not isinstance(node.value, dict):
            self._wrong(node.line, path, "一组“键: 值”")
            return entry
        record = next((r for key, r in record.variants if key in node.value), record)
        for name, child in node.value.items():
            key = record.key(name)
            full = f"{path}.{name}" if path else name
            if key is None:
                self._unknown(name, full, child.line, record)
                continue
            entry.sources[name] = self._source(child.line)
            value = self.value(child, key.shape, full)
            if value is not _INVALID:
                entry[name] = value
        for key in record.keys:
            if key.required and key.name not in node.value:
                self._missing(key, path, node.line)
        return entry

    def value(self, node: Node, shape: Shape, path: str) -> Any:
        """One value of any shape; a marker that is no value if it has a fault."""
        if path.count("[") == 0:
            self.lines[path] = self._source(node.line)
        match shape:
            case Record():
                return self.read(node, shape, path)
            case ListOf():
                return self._list(node, shape, path)
            case MapOf():
                return self._map(node, shape, path)
            case Choices():
                return self._choice(node, shape, path)
            case Feel():
                return self._expression(node, path)
            case Text():
                return self._text(node, shape, path)
            case Whole():
                return self._whole(node, shape, path)
        return self._plain(node, shape, path)

    def _list(self, node: Node, shape: ListOf, path: str) -> Any:
        if not isinstance(node.value, list):
            return self._wrong(node.line, path, "列表（每项以“- ”开头）")
        if len(node.value) < shape.minimum:
            self._found.error("form.value", node.line, path, f"“{path}”至少要有 {shape.minimum} 项。", "请补充。")
        values = (self.value(child, shape.entry, f"{path}[{i}]") for i, child in enumerate(node.value))
        return [value for value in values if value is not _INVALID]

    def _map(self, node: Node, shape: MapOf, path: str) -> Any:
        if not isinstance(node.value, dict):
            return self._wrong(node.line, path, "一组“名称: 值”")
        values = {name: self.value(child, shape.value, f"{path}.{name}") for name, child in node.value.items()}
        return {name: value for name, value in values.items() if value is not _INVALID}

    def _choice(self, node: Node, shape: Choices, path: str) -> Any:
        labels = shape.labels()
        if node.value not in labels:
            known = "、".join(f"{word}（{label}）" for word, label in labels.items())
            self._found.error(
                "form.value", node.line, path, f"“{path}”的值“{node.value}”不在词表内。", f"可用的值：{known}。"
            )
            return _INVALID
        return shape.words(node.value) if isinstance(shape.words, type) else node.value

    def _expression(self, node: Node, path: str) -> Any:
        text = (
            {True: "true", False: "false"}.get(node.value, node.value) if isinstance(node.value, bool) else node.value
        )
        if isinstance(text, int | Decimal):
            text = str(text)
        if not isinstance(text, str):
            return self._wrong(node.line, path, "FEEL 表达式（文字）")
        try:
            return parse(text)
        except ExpressionError as error:
            self._found.error("form.expression", node.line, path, f"“{path}”的表达式有误：{error.message}", error.hint)
            return _INVALID

    def _text(self, node: Node, shape: Text, path: str) -> Any:
        if not isinstance(node.value, str) or not node.value.strip():
            return self._wrong(node.line, path, "文字（数字和日期样的文字请加引号）")
        if len(node.value) > shape.max_length:
            self._found.error("form.value", node.line, path, f"“{path}”超过 {shape.max_length} 字。", "请缩短。")
            return _INVALID
        if shape.pattern and not re.fullmatch(shape.pattern, node.value):
            self._found.error(
                "form.value", node.line, path, f"“{path}”的值“{node.value}”不合格式。", shape.pattern_hint
            )
            return _INVALID
        return node.value

    def _whole(self, node: Node, shape: Whole, path: str) -> Any:
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            return self._wrong(node.line, path, "整数")
        if not shape.minimum <= node.value <= shape.maximum:
            message = f"“{path}”的值 {node.value} 超出 {shape.minimum} 至 {shape.maximum}。"
            self._found.error("form.value", node.line, path, message, "请更正。")
            return _INVALID
        return node.value

    def _plain(self, node: Node, shape: Shape, path: str) -> Any:
        value = node.value
        if isinstance(shape, Flag):
            return value if isinstance(value, bool) else self._wrong(node.line, path, "true 或 false")
        if isinstance(shape, Scalar):
            return self._scalar(node, path)
        if isinstance(shape, Day):
            return value if isinstance(value, date) else self._wrong(node.line, path, "日期，如 2026-01-01")
        if isinstance(shape, Number) and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        return self._wrong(node.line, path, "数字")

    def _scalar(self, node: Node, path: str) -> Any:
        if isinstance(node.value, list) and not any(isinstance(child.value, dict | list) for child in node.value):
            return [child.value for child in node.value]
        if node.value is None or isinstance(node.value, dict | list):
            return self._wrong(node.line, path, "一个值或一列值")
        return node.value

    def _wrong(self, line: int, path: str, wanted: str) -> Any:
        self._found.error("form.type", line, path, f"“{path or '文件'}”应为{wanted}。", "请更正。")
        return _INVALID

    def _unknown(self, name: str, path: str, line: int, record: Record) -> None:
        names = [key.name for key in record.keys]
        near = difflib.get_close_matches(name, names, 1)
        hint = f"是否要写“{near[0]}”？" if near else f"此处可用的键：{'、'.join(names)}。"
        self._found.error("form.unknown_key", line, path, f"不认识的键“{name}”。", hint)

    def _missing(self, key: Key, path: str, line: int) -> None:
        full = f"{path}.{key.name}" if path else key.name
        self._found.error("form.missing_key", line, full, f"缺少“{full}”（{key.label}）。", "请补充。")

    def _source(self, line: int) -> Source:
        return Source(self._found.file, line)
