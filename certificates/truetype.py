"""A small TrueType font put together from glyph records: the six tables a PDF viewer needs, nothing else."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from certificates.glyph_cache import EM, Glyph

ASCENT, DESCENT = 880, -120
_NOTDEF = Glyph(EM, b"")


def assemble(glyphs: Sequence[Glyph]) -> bytes:
    """The font file whose glyph numbers 1, 2 … are `glyphs` in order; number 0 is the blank `.notdef`."""
    every = [_NOTDEF, *glyphs]
    records = [glyph.outline + b"\0" * (-len(glyph.outline) % 4) for glyph in every]
    offsets = [0]
    for record in records:
        offsets.append(offsets[-1] + len(record))
    boxes = [struct.unpack_from(">4h", glyph.outline, 2) if glyph.outline else (0, 0, 0, 0) for glyph in every]
    tables = {
        b"glyf": b"".join(records),
        b"head": _head(boxes),
        b"hhea": _hhea(every),
        b"hmtx": b"".join(struct.pack(">Hh", glyph.advance, box[0]) for glyph, box in zip(every, boxes, strict=True)),
        b"loca": struct.pack(f">{len(offsets)}I", *offsets),
        b"maxp": _maxp(every),
    }
    return _file(tables)


def bounding_box(glyphs: Sequence[Glyph]) -> tuple[int, int, int, int]:
    """The box around all outlines, in thousandths of an em."""
    boxes = [struct.unpack_from(">4h", glyph.outline, 2) for glyph in glyphs if glyph.outline] or [(0, 0, 0, 0)]
    return _union(boxes)


def _union(boxes: Sequence[tuple[int, ...]]) -> tuple[int, int, int, int]:
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _head(boxes: Sequence[tuple[int, ...]]) -> bytes:
    box = _union(boxes)
    return struct.pack(">IIIIHHQQ4hHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, EM, 0, 0, *box, 0, 8, 2, 1, 0)


def _hhea(glyphs: Sequence[Glyph]) -> bytes:
    widest = max(glyph.advance for glyph in glyphs)
    return struct.pack(">I3hH11hH", 0x10000, ASCENT, DESCENT, 0, widest, *[0] * 11, len(glyphs))


def _maxp(glyphs: Sequence[Glyph]) -> bytes:
    contours = [struct.unpack_from(">h", glyph.outline)[0] if glyph.outline else 0 for glyph in glyphs]
    points = [_point_count(glyph, count) for glyph, count in zip(glyphs, contours, strict=True)]
    return struct.pack(">IHHHHHH8H", 0x10000, len(glyphs), max(points), max(contours), 0, 0, 2, *[0] * 8)


def _point_count(glyph: Glyph, contours: int) -> int:
    if not contours:
        return 0
    at = 8 + 2 * contours
    return int.from_bytes(glyph.outline[at : at + 2], "big") + 1


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    directory = struct.pack(">I4H", 0x10000, count, 16 << power, power, 16 * count - (16 << power))
    at, body, head_at = 12 + 16 * count, b"", 0
    for tag in sorted(tables):
        data = tables[tag]
        head_at = at if tag == b"head" else head_at
        directory += tag + struct.pack(">III", _checksum(data), at, len(data))
        padded = data + b"\0" * (-len(data) % 4)
        body += padded
        at += len(padded)
    font = bytearray(directory + body)
    struct.pack_into(">I", font, head_at + 8, (0xB1B0AFBA - _checksum(bytes(font))) & 0xFFFFFFFF)
    return bytes(font)
