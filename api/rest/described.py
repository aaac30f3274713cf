"""JSON schemas of the engine's own dataclasses, so that the OpenAPI description cannot drift from the answers."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from api.rest.answers import INSIDE
from engine.feel import Expression

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "description": "decimal number as text"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    bytes: {"type": "string"},
    Expression: {"type": "string", "description": "FEEL"},
    type(None): {"type": "null"},
}


@cache
def described(kind: Any) -> dict[str, Any]:
    """The JSON schema of a dataclass or of any type its fields use; descriptions are the docstrings' first lines."""
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if isinstance(kind, type) and issubclass(kind, Enum):
        labels = "；".join(f"{member.value} {getattr(member, 'label', '')}".strip() for member in kind)
        return {"type": "string", "enum": [member.value for member in kind], "description": labels}
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, {})
    return _generic(kind, {})


def page_described(line: type) -> dict[str, Any]:
    """The schema of one page of such lines."""
    cursor = {"type": ["string", "null"]}
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": described(line)},
            "next_cursor": cursor,
            "previous_cursor": cursor,
        },
    }


def _dataclass(kind: type, bound: Mapping[Any, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    properties = {f.name: _of(hints[f.name], bound) for f in fields(kind) if f.name not in INSIDE}
    said = (kind.__doc__ or "").strip().splitlines()
    return {"type": "object", "description": said[0] if said else "", "properties": properties}


def _of(kind: Any, bound: Mapping[Any, Any]) -> dict[str, Any]:
    if isinstance(kind, TypeVar):
        return _of(bound[kind], bound) if kind in bound else {}
    return described(kind) if not typing.get_args(kind) else _generic(kind, bound)


def _generic(kind: Any, bound: Mapping[Any, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of(part, bound) for part in arguments]}
    if origin in (tuple, list, frozenset, set):
        if len(arguments) == 2 and arguments[1] is not Ellipsis:
            return {"type": "array", "prefixItems": [_of(part, bound) for part in arguments]}
        return {"type": "array", "items": _of(arguments[0], bound)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(arguments[1], bound)}
    return {}
