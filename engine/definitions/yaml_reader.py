"""Safe YAML with line numbers: no anchors, tags, merges or type surprises, and hard limits on size.

The definition files are a strict subset of YAML 1.2 (JSON types, plain dates, exact decimals). PyYAML only splits the
text into events; what a scalar means is decided here, so `no`, `0137` or `1:30` never change silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from engine.definitions.findings import Findings, invalid
from engine.errors import DefinitionInvalid

MAX_BYTES = 512_000
MAX_DEPTH = 12
MAX_DIGITS = 15

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_YES_NO = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})
_SURPRISE = re.compile(
    r"0[0-9]+|0[xob][0-9a-fA-F]+|[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|[0-9]+(:[0-9]{2})+|[-+]?\.(inf|nan)"
)
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Node:
    """A value and the line its key (or list entry) stands on. `value` is text, number, date, list[Node] or dict."""

    value: Any
    line: int

    def plain(self) -> Any:
        """The value without line numbers."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


def read_yaml(data: bytes, found: Findings) -> Node | None:
    """The document as nodes; faults go to `found`. None when the text cannot be read as YAML at all."""
    if len(data) > MAX_BYTES:
        found.error("yaml.size", 0, "", f"文件有 {len(data)} 字节，超过上限 {MAX_BYTES} 字节。", "请拆分文件。")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found.error("yaml.encoding", line, "", "文件不是 UTF-8 编码。", "请另存为 UTF-8。")
        return None
    try:
        return _Builder(yaml.parse(text, Loader=yaml.SafeLoader), found).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "含有不可见的控制字符"
        found.error(
            "yaml.syntax", line, "", f"第 {line} 行不是合法的 YAML：{problem}。", "请检查缩进、引号和冒号后的空格。"
        )
    except DefinitionInvalid as error:
        found.refused(error, "yaml.limit")
    return None


def load_yaml(data: bytes, file: str) -> Any:
    """The document as plain values; the first fault is raised, all stand in its detail."""
    found = Findings(file)
    node = read_yaml(data, found)
    if found.found or node is None:
        raise invalid(found.found)
    return node.plain()


class _Builder:
    """Turns the event stream into nodes."""

    def __init__(self, events: Iterator[Any], found: Findings) -> None:
        self._events = events
        self._found = found
        self._depth = 0

    def document(self) -> Node:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return Node({}, 1)
        root = self._node(event)
        next(self._events)
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise self._refused(following, "一个文件只能有一份文档。", "请删除“---”之后的内容。")
        return root

    def _node(self, event: Any) -> Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "不允许使用锚点（&）或别名（*）。", "请直接写出内容，或使用共享部件。")
        if getattr(event, "tag", None):
            raise self._refused(event, f"不允许使用标签 {event.tag}。", "请删除以“!”开头的标签。")
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            return Node(self._scalar(event), line)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refused(event, f"层次超过 {MAX_DEPTH} 层。", "请减少嵌套。")
        value = self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._sequence()
        self._depth -= 1
        return Node(value, line)

    def _sequence(self) -> list[Node]:
        entries = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            entries.append(self._node(event))
        return entries

    def _mapping(self) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise self._refused(event, "键必须是文字。", "请改为简单的键名。")
            key = event.value
            if key == "<<":
                raise self._refused(event, "不允许使用合并键（<<）。", "请直接写出内容。")
            child = self._node(next(self._events))
            if key in entries:
                self._found.error(
                    "yaml.duplicate",
                    line,
                    key,
                    f"键“{key}”重复，前一处在第 {entries[key].line} 行。",
                    "请删除其中一处。",
                )
                continue
            entries[key] = Node(child.value, line)
        return entries

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0] or event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        line = event.start_mark.line + 1
        if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            return self._number(text, line)
        if _DATE.fullmatch(text):
            return self._date(text, line)
        if text.lower() in _YES_NO:
            self._found.error(
                "yaml.plain", line, text, f"“{text}”含义不明。", "是非值请写 true 或 false；文字请加引号。"
            )
        elif _SURPRISE.fullmatch(text):
            self._found.error(
                "yaml.plain", line, text, f"“{text}”看似数字但写法不规范。", "文字请加引号；数字请写普通十进制。"
            )
        return text

    def _number(self, text: str, line: int) -> int | Decimal | str:
        if sum(c.isdigit() for c in text) > MAX_DIGITS:
            self._found.error(
                "yaml.plain", line, text[:20], f"数字超过 {MAX_DIGITS} 位。", "号码类内容请加引号写成文字。"
            )
            return text
        return int(text) if _INTEGER.fullmatch(text) else Decimal(text)

    def _date(self, text: str, line: int) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._found.error("yaml.plain", line, text, f"“{text}”不是有效的日期。", "请核对年月日。")
            return text

    def _refused(self, event: Any, message: str, hint: str) -> DefinitionInvalid:
        return DefinitionInvalid(message, file=self._found.file, line=event.start_mark.line + 1, hint=hint)
