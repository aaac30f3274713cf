"""Chinese fonts for ReportLab: embedded, holding only the glyphs of one document, copyable in every plane of Unicode.

ReportLab's own TrueType class reads whole fonts, splits them into slices of 256 characters and writes a wrong ToUnicode map beyond
the BMP. This one is a two-byte (Identity-H) font built from the glyph cache, one per document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString

from certificates.glyph_cache import EM, SANS, SERIF, GlyphCache
from certificates.pdf_objects import Stream
from certificates.truetype import ASCENT, DESCENT, assemble, bounding_box

_BFCHAR_LIMIT = 100  # rows the CMap format allows in one block
_SYMBOLIC = 4


class EmbeddedFont:
    """A font as ReportLab's canvas expects it; character codes are glyph numbers in order of use."""

    _multiByte = 1
    _dynamicFont = 1
    shapable = False

    def __init__(self, name: str, glyphs: GlyphCache) -> None:
        self.fontName = name
        self.glyphs = glyphs
        self.face = SimpleNamespace(name=name, ascent=ASCENT, descent=DESCENT)
        self.encoding = None
        self._used: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:
        return sum(self.glyphs[character].advance for character in text) * size / EM

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        used = self._used.setdefault(doc, {})
        for character in text:
            if character not in used:
                self.glyphs[character]  # refuses a character no font has
                used[character] = len(used) + 1
        return [(0, b"".join(used[character].to_bytes(2, "big") for character in text))]

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:
        if self.fontName not in doc.fontMapping:
            doc.fontMapping[self.fontName] = f"/F{len(doc.fontMapping) + 1}"
            doc.delayedFonts.append(self)
        return str(doc.fontMapping[self.fontName])

    def addObjects(self, doc: Any) -> None:
        """Write the subset font into the finished document."""
        characters = list(self._used.pop(doc, {}))
        glyphs = [self.glyphs[character] for character in characters]
        program = assemble(glyphs)
        name = PDFName(_subset_tag(program) + self.glyphs.typeface.postscript_name)
        descriptor = PDFDictionary(
            {
                "Type": PDFName("FontDescriptor"),
                "FontName": name,
                "Flags": _SYMBOLIC,
                "FontBBox": PDFArray(bounding_box(glyphs)),
                "ItalicAngle": 0,
                "Ascent": ASCENT,
                "Descent": DESCENT,
                "CapHeight": 733,
                "StemV": 80,
                "FontFile2": doc.Reference(Stream(program, Length1=len(program))),
            }
        )
        identity = {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
        descendant = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("CIDFontType2"),
                "BaseFont": name,
                "CIDSystemInfo": PDFDictionary(identity),
                "FontDescriptor": doc.Reference(descriptor),
                "CIDToGIDMap": PDFName("Identity"),
                "DW": EM,
                "W": PDFArray([1, PDFArray([glyph.advance for glyph in glyphs])]),
            }
        )
        font = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("Type0"),
                "BaseFont": name,
                "Encoding": PDFName("Identity-H"),
                "DescendantFonts": PDFArray([doc.Reference(descendant)]),
                "ToUnicode": doc.Reference(Stream(to_unicode(characters))),
            }
        )
        internal_name = doc.fontMapping[self.fontName][1:]
        doc.idToObject["BasicFonts"].dict[internal_name] = doc.Reference(font)


def to_unicode(characters: Sequence[str]) -> bytes:
    """The CMap that lets readers copy and search: glyph number n stands for the n-th character, in UTF-16BE."""
    rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(characters, 1)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for at in range(0, len(rows), _BFCHAR_LIMIT):
        block = rows[at : at + _BFCHAR_LIMIT]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()


def _subset_tag(program: bytes) -> str:
    digest = hashlib.sha256(program).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6]) + "+"


class FontBook:
    """The two faces of every page: Song for text (宋体), sans for emphasis (黑体)."""

    def __init__(self, cache_dir: Path) -> None:
        place = crc32(str(cache_dir.resolve()).encode())  # fonts are registered process-wide, caches may be several
        self.serif = EmbeddedFont(f"serif-{place:08x}", GlyphCache(cache_dir, SERIF))
        self.sans = EmbeddedFont(f"sans-{place:08x}", GlyphCache(cache_dir, SANS))
        for font in (self.serif, self.sans):
            pdfmetrics.registerFont(font)


@cache
def font_book(cache_dir: Path) -> FontBook:
    """The process's fonts over one cache directory; created on first use."""
    return FontBook(cache_dir)
