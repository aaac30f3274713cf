"""What stands on the page: golden text, embedded fonts, rare characters, archive metadata."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pytest

from certificates.errors import FaceUnknown, GlyphMissing
from certificates.issuer import CertificateIssuer
from certificates.types_reader import FaceLibrary
from engine.ports import IssuedPdf, IssueRequest

GOLDEN = Path(__file__).parent / "golden"
TYPES = Path(__file__).parents[2] / "certificates" / "types"
FACES = sorted(path.parent.name for path in TYPES.glob("*/*/face.xml.j2"))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def with_facts(request: IssueRequest, **facts: object) -> IssueRequest:
    return replace(request, facts={**request.facts, **facts})


def test_there_are_faces() -> None:
    assert len(FACES) >= 3


@pytest.mark.parametrize("key", FACES)
def test_sample_prints_its_golden_text(key: str, issuer: CertificateIssuer, library: FaceLibrary) -> None:
    printed = issuer.issue(library.face(key).sample("https://yimen.example.cn"))
    assert text_of(printed.content).strip() == (GOLDEN / f"{key}.txt").read_text(encoding="utf-8").strip()
    assert printed.page_count == 1


@pytest.mark.parametrize("key", FACES)
def test_every_font_is_embedded_as_subset_with_a_unicode_map(
    key: str, issuer: CertificateIssuer, library: FaceLibrary
) -> None:
    printed = issuer.issue(library.face(key).sample("https://yimen.example.cn"))
    fonts = pypdf.PdfReader(io.BytesIO(printed.content)).pages[0]["/Resources"]["/Font"]
    assert fonts
    for font in (reference.get_object() for reference in fonts.values()):
        descendant = font["/DescendantFonts"][0].get_object()
        assert font["/ToUnicode"].get_data()
        assert descendant["/FontDescriptor"]["/FontFile2"].get_data()[:4] == b"\0\1\0\0"
        assert font["/BaseFont"][7:8] == "+"


def test_rare_characters_beyond_the_bmp_can_be_copied(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    printed = issuer.issue(with_facts(residence, holder="㛃𠅤𬭼䶮"))
    assert "兹证明㛃𠅤𬭼䶮（" in text_of(printed.content).replace("\n", "")


def test_character_no_font_has_is_refused_by_name(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    with pytest.raises(GlyphMissing, match=r"“\ue123”（U\+E123）"):
        issuer.issue(with_facts(residence, holder="王\ue123"))


def test_markup_in_a_fact_is_printed_as_text(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    printed = issuer.issue(with_facts(residence, address="<b>1号</b>&amp;"))
    assert "<b>1号</b>&amp;" in text_of(printed.content).replace("\n", "")


def test_long_certificate_runs_to_a_second_page_with_page_numbers(
    issuer: CertificateIssuer, residence: IssueRequest
) -> None:
    printed = issuer.issue(with_facts(residence, purpose="诉讼中经常居住地佐证" * 50))
    text = text_of(printed.content)
    assert printed.page_count == 2
    assert "第1页　共2页" in text
    assert "第2页　共2页" in text
    assert printed.seals[0].page == 2


def test_seal_never_stands_on_a_page_without_body_text(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    for length in range(520, 640, 8):
        printed = issuer.issue(with_facts(residence, purpose="址" * length))
        pages = pypdf.PdfReader(io.BytesIO(printed.content)).pages
        assert "特此证明。" in pages[printed.seals[0].page - 1].extract_text()


def test_attached_data_holds_the_printed_facts_and_no_others(
    issuer: CertificateIssuer, residence: IssueRequest
) -> None:
    printed = issuer.issue(with_facts(residence, applicant_phone="13800000000"))
    (attached,) = pypdf.PdfReader(io.BytesIO(printed.content)).attachments["certificate.json"]
    values = json.loads(attached)
    assert values["facts"]["holder"] == residence.facts["holder"]
    assert values["number"] == residence.number
    assert "applicant_phone" not in values["facts"]


def test_register_values_describe_the_file(issued: IssuedPdf, residence: IssueRequest) -> None:
    assert issued.sha256 == hashlib.sha256(issued.content).hexdigest()
    assert issued.signed_at == residence.issued_at


def test_file_declares_archive_conformance_and_language(issued: IssuedPdf) -> None:
    catalog = pypdf.PdfReader(io.BytesIO(issued.content)).trailer["/Root"]
    assert catalog["/Lang"] == "zh-CN"
    assert catalog["/OutputIntents"][0]["/DestOutputProfile"].get_data()[36:40] == b"acsp"
    assert b"<pdfaid:part>3</pdfaid:part>" in catalog["/Metadata"].get_data()


def test_every_stream_ends_on_a_line_of_its_own(issued: IssuedPdf) -> None:
    assert issued.content.count(b"\nendstream\n") == issued.content.count(b"\nstream\n") > 5


def test_unknown_type_is_refused(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    with pytest.raises(FaceUnknown, match="no-such-type"):
        issuer.issue(replace(residence, type_key="no-such-type"))


def test_naive_time_of_issue_is_refused(issuer: CertificateIssuer, residence: IssueRequest) -> None:
    with pytest.raises(ValueError, match="aware"):
        issuer.issue(replace(residence, issued_at=residence.issued_at.replace(tzinfo=None)))


def test_file_has_no_structural_fault(issued: IssuedPdf) -> None:
    with pikepdf.open(io.BytesIO(issued.content)) as document:
        assert document.check_pdf_syntax() == []


def test_blanks_of_the_template_file_are_not_printed(issuer: CertificateIssuer, library: FaceLibrary) -> None:
    request = library.face("zm-qt-16-volunteer-service-record").sample("https://yimen.example.cn")
    facts = {name: value for name, value in request.facts.items() if name != "main_work"}
    text = text_of(issuer.issue(replace(request, facts=facts)).content)
    assert "主要参与" not in text
    assert not any(line != line.strip() for line in text.splitlines())
