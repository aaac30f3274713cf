"""Line breaking: nothing lost, nothing too long, numbers whole, punctuation where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.fonts import FontBook, font_book
from certificates.typesetting import Ink, Run, Setting, lines_of

CHARACTERS = "兹证明居住于阳光社区，。、；：？！（）《》“”〔〕2026号A-.Z "
NO_START, NO_END = "，。、；：？！）》”〕", "（《“〔"


@pytest.fixture(scope="module")
def book(work_dir: Path) -> FontBook:
    made = font_book(work_dir / "fonts")
    made.serif.glyphs.prepare(CHARACTERS)
    return made


def set_text(text: str, book: FontBook, width: float = 200, **setting: float) -> list[str]:
    lines = lines_of([Run(text, Ink(book.serif))], width, Setting(16, 29, **setting))
    return ["".join(atom.text for atom in line.atoms) for line in lines]


@given(text=st.text(CHARACTERS, max_size=200), width=st.integers(120, 450))
def test_no_character_is_lost_or_moved(text: str, width: int, book: FontBook) -> None:
    assert "".join(set_text(text, book, width)) == text


@given(text=st.text(CHARACTERS.replace("“", "").replace("（", ""), max_size=120), width=st.integers(150, 450))
def test_no_line_is_longer_than_the_measure(text: str, width: int, book: FontBook) -> None:
    lines = lines_of([Run(text, Ink(book.serif))], width, Setting(16, 29, indent_em=2))
    closing = "".join(char for char in text if char in NO_START or char in NO_END)
    if len(closing) < 3:  # a long row of punctuation cannot be divided
        assert all(line.indent + line.width <= width + 0.02 for line in lines)


@given(text=st.text(CHARACTERS, max_size=200))
def test_punctuation_never_stands_at_the_wrong_end_of_a_line(text: str, book: FontBook) -> None:
    lines = set_text(text, book, 400)
    assert all(line[0] not in NO_START for line in lines[1:] if line)
    assert all(line[-1] not in NO_END for line in lines[:-1] if line)


def test_number_is_not_divided_between_lines(book: FontBook) -> None:
    lines = set_text("公民身份号码990102197903120038）现居住于", book, 200)
    assert any("990102197903120038" in line for line in lines)


def test_word_longer_than_the_line_is_divided_all_the_same(book: FontBook) -> None:
    lines = set_text("A" * 100, book, 200)
    assert len(lines) > 1
    assert "".join(lines) == "A" * 100


def test_first_line_is_indented_by_two_characters(book: FontBook) -> None:
    lines = set_text("证" * 28, book, 16 * 10, indent_em=2)
    assert [len(line) for line in lines] == [8, 10, 10]


def test_line_break_in_the_text_ends_a_line(book: FontBook) -> None:
    assert set_text("一号\n二号", book) == ["一号", "二号"]
