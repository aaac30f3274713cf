"""The round seal of a community body as vector outlines: ring, star, name on the arc, the word 样章 (specimen).

国发〔1999〕25号 and the ministries' rule on committees: 42 mm, five-pointed star, Song typeface. A committee is no state
organ: star, never emblem. Every seal made here is a specimen and says so; a real body's seal comes from its own device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph as OutlineRecord
from reportlab.lib.units import mm

from certificates.glyph_cache import EM, GlyphCache

DIAMETER_MM = 42.0
SPECIMEN_MARK = "样章"
_RED = "0.902 0 0.071"  # #E60012
_RING_MM, _STAR_MM = 1.2, 14.0
_MIDDLE = 0.38  # optical middle of a Chinese character over the baseline, in em


@dataclass(frozen=True, slots=True)
class SealAppearance:
    """A drawn seal: side of its square in points and the content stream that paints it."""

    side: float
    operators: bytes


class _Operators(BasePen):  # type: ignore[misc]
    """Writes an outline as PDF path operators through an affine map; quadratic curves arrive here as cubic ones."""

    def __init__(self, matrix: tuple[float, ...], out: list[str]) -> None:
        super().__init__(None)
        self._matrix, self._out = matrix, out

    def _at(self, point: tuple[float, float]) -> str:
        a, b, c, d, e, f = self._matrix
        return f"{a * point[0] + c * point[1] + e:.2f} {b * point[0] + d * point[1] + f:.2f}"

    def _moveTo(self, point: Any) -> None:
        self._out.append(self._at(point) + " m")

    def _lineTo(self, point: Any) -> None:
        self._out.append(self._at(point) + " l")

    def _curveToOne(self, first: Any, second: Any, end: Any) -> None:
        self._out.append(f"{self._at(first)} {self._at(second)} {self._at(end)} c")

    def _closePath(self) -> None:
        self._out.append("h")


@dataclass(frozen=True, slots=True)
class _Place:
    """One character's centre, turn in radians, width and height, all in points."""

    x: float
    y: float
    turn: float
    width: float
    height: float


@lru_cache(maxsize=1024)
def round_seal(name: str, glyphs: GlyphCache) -> SealAppearance:
    """The seal bearing `name`, at true size."""
    glyphs.prepare(name + SPECIMEN_MARK)
    side = DIAMETER_MM * mm
    out = [f"{_RED} rg {_RED} RG {_RING_MM * mm:.2f} w"]
    _ring(out, side / 2)
    _star(out, side / 2)
    out.append("0.3 w")  # characters are outlined too: cut rubber prints heavier than type
    for character, place in zip(name, _arc(len(name), side / 2), strict=True):
        _character(out, glyphs, character, place)
    height = 3.8 * mm
    for number, character in enumerate(SPECIMEN_MARK):
        x = side / 2 + height * 1.1 * (number - (len(SPECIMEN_MARK) - 1) / 2)
        _character(out, glyphs, character, _Place(x, side / 2 - 16 * mm, 0, height, height))
    return SealAppearance(side, "\n".join(out).encode())


def _ring(out: list[str], centre: float) -> None:
    radius, k = centre - _RING_MM * mm / 2, 0.5522847498
    out.append(f"{centre + radius:.2f} {centre:.2f} m")
    for x1, y1, x2, y2, x3, y3 in (
        (1, k, k, 1, 0, 1),
        (-k, 1, -1, k, -1, 0),
        (-1, -k, -k, -1, 0, -1),
        (k, -1, 1, -k, 1, 0),
    ):
        out.append(" ".join(f"{centre + part * radius:.2f}" for part in (x1, y1, x2, y2, x3, y3)) + " c")
    out.append("h S")


def _star(out: list[str], centre: float) -> None:
    outer = _STAR_MM / 2 * mm
    inner = outer * math.sin(math.radians(18)) / math.sin(math.radians(54))
    for corner in range(10):
        radius, angle = (outer, inner)[corner % 2], math.radians(90 + 36 * corner)
        x, y = centre + radius * math.cos(angle), centre + radius * math.sin(angle)
        out.append(f"{x:.2f} {y:.2f} {'l' if corner else 'm'}")
    out.append("h f")


def _arc(count: int, centre: float) -> list[_Place]:
    """Where the characters of a name stand: smaller and wider apart on the ring the longer the name is."""
    height = (6.6 if count <= 12 else 6.2 if count <= 16 else 5.6 if count <= 20 else 4.8) * mm
    radius = centre - _RING_MM * mm - 0.9 * mm - height / 2
    span = math.radians(min(262.0, 17.5 * (count - 1) + (30 if count < 12 else 0)))
    step = span / max(count - 1, 1)
    width = min(height * 0.9, radius * step * 0.94) if count > 1 else height
    angles = [math.pi / 2 + span / 2 - step * number for number in range(count)]
    return [
        _Place(centre + radius * math.cos(angle), centre + radius * math.sin(angle), angle - math.pi / 2, width, height)
        for angle in angles
    ]


def _character(out: list[str], glyphs: GlyphCache, character: str, place: _Place) -> None:
    glyph = glyphs[character]
    across, up = place.width / EM, place.height / EM
    cosine, sine = math.cos(place.turn), math.sin(place.turn)
    left, down = -glyph.advance / 2 * across, -_MIDDLE * EM * up
    matrix = (
        cosine * across,
        sine * across,
        -sine * up,
        cosine * up,
        place.x + cosine * left - sine * down,
        place.y + sine * left + cosine * down,
    )
    if glyph.outline:
        record = OutlineRecord(glyph.outline)
        record.draw(_Operators(matrix, out), newTable("glyf"))
        out.append("B")
