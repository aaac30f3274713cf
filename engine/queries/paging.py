"""Keyset paging: a cursor remembers the last row seen, so that a page costs the same wherever it stands."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from engine.errors import FormInvalid

T = TypeVar("T")
RowT = TypeVar("RowT")
MOST_PER_PAGE = 100


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: the key of its neighbour, and whether the page stands before that row."""

    key: tuple[Any, ...]
    backwards: bool = False

    def encode(self) -> str:
        said = orjson.dumps([int(self.backwards), *self.key], default=str)
        return base64.urlsafe_b64encode(said).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None, *parts: Callable[[Any], Any]) -> Cursor | None:
        """The cursor in a text of ours; `parts` read each part of the key. FormInvalid for anything else."""
        if not text:
            return None
        try:
            backwards, *key = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(tuple(read(part) for read, part in zip(parts, key, strict=True)), bool(backwards))
        except (binascii.Error, ValueError, TypeError) as error:
            raise FormInvalid(
                "翻页标记无效，请从第一页重新查看。",
                en="The cursor is not valid.",
                errors={"cursor": ["翻页标记无效。"]},
            ) from error


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some lines of a list; a cursor is None where the list ends."""

    lines: tuple[T, ...]
    next_cursor: str | None
    previous_cursor: str | None


def page_of(
    rows: Sequence[RowT],
    limit: int,
    cursor: Cursor | None,
    key: Callable[[RowT], tuple[Any, ...]],
    line: Callable[[RowT], T],
) -> Page[T]:
    """The page made of at most `limit` + 1 rows read in the cursor's direction; the extra row tells that there is more."""
    backwards = cursor is not None and cursor.backwards
    more, kept = len(rows) > limit, list(rows[:limit])
    if backwards:
        kept.reverse()
    has_next = bool(kept) and (backwards or more)
    has_previous = bool(kept) and (more if backwards else cursor is not None)
    return Page(
        tuple(line(row) for row in kept),
        Cursor(key(kept[-1])).encode() if has_next else None,
        Cursor(key(kept[0]), backwards=True).encode() if has_previous else None,
    )


def bounded(limit: int | None, default: int = 20, most: int = MOST_PER_PAGE) -> int:
    """A page length between 1 and `most`."""
    return max(1, min(limit or default, most))
