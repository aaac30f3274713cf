"""The small XML of faces and notices, turned into flowables. Ten block tags, three inline tags; anything else is an error.

page      border="double"                                   the root
number    align="right"                                     document number
title     size="22" spacing="0"                             heavy Song, centred
p         indent="2" align="justify" size before after      a paragraph; lengths in mm, indent in characters
table     cols="30 48 30 48" head="0"  (tr, th, td colspan align)
sign      issuer date before="18" after="0"                 issuer over date, where the seal belongs
space     h="5"
footer    qr="25"  (p)                                      foot of every page
inline    b (sans), u (underlined), br
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from certificates.errors import FaceInvalid
from certificates.fonts import FontBook
from certificates.typesetting import Ink, Prose, Run, Setting

BODY_SIZE = 15.75  # 三号: 28 characters fill the 156 mm line of GB/T 9704
BODY_LEADING = 225 * mm / 22  # 22 lines fill the 225 mm type area
SEAL_RISE_MM = 0.12 * 42  # 骑年盖月: issuer and date stand a little below the middle of the seal
_CELL_PADDING = 12  # left and right of a table cell, in points
_MOST_LINES, _PART_LINES = 24, 8  # a table cell longer than this goes on in further rows of so many lines
_UNPRINTED = frozenset("\r\n\t")
_LINE_BREAKS_IN_SOURCE = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class SealAnchor:
    """Where a seal's centre belongs, in points from the page's lower left corner."""

    page: int
    x: float
    y: float


@dataclass
class Setter:
    """What the tags need while one document is set: its fonts, its name for error messages, the seal places found."""

    book: FontBook
    file: str
    anchors: list[SealAnchor] = field(default_factory=list)

    def wrong(self, message: str) -> FaceInvalid:
        return FaceInvalid(message, file=self.file)

    def measure(self, element: Element, name: str, default: float = 0) -> float:
        try:
            return float(element.get(name, default))
        except ValueError as error:
            raise self.wrong(f"<{element.tag}> 的 {name} 应为数字。") from error

    def prepare(self, root: Element) -> None:
        """Have every glyph of the document ready in two strokes, or refuse it before anything is set."""
        everything = set("".join(root.itertext()))
        everything.update(*(value for element in root.iter() for value in element.attrib.values()))
        emphasised = {text for element in root.iter() if element.tag in ("b", "th") for text in element.itertext()}
        self.book.serif.glyphs.prepare(everything - _UNPRINTED)
        self.book.sans.glyphs.prepare(set("".join(emphasised)) - _UNPRINTED)

    def runs(self, element: Element, ink: Ink) -> list[Run]:
        """The element's text with its inline tags; blanks of the template file around it are no part of it."""
        runs = list(self._runs(element, ink))
        runs[0] = replace(runs[0], text=runs[0].text.lstrip(" "))
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip(" "))
        return runs

    def _runs(self, element: Element, ink: Ink) -> Iterator[Run]:
        yield _run(element.text, ink)
        for child in element:
            if child.tag == "b":
                yield from self._runs(child, replace(ink, font=self.book.sans))
            elif child.tag == "u":
                yield from self._runs(child, replace(ink, underlined=True))
            elif child.tag == "br":
                yield Run("\n", ink)
            else:
                raise self.wrong(f"<{element.tag}> 里不能使用 <{child.tag}>。")
            yield _run(child.tail, ink)


def _run(text: str | None, ink: Ink) -> Run:
    """Line ends of the template file are no part of the text."""
    return Run(_LINE_BREAKS_IN_SOURCE.sub("", text or "").replace("\t", " "), ink)


