"""The A4 page of official documents (GB/T 9704): margins 37 and 28 mm, type area 156 × 225 mm, foot with QR symbol."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from certificates.markup import Footer, Sheet
from certificates.qr import QrSymbol

PAGE = (210 * mm, 297 * mm)
LEFT, BOTTOM, TYPE_WIDTH, TYPE_HEIGHT = 28 * mm, 35 * mm, 156 * mm, 225 * mm
_RED = (0.70, 0.08, 0.08)
_FOOT_TOP = BOTTOM - 2 * mm


def set_pages(sheet: Sheet, qr_text: str, canvas_maker: Callable[..., Any]) -> tuple[bytes, int]:
    """The document as the canvas writes it, and its number of pages."""

    def draw_border(canvas: Any, _document: Any) -> None:
        if sheet.double_border:
            _draw_border(canvas)

    def draw_footer(canvas: Any, _document: Any) -> None:  # last, so that readers and screen readers meet it last
        if sheet.footer is not None:
            _draw_footer(canvas, sheet.footer, qr_text)

    out = io.BytesIO()
    frame = Frame(LEFT, BOTTOM, TYPE_WIDTH, TYPE_HEIGHT, 0, 0, 0, 0)
    template = PageTemplate(frames=[frame], onPage=draw_border, onPageEnd=draw_footer)
    document = BaseDocTemplate(out, pagesize=PAGE, pageTemplates=[template])
    document.build(sheet.story, canvasmaker=canvas_maker)
    return out.getvalue(), document.page


def _draw_border(canvas: Any) -> None:
    canvas.saveState()
    canvas.setStrokeColorRGB(*_RED)
    for inset, line in ((12 * mm, 1.8), (13.4 * mm, 0.5)):
        canvas.setLineWidth(line)
        canvas.rect(inset, inset - 6 * mm, PAGE[0] - 2 * inset, PAGE[1] - 2 * inset + 12 * mm)
    canvas.restoreState()


def _draw_footer(canvas: Any, footer: Footer, qr_text: str) -> None:
    canvas.saveState()
    canvas.setStrokeColorRGB(*_RED)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, _FOOT_TOP, LEFT + TYPE_WIDTH, _FOOT_TOP)
    canvas.restoreState()
    x, y = LEFT, _FOOT_TOP - 2.5 * mm
    if footer.qr_side:
        QrSymbol(qr_text, footer.qr_side).drawOn(canvas, LEFT - 2 * mm, _FOOT_TOP - footer.qr_side)
        x += footer.qr_side + 1 * mm
    for line in footer.lines:
        _, height = line.wrap(LEFT + TYPE_WIDTH - x, PAGE[1])
        y -= height
        line.drawOn(canvas, x, y)
