"""The file list of an archived case (归档文件目录): one SHA-256 per file and one over the whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import orjson

from engine.terms import Retention

Line = Mapping[str, Any]
# Kind of a line -> what it is called.
FILE_TITLES = {
    "case": "办件登记",
    "application": "申请书及申请信息",
    "document": "申请材料",
    "step": "办理环节",
    "work_item": "承办记录",
    "opinion": "办理意见与说明",
    "suspension": "特别程序",
    "commitment": "容缺与告知承诺",
    "extension": "延期",
    "supervision_order": "督办单",
    "card": "监察牌",
    "handover": "材料交接单",
    "notice": "办理文书",
    "service_return": "送达回证",
    "certificate": "证明（证照）",
    "events": "办理经过",
}


class Filed(Protocol):
    """One file as the records read it: number, title, and its values as JSON."""

    @property
    def number(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def body(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Difference:
    """One line of the list that the database no longer bears out: digest then and now, empty where there is no file."""

    title: str
    expected: str
    found: str


def manifest_of(
    files: Iterable[tuple[str, Filed]], events: int, last_hash: bytes, fields: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """The list: `files` with a digest each, the events as the last of them, and the `fields` each kind was read with.

    events     their number; `last_hash` is that of the last, which chains all before it
    fields     those of an older list, so that a column added to the tables since changes no digest
    """
    known: dict[str, list[str]] = {kind: list(names) for kind, names in (fields or {}).items()}
    lines = []
    for kind, row in files:
        names = known.setdefault(kind, sorted(row.body))
        body = {name: row.body[name] for name in names if name in row.body}
        lines.append({"kind": kind, "number": row.number, "title": row.title, "sha256": _digest(body)})
    lines.append({"kind": "events", "number": str(events), "title": "", "sha256": last_hash.hex()})
    return {"fields": known, "files": lines}


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """One SHA-256 over the whole list."""
    return _digest(manifest)


def differences(kept: Iterable[Line], found: Iterable[Line]) -> list[Difference]:
    """Every line that is missing, new or of another digest."""
    then = {(line["kind"], line["number"]): line for line in kept}
    now = {(line["kind"], line["number"]): line for line in found}
    different = []
    for key in dict.fromkeys((*then, *now)):
        before, after = then.get(key), now.get(key)
        if before != after:
            expected, is_ = (line["sha256"] if line else "" for line in (before, after))
            different.append(Difference(line_title(before or after or {}), expected, is_))
    return different


def line_title(line: Line) -> str:
    """What the list calls a file."""
    name = FILE_TITLES.get(line["kind"], str(line["kind"]))
    if line["kind"] == "events":
        return f"{name}（{line['number']}条）"
    return f"{name}：{line['title']}" if line["title"] else name


def retain_until(retention: Retention, closed_on: date) -> date | None:
    """The last day it must be kept: full years from the first of January after the case was closed; None for ever."""
    return date(closed_on.year + retention.years, 12, 31) if retention.years else None


def _digest(body: Any) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
