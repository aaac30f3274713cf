"""A ReportLab canvas that writes PDF/A-3b with a signature slot in one pass: no second parse, no incremental update.

The seal exists only as the appearance of the signature field. Whoever strips the signature strips the seal's standing with it;
the page content never holds a copy.
"""

from __future__ import annotations

from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, PDFPage, PDFString
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts import FontBook
from certificates.markup import SealAnchor
from certificates.pdf_objects import Stream, Verbatim
from certificates.pdfa import DocumentFacts, describe, pdf_date
from certificates.seal import SealAppearance

SLOT_DIGITS = 8192  # hexadecimal digits kept for the signature; P-256 with two certificates needs about half
BYTE_RANGE = b"[0 0000000000 0000000000 0000000000]"
FIELD_NAME = "Seal1"
_PRINTED_AND_LOCKED = 132
_MULTIPLY = {"BM": PDFName("Multiply"), "ca": 0.93, "CA": 0.93}  # ink on paper: the text stays legible through it


class SealedCanvas(Canvas):  # type: ignore[misc]
    """The canvas of certificates and notices; without a seal it writes the same page unsigned."""

    def __init__(
        self,
        *arguments: Any,
        book: FontBook,
        facts: DocumentFacts,
        anchors: list[SealAnchor],
        seal: SealAppearance | None = None,
        **options: Any,
    ) -> None:
        options.update(lang="zh-CN", pdfVersion=(1, 7), initialFontName=book.serif.fontName, pageCompression=1)
        self._book, self._facts, self._anchors, self._seal = book, facts, anchors, seal
        super().__init__(*arguments, **options)

    def save(self) -> None:
        if self._code:
            self.showPage()
        pages = [self._doc.idToObject[f"Page{number}"] for number in range(1, self._doc.pageCounter)]
        self._number(pages)
        describe(self._doc, self._facts)
        if self._seal is not None:
            self._place_field(self._seal)
        for page in pages:
            page.Contents = Stream(page.stream.encode("latin-1"))
        self._doc.SaveToFile(self._filename, self)

    def _number(self, pages: list[PDFPage]) -> None:
        """第n页 共m页 at the foot of documents longer than one page."""
        if len(pages) < 2:
            return
        for number, page in enumerate(pages, 1):
            self._code: list[str] = []
            self.setFont(self._book.serif.fontName, 10)
            self.drawCentredString(self._pagesize[0] / 2, 4 * mm, f"第{number}页　共{len(pages)}页")
            page.stream += "\n".join(self._code) + "\n"

    def _place_field(self, seal: SealAppearance) -> None:
        anchor = self._anchors[-1]  # the press has made sure that there is a place to sign
        document, half = self._doc, seal.side / 2
        signature = document.Reference(Verbatim(self._signature_dictionary()))
        corners = (anchor.x - half, anchor.y - half, anchor.x + half, anchor.y + half)
        entries = {
            "Type": PDFName("Annot"),
            "Subtype": PDFName("Widget"),
            "FT": PDFName("Sig"),
            "T": PDFString(FIELD_NAME),
            "F": _PRINTED_AND_LOCKED,
            "P": PDFObjectReference(f"Page{anchor.page}"),
            "V": signature,
            "Rect": PDFArray([round(corner, 2) for corner in corners]),
            "AP": PDFDictionary({"N": document.Reference(_appearance(seal))}),
        }
        field = document.Reference(PDFDictionary(entries))
        document.idToObject[f"Page{anchor.page}"].Annots = PDFArray([field])
        document.Catalog.AcroForm = PDFDictionary({"Fields": PDFArray([field]), "SigFlags": 3})
        document.Catalog.Perms = PDFDictionary({"DocMDP": signature})

    def _signature_dictionary(self) -> bytes:
        """A certifying signature that permits no change at all (DocMDP P=1), its value still blank."""
        name, reason = (PDFString(text).format(self._doc) for text in (self._facts.author, self._facts.number))
        dictionary: bytes = (
            b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
            b" /Name " + name + b" /Reason " + reason + b" /M (" + pdf_date(self._facts.created_at).encode() + b")"
            b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP"
            b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>]"
            b" /ByteRange " + BYTE_RANGE + b" /Contents <" + b"0" * SLOT_DIGITS + b"> >>"
        )
        return dictionary


def _appearance(seal: SealAppearance) -> Stream:
    state = PDFDictionary({"ExtGState": PDFDictionary({"M": PDFDictionary(_MULTIPLY)})})
    box = PDFArray([0, 0, round(seal.side, 2), round(seal.side, 2)])
    content = b"/M gs\n" + seal.operators
    return Stream(content, constant=True, Type="XObject", Subtype="Form", BBox=box, Resources=state)
