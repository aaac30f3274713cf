"""What makes the file an archive PDF (PDF/A-3b, ISO 19005-3): colour profile, metadata, attached machine-readable data."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString

from certificates.pdf_objects import Stream, Verbatim
from engine.clock import LOCAL_ZONE

PRODUCER = "Yimen"
ATTACHMENT_NAME = "certificate.json"
_D50 = (0.9642, 1.0, 0.8249)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the file says about itself; `attachment` is the machine-readable certificate, empty for none."""

    title: str
    author: str
    number: str
    created_at: datetime
    attachment: bytes = b""

    @property
    def local(self) -> datetime:
        return self.created_at.astimezone(LOCAL_ZONE).replace(microsecond=0)


class CreationTime:
    """The document's instant in the shape ReportLab asks of its time stamp; the wall clock is not read."""

    invariant = False
    tzname = "CST"
    dhh, dmm = 8, 0

    def __init__(self, local: datetime) -> None:
        self.t = local.timestamp()
        self.YMDhms = (local.year, local.month, local.day, local.hour, local.minute, local.second)


def pdf_date(instant: datetime) -> str:
    return instant.astimezone(LOCAL_ZONE).strftime("D:%Y%m%d%H%M%S+08'00'")


def describe(document: Any, facts: DocumentFacts) -> None:
    """Put metadata, output intent and attachment into a ReportLab document that is about to be written."""
    info, catalog = document.info, document.Catalog
    info.title, info.author, info.subject, info.keywords = facts.title, facts.author, facts.number, facts.number
    info.creator = info.producer = PRODUCER
    document._timeStamp = CreationTime(facts.local)
    names = (*catalog.__NoDefault__, "OutputIntents", "AF", "Perms")
    catalog.__NoDefault__ = names
    direct = ("MarkInfo", "ViewerPreferences", "AF", "OutputIntents", "Names", "PageMode", "PageLayout")
    catalog.__Refs__ = [name for name in names if name not in direct]
    catalog.Metadata = Stream(_xmp(facts).encode(), deflate=False, Type="Metadata", Subtype="XML")
    catalog.OutputIntents = PDFArray([_output_intent(document)])
    if facts.attachment:
        _attach(document, facts)


def _output_intent(document: Any) -> Any:
    entries = {
        "Type": PDFName("OutputIntent"),
        "S": PDFName("GTS_PDFA1"),
        "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
        "Info": PDFString("sRGB IEC61966-2.1"),
        "DestOutputProfile": document.Reference(Stream(srgb_profile(), constant=True, N=3)),
    }
    return PDFDictionary(entries)


def _attach(document: Any, facts: DocumentFacts) -> None:
    file = Stream(facts.attachment, Type="EmbeddedFile", Subtype=Verbatim(b"/application#2Fjson"))
    dates = {"Size": len(facts.attachment), "ModDate": PDFString(pdf_date(facts.created_at))}
    file.entries["Params"] = PDFDictionary(dates)
    embedded = document.Reference(file)
    entries = {
        "Type": PDFName("Filespec"),
        "F": PDFString(ATTACHMENT_NAME),
        "UF": PDFString(ATTACHMENT_NAME),
        "Desc": PDFString("certificate data"),
        "AFRelationship": PDFName("Data"),
        "EF": PDFDictionary({"F": embedded, "UF": embedded}),
    }
    specification = document.Reference(PDFDictionary(entries))
    document.Catalog.AF = PDFArray([specification])
    names = PDFArray([PDFString(ATTACHMENT_NAME), specification])
    document.Catalog.Names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": names})})


def _xmp(facts: DocumentFacts) -> str:
    when = facts.local.isoformat()
    title, author, number = escape(facts.title), escape(facts.author), escape(facts.number)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{number}</rdf:li></rdf:Alt></dc:description>
<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>
<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool><pdf:Producer>{PRODUCER}</pdf:Producer>
<pdf:Keywords>{number}</pdf:Keywords>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@cache
def srgb_profile() -> bytes:
    """An sRGB display profile (ICC 2.1), computed from the standard's numbers."""
    curve = b"curv\0\0\0\0" + struct.pack(">I256H", 256, *(round(_linear(step / 255) * 65535) for step in range(256)))
    name = b"sRGB (Yimen)"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + bytes(1 + 4 + 4 + 2 + 1 + 67)
    tags = [
        (b"desc", description),
        (b"cprt", b"text\0\0\0\0no copyright\0"),
        (b"wtpt", _xyz(*_D50)),
        (b"rXYZ", _xyz(0.43607, 0.22249, 0.01392)),
        (b"gXYZ", _xyz(0.38515, 0.71687, 0.09708)),
        (b"bXYZ", _xyz(0.14307, 0.06061, 0.71410)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    at, body, table = 128 + 4 + 12 * len(tags), b"", b""
    placed: dict[bytes, int] = {}
    for tag, data in tags:
        if data not in placed:
            placed[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        table += tag + struct.pack(">II", placed[data], len(data))
    head = struct.pack(">I4sI4s4s4s", 0, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*_D50)
    profile = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(profile)) + profile[4:]


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)
