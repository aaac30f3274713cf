"""Keyset paging: forwards and backwards every line is seen once and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormInvalid
from engine.queries.paging import Cursor, Page, page_of


def _read(rows: list[int], limit: int, text: str | None) -> Page[int]:
    """A table of numbers read as a query would read it."""
    cursor = Cursor.decode(text, int)
    if cursor is None:
        found = rows
    elif cursor.backwards:
        found = [n for n in reversed(rows) if n < cursor.key[0]]
    else:
        found = [n for n in rows if n > cursor.key[0]]
    return page_of(found[: limit + 1], limit, cursor, lambda n: (n,), lambda n: n)


@given(st.lists(st.integers(1, 2**62), unique=True).map(sorted), st.integers(1, 7))
def test_pages_forwards_and_backwards_show_every_line_once(rows: list[int], limit: int) -> None:
    pages = [_read(rows, limit, None)]
    while pages[-1].next_cursor:
        pages.append(_read(rows, limit, pages[-1].next_cursor))
    assert [n for page in pages for n in page.lines] == rows
    assert pages[0].previous_cursor is None
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(_read(rows, limit, back[-1].previous_cursor))
    assert [n for page in reversed(back) for n in page.lines] == rows


@given(st.text(max_size=40))
def test_a_cursor_that_is_not_ours_is_refused_and_never_believed(text: str) -> None:
    try:
        cursor = Cursor.decode(text, int)
    except FormInvalid:
        return
    assert cursor is None or isinstance(cursor.key[0], int)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(FormInvalid):
        Cursor.decode(Cursor((1, 2)).encode(), int)
    with pytest.raises(FormInvalid):
        Cursor.decode(Cursor(("x",)).encode(), int)
