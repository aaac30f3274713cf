"""Answers of the REST doors: values of the engine as JSON, tables as CSV, files; and what requests carry in headers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from engine.errors import FormInvalid
from engine.feel import Expression

LONGEST_KEY = 100
_JSON = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
# Spreadsheets in Chinese take the full-width signs for the same.
_RUN_BY_SPREADSHEETS = tuple("=+-@＝＋－＠")
# Where a piece of a definition was written is the policy officer's business, not the clients'.
INSIDE = frozenset({"source", "definition", "process"})


def answer(value: Any, status: int = 200, *, etag: int | str | None = None, location: str = "") -> Response:
    """A value of the engine (dataclasses, enums, dates) as JSON. `etag` is the version a change must name."""
    response = Response(orjson.dumps(value, default=_plain, option=_JSON), status, mimetype="application/json")
    if etag is not None:
        response.set_etag(str(etag))
    if location:
        response.headers["Location"] = location
    response.headers["Cache-Control"] = "no-store"
    return response


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table for Excel: UTF-8 with byte order mark, CRLF."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    content = target.getvalue().encode("utf-8-sig")
    return file_answer(content, f"{name}.csv", "text/csv; charset=utf-8")


def file_answer(content: bytes, name: str, content_type: str, *, inline: bool = False) -> Response:
    """A file with its name, Chinese characters included."""
    response = Response(content, content_type=content_type)
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "no-store"
    return response


def wanted_version() -> int | None:
    """The version in If-Match; None if the client takes the work item as it is."""
    if not request.headers.get("If-Match"):
        return None
    tags = request.if_match.as_set()
    if request.if_match.star_tag:
        return None
    if len(tags) != 1 or not (text := next(iter(tags))).isdigit() or len(text) > 9:
        raise FormInvalid(
            "If-Match 应为待办的版本号。",
            en="If-Match must be one version.",
            errors={"If-Match": ["应为待办的版本号。"]},
        )
    return int(text)


def idempotency_key() -> str:
    """The client's Idempotency-Key: the same key with the same content is done once."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise FormInvalid(
            f"Idempotency-Key 最多{LONGEST_KEY}个字符。",
            en="The idempotency key is too long.",
            errors={"Idempotency-Key": [f"最多{LONGEST_KEY}个字符。"]},
        )
    return key


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in INSIDE)


def _cell(value: Any) -> Any:
    """A cell as text; a leading sign that a spreadsheet would run as a formula is defused."""
    if isinstance(value, str) and value.lstrip()[:1] in _RUN_BY_SPREADSHEETS:
        return f"'{value}"
    return "" if value is None else value


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} cannot be told as JSON")
