"""What a policy officer sends to change the working calendar (拟改日历), turned into the text of a whole calendar file."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from engine.errors import FormInvalid, NotFound
from engine.policy.calendar_file import calendar_to_yaml, with_local, with_year, without_local
from engine.policy.holiday_notice import parse_notice
from engine.policy.year_arrangements import YearArrangement

LARGEST_FILE_BYTES = 300_000
Mapped = Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """A calendar as it would be. `arrangement` where a notice was read; `source` is what makes the same proposal again."""

    content: bytes
    source: tuple[tuple[str, str], ...]
    arrangement: YearArrangement | None = None


def propose(kind: str, mapping: Mapped) -> Proposal:
    """The proposal in the request's form, made on the calendar `mapping`. FormInvalid names the fields at fault."""
    return _maker(kind)(mapping)


def require_kind(kind: str) -> None:
    """NotFound for a kind of change that does not exist."""
    _maker(kind)


def _maker(kind: str) -> Callable[[Mapped], Proposal]:
    makers = {"notice": _notice, "local": _local, "end": _end, "file": _file}
    if kind not in makers:
        raise NotFound("没有这种日历更新方式。", en="no such kind of change")
    return makers[kind]


def _notice(mapping: Mapped) -> Proposal:
    """The State Council's yearly notice as pasted."""
    text, number = _typed("text"), _typed("document_no")
    if not text:
        raise _wrong("text", "请粘贴通知全文。")
    published = _date("published_on") if _typed("published_on") else None
    arrangement = parse_notice(text, number, published)
    content = calendar_to_yaml(with_year(mapping, arrangement)).encode()
    return Proposal(content, _source("text", "document_no", "published_on"), arrangement)


def _local(mapping: Mapped) -> Proposal:
    """One local exception."""
    missing = {
        name: [message]
        for name, message in (
            ("region", "请选择适用的区划。" if not request.form.getlist("region") else ""),
            ("name", "" if _typed("name") else "请填写名称，如“台风停工”。"),
            ("working", "" if _typed("working") in ("true", "false") else "请选择放假或上班。"),
            ("document_no", "" if _typed("document_no") else "请填写依据的文号。"),
        )
        if message
    }
    if missing:
        raise FormInvalid(errors=missing)
    first = _date("from")
    last = _date("through") if _typed("through") else first
    if last < first:
        raise _wrong("through", "结束日早于开始日。")
    entry = {
        "regions": request.form.getlist("region"),
        "name": _typed("name")[:60],
        "from": first,
        "through": last,
        "working": _typed("working") == "true",
        "document_no": _typed("document_no")[:60],
    }
    if departments := request.form.getlist("department"):
        entry["departments"] = departments
    names = ("region", "department", "name", "from", "through", "working", "document_no")
    return Proposal(calendar_to_yaml(with_local(mapping, entry)).encode(), _source(*names))


def _end(mapping: Mapped) -> Proposal:
    """The calendar without one of its local exceptions."""
    number = _typed("number")
    try:
        content = calendar_to_yaml(without_local(mapping, int(number))).encode()
    except (ValueError, IndexError):
        raise _wrong("number", "没有这项本地例外，可能已被他人删去，请从列表中重新选择。") from None
    return Proposal(content, _source("number"))


def _file(mapping: Mapped) -> Proposal:
    """A whole calendar file: uploaded, or coming back with the confirmation."""
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE_BYTES + 1) if upload else _decoded(request.form.get("content", ""))
    if not content or len(content) > LARGEST_FILE_BYTES:
        raise _wrong("file", "请选择一个不超过300KB的日历文件（YAML）。")
    return Proposal(content, (("content", base64.b64encode(content).decode()),))


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        raise _wrong("file", "日历文件没有传完整，请重新上传。") from None


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _source(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in names for value in request.form.getlist(name))


def _date(name: str) -> date:
    try:
        return date.fromisoformat(_typed(name))
    except ValueError:
        raise _wrong(name, "请填写日期，如 2026-08-03。") from None


def _wrong(name: str, message: str) -> FormInvalid:
    return FormInvalid(message, errors={name: [message]})
