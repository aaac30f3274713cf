"""Answers as a browser sends them (表单提交), turned into the types that rules and commands expect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol

from werkzeug.datastructures import MultiDict

_ROW = re.compile(r"(?P<list>.+)-(?P<row>\d{1,3})-(?P<column>[a-z_]+)")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?")
_BOOLEANS = {"true": True, "false": False}
MOST_PERSONS = 30


class Question(Protocol):
    """What a form control stands for."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...


def read_answers(questions: Iterable[Question], form: MultiDict[str, str]) -> dict[str, Any]:
    """The answers to these questions; a text that is no number stays text, for the check to refuse it by name.

    A question that was not on the page is left out; one left empty is there, as "".
    """
    answers: dict[str, Any] = {}
    for question in questions:
        if question.type == "person_list":
            persons = _persons(question.name, form)
            if persons is not None:
                answers[question.name] = persons
        elif question.name in form:
            answers[question.name] = _typed(question.type, form[question.name].strip())
    return answers


def _typed(kind: str, text: str) -> Any:
    match kind:
        case "boolean":
            return _BOOLEANS.get(text, text)
        case "integer" if _INTEGER.fullmatch(text.replace(",", "")):
            return int(text.replace(",", ""))
        case "decimal" if _DECIMAL.fullmatch(text.replace(",", "")):
            return Decimal(text.replace(",", ""))
    return text


def _persons(name: str, form: MultiDict[str, str]) -> list[dict[str, str]] | None:
    """The filled rows of a list of persons, named <name>-<row>-<column>; None if the list was not on the page."""
    rows: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        found = _ROW.fullmatch(key)
        if found and found["list"] == name:
            rows.setdefault(int(found["row"]), {})[found["column"]] = value.strip()
    if not rows:
        return None
    filled = [rows[row] for row in sorted(rows) if any(rows[row].values())]
    return filled[: MOST_PERSONS + 1]  # one too many is kept, so that the check says so


def read_documents(form: MultiDict[str, str], modes: dict[str, str]) -> dict[str, str]:
    """The ticked documents with how they came; `modes` knows the ones that do not come on paper."""
    return {name: modes.get(name, "paper") for name in form.getlist("document")}


def whole_number(text: str | None) -> int | None:
    """A version or id of a hidden field; None if it is missing or no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
