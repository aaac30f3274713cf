"""Chinese line setting: whole numbers, no punctuation at the wrong end of a line, both margins even (GB/T 15834, GB/T 9704)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable

from certificates.fonts import EmbeddedFont

_NO_START = frozenset("，。、；：？！）》」』”’％〕】〉·…")
_NO_END = frozenset("（《「『“‘〔【〈")
_SLACK = 0.01


@dataclass(frozen=True, slots=True)
class Ink:
    """How a stretch of text is printed."""

    font: EmbeddedFont
    underlined: bool = False
    heavy: bool = False  # outlined as well as filled: the heavier Song of titles (小标宋)


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one ink; the text `\\n` is a line break."""

    text: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Atom:
    """What a line break never divides: one Chinese character, or one number or Latin word."""

    text: str
    width: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Line:
    """One set line; `is_last` ends a paragraph and is not stretched."""

    atoms: tuple[Atom, ...]
    indent: float
    is_last: bool

    @property
    def width(self) -> float:
        return sum(atom.width for atom in self.atoms)


@dataclass(frozen=True, slots=True)
class Setting:
    """Size and leading in points, indent of the first line in em, extra space between characters in em."""

    size: float
    leading: float
    align: str = "justify"
    indent_em: float = 0
    spacing_em: float = 0
    before: float = 0
    after: float = 0


def atoms_of(runs: Sequence[Run], size: float) -> Iterator[Atom]:
    """The indivisible pieces of the text, in order."""
    for run in runs:
        word = ""
        for character in run.text:
            if "!" <= character <= "~":
                word += character
                continue
            if word:
                yield _atom(word, run.ink, size)
                word = ""
            yield _atom(character, run.ink, size)
        if word:
            yield _atom(word, run.ink, size)


def _atom(text: str, ink: Ink, size: float) -> Atom:
    return Atom(text, 0.0 if text == "\n" else ink.font.stringWidth(text, size), ink)


def _groups(atoms: Sequence[Atom], room: float) -> Iterator[list[Atom]]:
    """Atoms that must stand on one line; a word longer than the line is taken apart."""
    group: list[Atom] = []
    for atom in atoms:
        if atom.width > room:
            if group:
                yield group
            size = atom.width / max(atom.ink.font.stringWidth(atom.text, 1), _SLACK)
            yield from ([_atom(character, atom.ink, size)] for character in atom.text)
            group = []
            continue
        if group and not (atom.text in _NO_START or group[-1].text in _NO_END):
            yield group
            group = []
        group.append(atom)
    if group:
        yield group


def lines_of(runs: Sequence[Run], width: float, setting: Setting) -> list[Line]:
    """The text broken to `width` points."""
    spacing = setting.spacing_em * setting.size
    first = setting.indent_em * setting.size
    lines: list[Line] = []
    line: list[Atom] = []
    used = indent = first
    for group in _groups(list(atoms_of(runs, setting.size)), width - first):
        if group[0].text == "\n":
            lines.append(Line(tuple(line), indent, True))
            line, used, indent = [], 0.0, 0.0
            continue
        need = sum(atom.width for atom in group) + spacing * len(group)
        if line and used + need - spacing > width + _SLACK:
            lines.append(Line(tuple(line), indent, False))
            line, used, indent = [], 0.0, 0.0
        line += group
        used += need
    lines.append(Line(tuple(line), indent, True))
    return lines


class Prose(Flowable):  # type: ignore[misc]
    """A paragraph as a flowable; it may be divided between pages at any line."""

    def __init__(self, runs: Sequence[Run], setting: Setting, lines: list[Line] | None = None) -> None:
        super().__init__()
        self.runs, self.setting = tuple(runs), setting
        self._lines, self._given = lines or [], lines is not None
        self.spaceBefore, self.spaceAfter = setting.before, setting.after

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        if not self._given:
            self._lines = lines_of(self.runs, available_width, self.setting)
        self.width, self.height = available_width, len(self._lines) * self.setting.leading
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        self.wrap(available_width, available_height)
        fit = int((available_height + _SLACK) // self.setting.leading)
        if fit < 1 or fit >= len(self._lines):
            return []
        parts = [Prose(self.runs, self.setting, self._lines[:fit]), Prose(self.runs, self.setting, self._lines[fit:])]
        parts[1].keepWithNext = self.getKeepWithNext()
        return parts

    def line_count(self, width: float) -> int:
        """How many lines the text takes at this width in points."""
        return len(self._lines if self._given else lines_of(self.runs, width, self.setting))

    def parted(self, width: float, lines: int) -> list[Prose]:
        """The text at this width as several paragraphs of at most so many lines."""
        whole = lines_of(self.runs, width, self.setting)
        return [Prose(self.runs, self.setting, whole[n : n + lines]) for n in range(0, len(whole), lines)]

    def draw(self) -> None:
        size, leading = self.setting.size, self.setting.leading
        baseline = self.height - leading + (leading - size) / 2 + 0.14 * size
        for line in self._lines:
            self._draw_line(line, baseline)
            baseline -= leading

    def _draw_line(self, line: Line, baseline: float) -> None:
        count = sum(len(atom.text) for atom in line.atoms)
        room = self.width - line.indent - line.width
        spacing = self.setting.spacing_em * self.setting.size
        if self.setting.align == "justify" and not line.is_last and count > 1:
            even = room / (count - 1)
            spacing = even if even < self.setting.size / 2 else spacing  # before a long word the line stays short
        x = line.indent
        if self.setting.align in ("center", "right"):
            spare = room - spacing * max(count - 1, 0)
            x += spare / 2 if self.setting.align == "center" else spare
        for ink, atoms in _by_ink(line.atoms):
            text = "".join(atom.text for atom in atoms)
            width = sum(atom.width for atom in atoms) + spacing * len(text)
            self._draw_text(text, ink, x, baseline, spacing)
            if ink.underlined:
                self.canv.setLineWidth(0.6)
                self.canv.line(x, baseline - 0.2 * self.setting.size, x + width, baseline - 0.2 * self.setting.size)
            x += width

    def _draw_text(self, text: str, ink: Ink, x: float, baseline: float, spacing: float) -> None:
        written = self.canv.beginText(x, baseline)
        written.setFont(ink.font.fontName, self.setting.size)
        if ink.heavy:
            self.canv.setLineWidth(self.setting.size * 0.032)
            written.setTextRenderMode(2)
        written.setCharSpace(spacing)
        written.textOut(text)
        written.setCharSpace(0)
        if ink.heavy:
            written.setTextRenderMode(0)
        self.canv.drawText(written)


def _by_ink(atoms: Sequence[Atom]) -> Iterator[tuple[Ink, list[Atom]]]:
    stretch: list[Atom] = []
    for atom in atoms:
        if stretch and atom.ink != stretch[-1].ink:
            yield stretch[0].ink, stretch
            stretch = []
        stretch.append(atom)
    if stretch:
        yield stretch[0].ink, stretch
