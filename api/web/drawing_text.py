"""Chinese and Latin words fitted into the boxes of a chart; SVG itself wraps nothing."""

from __future__ import annotations

import math
import unicodedata

NOT_AT_LINE_END = "（《「『【“‘("
NOT_AT_LINE_START = "，。、；：？！）》」』】”’,.;:?!)%"


def em_width(text: str) -> float:
    """Width of a text in ems: 1 for a Han character or full-width sign, 0.56 for a Latin one."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text)


def wrap_label(text: str, width_em: float, most_lines: int) -> list[str]:
    """The text in at most `most_lines` lines of about equal length; what does not fit ends in an ellipsis."""
    text = " ".join(text.split())
    if not text:
        return []
    wanted = min(most_lines, math.ceil(em_width(text) / width_em))
    even = em_width(text) / wanted
    lines = _fill(text, min(width_em, max(even + 0.5, 2.0)))
    if len(lines) > wanted:
        lines = _fill(text, width_em)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], _shortened("".join(lines[most_lines - 1 :]), width_em)]
    return lines


def _fill(text: str, width_em: float) -> list[str]:
    lines = [""]
    for piece in _pieces(text):
        fits = em_width(lines[-1] + piece.rstrip()) <= width_em
        if lines[-1] and not fits and piece not in NOT_AT_LINE_START:
            opened = lines[-1][-1] if lines[-1][-1] in NOT_AT_LINE_END and len(lines[-1]) > 1 else ""
            lines[-1] = lines[-1].removesuffix(opened)
            lines.append(opened)
        lines[-1] += piece.lstrip() if not lines[-1] else piece
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    """Han characters one by one, Latin words whole, a blank with the word before it."""
    pieces: list[str] = []
    for character in text:
        latin = ord(character) < 0x2E80
        joins = pieces and latin and ord(pieces[-1][-1]) < 0x2E80 and pieces[-1][-1] != " "
        if joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _shortened(text: str, width_em: float) -> str:
    while em_width(text) + 1 > width_em and text:
        text = text[:-1]
    return text + "…"
