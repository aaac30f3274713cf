"""The glyph cache: each character converted once, kept for later processes, and assembled into a sound font."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from certificates import glyph_cache
from certificates.errors import GlyphMissing
from certificates.fonts import to_unicode
from certificates.glyph_cache import SANS, SERIF, GlyphCache
from certificates.truetype import assemble, bounding_box

TEXT = "兹证明㛃𠅤𬭼䶮 2026"


def test_later_process_reads_the_cache_and_not_the_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = GlyphCache(tmp_path, SERIF)
    first.prepare(TEXT)

    def fail(path: Path, character: str) -> None:
        raise AssertionError(f"{character} was converted again")

    monkeypatch.setattr(glyph_cache, "_converted", fail)
    later = GlyphCache(tmp_path, SERIF)
    later.prepare(TEXT)
    assert [later[character] for character in TEXT] == [first[character] for character in TEXT]


def test_faces_do_not_share_glyphs(tmp_path: Path) -> None:
    assert GlyphCache(tmp_path, SERIF)["证"] != GlyphCache(tmp_path, SANS)["证"]


def test_characters_found_are_kept_although_one_is_missing(tmp_path: Path) -> None:
    cache = GlyphCache(tmp_path, SERIF)
    with pytest.raises(GlyphMissing, match=r"U\+E001.*U\+E002") as caught:
        cache.prepare("证\ue001明\ue002")
    assert caught.value.detail["characters"] == ["\ue001", "\ue002"]
    assert cache["证"].advance == 1000


def test_processes_may_fill_the_cache_at_once(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from certificates.glyph_cache import SERIF, GlyphCache;"
        "c = GlyphCache(pathlib.Path(sys.argv[1]), SERIF); c.prepare('兹证明居住情况'); print(c['证'].outline.hex())"
    )
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=root, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    outlines = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(outlines) == 1


def test_assembled_font_holds_the_outlines_and_widths(tmp_path: Path) -> None:
    cache = GlyphCache(tmp_path, SERIF)
    cache.prepare(TEXT)
    glyphs = [cache[character] for character in TEXT]
    font = TTFont(io.BytesIO(assemble(glyphs)), checkChecksums=2)
    assert font["maxp"].numGlyphs == len(glyphs) + 1
    names = font.getGlyphOrder()
    for number, glyph in enumerate(glyphs, 1):
        record = font["glyf"][names[number]]
        assert font["hmtx"][names[number]][0] == glyph.advance
        assert record.numberOfContours > 0 or glyph.outline == b""
    boxes = [font["glyf"][name] for name in names if font["glyf"][name].numberOfContours]
    assert bounding_box(glyphs)[3] == max(box.yMax for box in boxes)


def test_unicode_map_is_in_blocks_of_at_most_a_hundred() -> None:
    rows = to_unicode([chr(0x4E00 + number) for number in range(250)]).decode()
    assert [line for line in rows.splitlines() if line.endswith("beginbfchar")] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "50 beginbfchar",
    ]
    assert "<0001> <D840DD64>" in to_unicode(["𠅤"]).decode()
