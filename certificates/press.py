"""From a filled template to a finished file: set, sealed, signed. Certificates and notices differ only in what they hand in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reportlab.lib.units import mm

from certificates.fonts import font_book
from certificates.markup import Setter, parsed
from certificates.page import set_pages
from certificates.pdfa import DocumentFacts
from certificates.pki import Signer
from certificates.seal import DIAMETER_MM, round_seal
from certificates.sealed import SealedCanvas
from certificates.signing import signed
from engine.ports import SealPlacement


@dataclass(frozen=True, slots=True)
class Sealing:
    """The name on the seal and the key behind it."""

    seal_name: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class PressedPdf:
    """A finished file with its page count and seals."""

    content: bytes
    page_count: int
    seals: tuple[SealPlacement, ...]


class Press:
    """Prints documents with the fonts of one cache directory."""

    def __init__(self, font_cache_dir: Path) -> None:
        self._book = font_book(font_cache_dir)

    def print(self, xml: str, file: str, facts: DocumentFacts, qr_text: str, sealing: Sealing | None) -> PressedPdf:
        """`file` names the template in error messages; without `sealing` the page is unsigned."""
        setter = Setter(self._book, file)
        sheet = parsed(xml, setter)
        if sealing and not sheet.has_signature:
            raise setter.wrong("模板没有 <sign> 署名位置，不能用印。")
        seal = round_seal(sealing.seal_name, self._book.serif.glyphs) if sealing else None
        canvas = partial(SealedCanvas, book=self._book, facts=facts, anchors=setter.anchors, seal=seal)
        content, page_count = set_pages(sheet, qr_text, canvas)
        if sealing is None:
            return PressedPdf(content, page_count, ())
        anchor = setter.anchors[-1]
        placement = SealPlacement(anchor.page, anchor.x / mm, anchor.y / mm, DIAMETER_MM)
        return PressedPdf(signed(content, sealing.signer), page_count, (placement,))