class SignatureBlock(Flowable):  # type: ignore[misc]
    """Issuer above date at the right: the date ends four characters from the margin, the issuer is centred on it
    (GB/T 9704-2012, 7.3.5.1); a name too long for that moves both to the left."""

    def __init__(self, setter: Setter, issuer: str, date: str, before: float, after: float) -> None:
        super().__init__()
        self._setter, self.spaceBefore, self.spaceAfter = setter, before, after
        ink = Ink(setter.book.serif)
        self._widths = [ink.font.stringWidth(text, BODY_SIZE) for text in (issuer, date)]
        setting = Setting(BODY_SIZE, BODY_LEADING, align="center")
        self._lines = [Prose([Run(text, ink)], setting) for text in (issuer, date)]

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.width, self.height = available_width, 2 * BODY_LEADING
        return self.width, self.height

    def draw(self) -> None:
        issuer_width, date_width = self._widths
        centre = min(self.width - 4 * BODY_SIZE - date_width / 2, self.width - issuer_width / 2 - BODY_SIZE)
        block = max(self._widths) + 2
        for number, line in enumerate(self._lines):
            line.wrap(block, BODY_LEADING)
            line.drawOn(self.canv, centre - block / 2, (1 - number) * BODY_LEADING)
        x, y = self.canv.absolutePosition(centre, BODY_LEADING + SEAL_RISE_MM * mm)
        self._setter.anchors.append(SealAnchor(self.canv.getPageNumber(), x, y))


def _title(element: Element, setter: Setter) -> list[Flowable]:
    size = setter.measure(element, "size", 22)
    spacing = setter.measure(element, "spacing")
    before, after = setter.measure(element, "before") * mm, setter.measure(element, "after", 8) * mm
    setting = Setting(size, size * 1.5, "center", spacing_em=spacing, before=before, after=after)
    return [Prose(setter.runs(element, Ink(setter.book.serif, heavy=True)), setting)]


def _number(element: Element, setter: Setter) -> list[Flowable]:
    after = setter.measure(element, "after", 6) * mm
    setting = Setting(12, 20, element.get("align", "right"), after=after)
    return [Prose(setter.runs(element, Ink(setter.book.serif)), setting)]


def _paragraph(element: Element, setter: Setter) -> list[Flowable]:
    size = setter.measure(element, "size", BODY_SIZE)
    setting = Setting(
        size,
        size * BODY_LEADING / BODY_SIZE if size < BODY_SIZE else BODY_LEADING,
        element.get("align", "justify"),
        indent_em=setter.measure(element, "indent", 2),
        before=setter.measure(element, "before") * mm,
        after=setter.measure(element, "after") * mm,
    )
    return [Prose(setter.runs(element, Ink(setter.book.serif)), setting)]


def _space(element: Element, setter: Setter) -> list[Flowable]:
    return [Spacer(1, setter.measure(element, "h", 5) * mm)]


def _signature(element: Element, setter: Setter) -> list[Flowable]:
    issuer, date = element.get("issuer"), element.get("date")
    if not issuer or not date:
        raise setter.wrong("<sign> 应写明 issuer（署名）和 date（日期）。")
    before, after = setter.measure(element, "before", 18) * mm, setter.measure(element, "after") * mm
    return [SignatureBlock(setter, issuer, date, before, after)]


def _table(element: Element, setter: Setter) -> list[Flowable]:
    widths = [float(width) * mm for width in element.get("cols", "").split()]
    if not widths or not len(element):
        raise setter.wrong("<table> 应写明 cols（各列毫米宽），并至少有一行。")
    size = setter.measure(element, "size", 12)
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), setter.book.serif.fontName, size),
        ("GRID", (0, 0), (-1, -1), 0.6, "black"),
        ("BOX", (0, 0), (-1, -1), 1.2, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), setter.measure(element, "padding", 2) * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), setter.measure(element, "padding", 2) * mm),
    ]
    rows: list[list[Flowable | str]] = []
    for number, row in enumerate(element, 1):
        for part in _parted(_cells(row, number, len(widths), size, setter), widths):
            rows.append([])
            for cell, span in part:
                if span > 1:
                    column = len(rows[-1])
                    commands.append(("SPAN", (column, len(rows) - 1), (column + span - 1, len(rows) - 1)))
                rows[-1] += [cell, *[""] * (span - 1)]
    head = int(setter.measure(element, "head"))
    return [Table(rows, widths, style=commands, repeatRows=head, spaceBefore=2 * mm, spaceAfter=4 * mm)]


