"""Text that can be kept and printed: no control characters, no numbers or nesting that no form has, from whatever door.

PostgreSQL refuses NUL, XML refuses the other control characters, and marks that turn the direction of writing make a
name or an amount read differently from what it is. So they are refused where they come in, naming the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, request

from engine.errors import FormInvalid

DEEPEST = 12
LARGEST_INTEGER = 2**63
_UNSOUND = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_WORDS = "含有不能使用的控制字符，请删去后重新输入。"


def install_sound_input(app: Flask) -> None:
    """Refuses unsound text in address, query and form before any view sees it."""
    app.before_request(_check)


def require_sound(value: Any, field: str = "body") -> None:
    """Raises FormInvalid when a JSON value holds unsound text, an integer beyond 64 bits or too deep nesting."""
    for name, part, depth in _parts(value, field):
        if depth > DEEPEST:
            raise _refused(field, f"层次过深，最多{DEEPEST}层。")
        if isinstance(part, str) and _UNSOUND.search(part):
            raise _refused(name, _WORDS)
        if isinstance(part, int) and abs(part) >= LARGEST_INTEGER:
            raise _refused(name, "数值过大。")


def _check() -> None:
    if _UNSOUND.search(request.path):
        raise _refused("address", _WORDS)
    for values in (request.args, request.form):
        for name, text in values.items(multi=True):
            if _UNSOUND.search(text) or _UNSOUND.search(name):
                raise _refused(_UNSOUND.sub("", name), _WORDS)


def _parts(value: Any, field: str) -> Iterator[tuple[str, Any, int]]:
    """Every part of a JSON value with the name of the field around it, the keys too."""
    waiting = [(field, value, 0)]
    while waiting:
        name, part, depth = waiting.pop()
        yield name, part, depth
        if isinstance(part, dict):
            for key, inner in part.items():
                yield name, key, depth
                waiting.append((key, inner, depth + 1))
        elif isinstance(part, list):
            waiting += [(name, inner, depth + 1) for inner in part]


def _refused(field: str, words: str) -> FormInvalid:
    return FormInvalid(words, en="Some text cannot be stored.", errors={field: [words]})
