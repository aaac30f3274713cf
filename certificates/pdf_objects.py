"""PDF objects the ReportLab document lacks: verbatim text, and streams with the line end before `endstream` PDF/A asks for."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject


class Verbatim(PDFObject):  # type: ignore[misc]
    """An object whose bytes are ready."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, document: Any) -> bytes:
        return self.content


@lru_cache(maxsize=256)
def _packed_once(content: bytes) -> bytes:
    return zlib.compress(content, 9)


class Stream(PDFObject):  # type: ignore[misc]
    """A stream object; `deflate` packs it, once for all documents if `constant`. Entries given as text become names."""

    __RefOnly__ = 1

    def __init__(self, content: bytes, *, deflate: bool = True, constant: bool = False, **entries: Any) -> None:
        pack = _packed_once if constant else zlib.compress
        self.content = pack(content) if deflate else content
        self.entries = {key: PDFName(value) if isinstance(value, str) else value for key, value in entries.items()}
        self.entries["Length"] = len(self.content)
        if deflate:
            self.entries["Filter"] = PDFName("FlateDecode")

    def format(self, document: Any) -> bytes:
        entries = pdfdoc.format(PDFDictionary(self.entries), document)
        return bytes(entries + b"\nstream\n" + self.content + b"\nendstream\n")