def _cells(row: Element, number: int, count: int, size: float, setter: Setter) -> list[tuple[Prose, int]]:
    """The cells of a row with the columns each takes."""
    if row.tag != "tr":
        raise setter.wrong(f"<table> 里不能使用 <{row.tag}>。")
    cells = [_cell(cell, size, setter) for cell in row]
    if (columns := sum(span for _, span in cells)) != count:
        raise setter.wrong(f"表格第{number}行有{columns}列，应为{count}列。")
    return cells


def _cell(cell: Element, size: float, setter: Setter) -> tuple[Prose, int]:
    if cell.tag not in ("th", "td"):
        raise setter.wrong(f"<tr> 里不能使用 <{cell.tag}>。")
    font = setter.book.sans if cell.tag == "th" else setter.book.serif
    setting = Setting(size, size * 1.5, cell.get("align", "center"))
    return Prose(setter.runs(cell, Ink(font)), setting), int(setter.measure(cell, "colspan", 1))


def _parted(cells: list[tuple[Prose, int]], widths: list[float]) -> Iterator[list[tuple[Prose, int]]]:
    """The row, or where a cell is too long for a page, rows that continue it: a table divides between rows only."""
    column, parts = 0, list[list[Prose]]()
    for cell, span in cells:
        width = sum(widths[column : column + span]) - _CELL_PADDING
        parts.append(cell.parted(width, _PART_LINES) if cell.line_count(width) > _MOST_LINES else [cell])
        column += span
    for part in range(max(map(len, parts))):
        yield [
            (of_cell[part] if part < len(of_cell) else Prose((), cell.setting, []), span)
            for of_cell, (cell, span) in zip(parts, cells, strict=True)
        ]


BLOCKS: dict[str, Callable[[Element, Setter], list[Flowable]]] = {
    "title": _title,
    "number": _number,
    "p": _paragraph,
    "space": _space,
    "sign": _signature,
    "table": _table,
}


@dataclass(frozen=True)
class Footer:
    """The foot of every page: side of the QR symbol in points, 0 for none, and the lines beside it."""

    qr_side: float
    lines: list[Prose]


@dataclass(frozen=True)
class Sheet:
    """A parsed document: its flow and what stands on every page."""

    story: list[Flowable]
    footer: Footer | None
    double_border: bool
    has_signature: bool


def _footer(element: Element, setter: Setter) -> Footer:
    if wrong := [line.tag for line in element if line.tag != "p"]:
        raise setter.wrong(f"<footer> 里不能使用 <{wrong[0]}>。")
    ink = Ink(setter.book.serif)
    lines = [Prose(setter.runs(line, ink), Setting(setter.measure(line, "size", 9), 13, "left")) for line in element]
    return Footer(setter.measure(element, "qr") * mm, lines)


def parsed(xml: str, setter: Setter) -> Sheet:
    """The flowables of a filled template; `FaceInvalid` names the template and the fault."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise FaceInvalid("模板填写后不是合格的 XML。", file=setter.file, line=error.position[0]) from error
    if root.tag != "page":
        raise setter.wrong(f"模板的最外层应为 <page>，不是 <{root.tag}>。")
    setter.prepare(root)
    story: list[Flowable] = []
    footer = None
    for element in root:
        if element.tag == "footer":
            footer = _footer(element, setter)
        elif element.tag == "sign":
            # No seal on a page without body text: the last paragraph goes with it.
            last = [story.pop()] if story else []
            story.append(KeepTogether([*last, *_signature(element, setter)]))
        elif element.tag in BLOCKS:
            story += BLOCKS[element.tag](element, setter)
        else:
            raise setter.wrong(f"模板里不能使用 <{element.tag}>。")
    return Sheet(story, footer, root.get("border") == "double", root.find("sign") is not None)
