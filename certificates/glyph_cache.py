"""Glyph outlines, converted one by one from the OpenType fonts when first needed and kept for every later document.

ReportLab's readers want TrueType outlines, the free Chinese fonts have cubic ones. Converting a whole font takes minutes, one
character about a millisecond, so only what documents use is ever converted.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as noto
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from certificates.errors import GlyphMissing

EM = 1000
_MAX_ERROR = 1.0  # thousandths of an em between the cubic and the quadratic curve: invisible in print
_FORMAT = 1  # raise when the conversion changes, so that old caches are not read
_reading = threading.Lock()  # a lazily read font is not safe for several threads


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character's advance in thousandths of an em and its TrueType `glyf` record, empty for a blank."""

    advance: int
    outline: bytes


@dataclass(frozen=True)
class Typeface:
    """A design (宋体, 黑体) and the files it is taken from; a later file only fills the gaps of the first."""

    key: str
    postscript_name: str
    sources: tuple[Path, ...]


SERIF = Typeface("serif", "NotoSerifSC-Regular", (noto.serif_path(), noto.sans_path()))
SANS = Typeface("sans", "NotoSansSC-Regular", (noto.sans_path(), noto.serif_path()))


@cache
def _source(path: Path) -> tuple[Mapping[int, str], Any]:
    font = TTFont(path, lazy=True)
    return font.getBestCmap(), font.getGlyphSet()


def _converted(path: Path, character: str) -> Glyph | None:
    names, glyph_set = _source(path)
    name = names.get(ord(character))
    if name is None:
        return None
    pen = TTGlyphPen(None)
    glyph_set[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
    outline = pen.glyph()
    outline.recalcBounds(None)
    return Glyph(round(glyph_set[name].width), outline.compile(None))


class GlyphCache:
    """The glyphs of one typeface: in memory, then in the cache file shared by all processes, then from the font."""

    def __init__(self, directory: Path, typeface: Typeface) -> None:
        self.typeface = typeface
        self._path = directory / "glyphs.sqlite3"
        self._design = f"{typeface.key}/{noto.__version__}/{_FORMAT}"
        self._known: dict[str, Glyph] = {}

    def __getitem__(self, character: str) -> Glyph:
        glyph = self._known.get(character)
        if glyph is None:
            self.prepare(character)
            glyph = self._known[character]
        return glyph

    def prepare(self, characters: Iterable[str]) -> None:
        """Have every character at hand in one go; refuse with `GlyphMissing`, naming those no font has."""
        wanted = set(characters) - self._known.keys()
        if not wanted:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=60)) as database:
            self._read(database, wanted)
            missing = wanted - self._known.keys()
            if missing:
                self._convert(database, missing)

    def _read(self, database: sqlite3.Connection, wanted: set[str]) -> None:
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS glyph (design TEXT, code INTEGER, advance INTEGER, outline BLOB,"
                " PRIMARY KEY (design, code)) WITHOUT ROWID"
            )
        marks = ",".join("?" * len(wanted))
        query = f"SELECT code, advance, outline FROM glyph WHERE design = ? AND code IN ({marks})"
        for code, advance, outline in database.execute(query, (self._design, *map(ord, wanted))):
            self._known[chr(code)] = Glyph(advance, outline)

    def _convert(self, database: sqlite3.Connection, missing: set[str]) -> None:
        with _reading:
            found = {character: self._from_fonts(character) for character in missing}
        made = {character: glyph for character, glyph in found.items() if glyph is not None}
        rows = [(self._design, ord(character), glyph.advance, glyph.outline) for character, glyph in made.items()]
        with database:
            database.executemany("INSERT OR IGNORE INTO glyph VALUES (?, ?, ?, ?)", rows)
        self._known.update(made)
        absent = sorted(missing - made.keys())
        if absent:
            named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in absent)
            raise GlyphMissing(f"字库中没有{named}，未出证；请联系技术人员补充字库。", characters=absent)

    def _from_fonts(self, character: str) -> Glyph | None:
        attempts = (_converted(path, character) for path in self.typeface.sources)
        return next((glyph for glyph in attempts if glyph is not None), None)
