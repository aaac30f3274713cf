"""Canonical text of a form file: keys in the order of the schema, short records on one line, long ones as blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.schema import FORM_FILE, ListOf, Record, Shape
from engine.definitions.yaml_reader import read_yaml
from engine.errors import DefinitionInvalid

WIDTH = 118
_SPECIAL = re.compile(r"[:#,\[\]{}&*!|>'\"%@`\\\t\n\r]|^[-?\s]|\s$|^$|^---|^\.\.\.")
_INVISIBLE = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def emit_form(item: Mapping[str, Any]) -> bytes:
    """The YAML text of a form file given as plain values; reading it again gives equal values."""
    lines: list[str] = []
    for key in _ordered(item, FORM_FILE):
        written = _entry(key, item[key], _inner(FORM_FILE, key), 0)
        if lines and len(written) > 1:
            lines.append("")
        lines += written
    return ("\n".join(lines) + "\n").encode()


def _entry(key: str, value: Any, shape: Shape | None, depth: int) -> list[str]:
    """`key: value` on one line where it fits and reads well, else the value as a block below the key."""
    indent = "  " * depth
    line = f"{indent}{key}: {_inline(value, shape)}"
    scalar = not isinstance(value, Mapping | list)
    plain_list = isinstance(value, list) and not any(isinstance(v, Mapping | list) for v in value)
    short_record = (
        isinstance(value, Mapping) and depth > 0 and not any(isinstance(v, Mapping | list) for v in value.values())
    )
    if scalar or not value or (len(line) <= WIDTH and (plain_list or short_record)):
        return [line]
    if isinstance(value, Mapping):
        return [f"{indent}{key}:", *_record(value, shape, depth + 1)]
    return [f"{indent}{key}:", *_list(value, shape, depth + 1)]


def _record(record: Mapping[str, Any], shape: Shape | None, depth: int) -> list[str]:
    lines: list[str] = []
    for key in _ordered(record, shape):
        lines += _entry(key, record[key], _inner(shape, key), depth)
    return lines


def _list(values: list[Any], shape: Shape | None, depth: int) -> list[str]:
    indent = "  " * depth
    inner = shape.entry if isinstance(shape, ListOf) else None
    lines: list[str] = []
    for value in values:
        line = f"{indent}- {_inline(value, inner)}"
        nested = isinstance(value, Mapping) and any(isinstance(v, Mapping) or _holds_records(v) for v in value.values())
        if not isinstance(value, Mapping) or (len(line) <= WIDTH and not nested):
            lines.append(line)
            continue
        block = _record(value, inner, depth + 1)
        lines += [f"{indent}- {block[0].strip()}", *block[1:]]
    return lines


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, Mapping | list) for v in value)


def _inline(value: Any, shape: Shape | None) -> str:
    if isinstance(value, Mapping):
        entries = (f"{_text(key)}: {_inline(value[key], _inner(shape, key))}" for key in _ordered(value, shape))
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list):
        inner = shape.entry if isinstance(shape, ListOf) else None
        return "[" + ", ".join(_inline(v, inner) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    raise DefinitionInvalid(f"值 {value!r} 不能写入表单文件。", hint="只用文字、数字、日期、是非、列表和记录。")


def _text(text: str) -> str:
    """Plain where that reads back as the same text, else quoted."""
    if not _SPECIAL.search(text) and not _INVISIBLE.search(text) and text.isprintable() and _reads_back(text):
        return text
    if '"' in text and text.isprintable() and not _INVISIBLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    escaped = json.dumps(text, ensure_ascii=False)
    return _INVISIBLE.sub(lambda m: f"\\u{ord(m[0]):04x}", escaped)


def _reads_back(text: str) -> bool:
    found = Findings("")
    node = read_yaml(text.encode(), found)
    return node is not None and not found.found and node.value == text


def _ordered(record: Mapping[str, Any], shape: Shape | None) -> list[str]:
    """Keys in schema order; keys the schema does not know are refused."""
    if not isinstance(shape, Record):
        return list(record)
    chosen = next((r for key, r in shape.variants if key in record), shape)
    names = [key.name for key in chosen.keys]
    unknown = [key for key in record if key not in names]
    if unknown:
        raise DefinitionInvalid(f"不认识的键“{unknown[0]}”。", key=unknown[0], hint=f"可用：{'、'.join(names)}。")
    return [name for name in names if name in record]


def _inner(shape: Shape | None, key: str) -> Shape | None:
    if not isinstance(shape, Record):
        return None
    records = [shape, *(record for _, record in shape.variants)]
    return next((found.shape for record in records if (found := record.key(key))), None)
