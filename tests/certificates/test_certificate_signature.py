"""A signature another program finds valid, and every class of tampering found out."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.issuer import CertificateIssuer
from certificates.pki import Authority, ensure_authority
from certificates.verification import Verdict, verify
from engine.clock import FixedClock
from engine.ports import IssuedPdf, IssueRequest

TYPES = Path(__file__).parents[2] / "certificates" / "types"


def contents_range(pdf: bytes) -> tuple[int, int]:
    match = re.search(rb"/Contents (<[0-9a-f]+>)", pdf)
    assert match
    return match.span(1)


def judged(signature: Any, context: ValidationContext) -> Any:
    """pyHanko's status, from a thread of its own: a browser test may have left an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, signature, context).result()


def test_own_file_is_intact_and_names_its_signer(
    issued: IssuedPdf, residence: IssueRequest, authority: Authority
) -> None:
    report = verify(issued.content, authority.root)
    assert report.is_valid, report
    assert report.signer_name == residence.body_name
    assert report.signer_code == residence.body_code
    assert report.signer_serial == issued.signer_serial
    assert report.signed_at == residence.issued_at
    assert report.covers_whole_file


def test_pyhanko_trusts_the_signature_under_our_root(issued: IssuedPdf, authority: Authority) -> None:
    root = asn1_x509.Certificate.load(authority.root.public_bytes(Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(issued.content)).embedded_signatures
    context = ValidationContext(trust_roots=[root], moment=datetime(2026, 11, 21, tzinfo=UTC))
    status = judged(signature, context)
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok


def test_pyhanko_distrusts_the_signature_under_another_root(issued: IssuedPdf, tmp_path: Path) -> None:
    other = ensure_authority(tmp_path, FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    root = asn1_x509.Certificate.load(other.root.public_bytes(Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(issued.content)).embedded_signatures
    context = ValidationContext(trust_roots=[root], moment=datetime(2026, 11, 21, tzinfo=UTC))
    assert not judged(signature, context).bottom_line


def one_bit_in_a_stream(pdf: bytes) -> bytes:
    at = pdf.index(b"\nstream\n", contents_range(pdf)[1]) + 20
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def bytes_after_the_end(pdf: bytes) -> bytes:
    return pdf + b"\n"


def page_appended_as_a_revision(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = DictionaryObject({NameObject("/Type"): NameObject("/Page")})
    kids = writer.root["/Pages"]["/Kids"]
    kids.append(writer.add_object(page))
    writer.root["/Pages"][NameObject("/Count")] = NumberObject(2)
    writer.update_container(kids)
    writer.update_container(writer.root["/Pages"])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rewritten(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()


def page_appended_by_rewriting(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def digit_inside_the_signature(pdf: bytes) -> bytes:
    begin, end = contents_range(pdf)
    at = begin + len(pdf[begin : end - 1].rstrip(b"0")) - 8  # within the value that closes the structure
    return pdf[:at] + (b"0" if pdf[at : at + 1] != b"0" else b"1") + pdf[at + 1 :]


def padding_of_the_slot_used(pdf: bytes) -> bytes:
    _, end = contents_range(pdf)
    return pdf[: end - 3] + b"1" + pdf[end - 2 :]


def byte_range_narrowed(pdf: bytes) -> bytes:
    match = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    assert match
    begin, end, rest = match.span(3)[0], match.span(3)[1], int(match[3])
    return pdf[:begin] + str(rest - 10).encode().ljust(end - begin) + pdf[end:]


def cut_short(pdf: bytes) -> bytes:
    return pdf[:-40]


@pytest.mark.parametrize(
    "tamper",
    [
        one_bit_in_a_stream,
        bytes_after_the_end,
        page_appended_as_a_revision,
        rewritten,
        page_appended_by_rewriting,
        digit_inside_the_signature,
        padding_of_the_slot_used,
        byte_range_narrowed,
        cut_short,
    ],
)
def test_tampered_file_is_reported_as_altered(
    tamper: Callable[[bytes], bytes], issued: IssuedPdf, authority: Authority
) -> None:
    report = verify(tamper(issued.content), authority.root)
    assert report.verdict is Verdict.ALTERED, report
    assert not report.is_valid
    assert report.signer_name == ""


def test_stripped_signature_leaves_no_valid_certificate_even_with_the_seal_painted_on(
    issued: IssuedPdf, authority: Authority
) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(issued.content)) as document:
        page = document.pages[0]
        page.Resources.XObject = pikepdf.Dictionary(Seal=page.Annots[0].AP.N)
        page.contents_add(b"q 1 0 0 1 300 250 cm /Seal Do Q")
        del page.Annots
        del document.Root.AcroForm
        del document.Root.Perms
        document.save(out)
    assert verify(out.getvalue(), authority.root).verdict is Verdict.NO_SIGNATURE


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF\n", "一份文本".encode()])
def test_file_without_signature_says_so(content: bytes, authority: Authority) -> None:
    assert verify(content, authority.root).verdict is Verdict.NO_SIGNATURE


def test_same_names_under_another_authority_are_an_unknown_signer(
    residence: IssueRequest, authority: Authority, work_dir: Path, tmp_path: Path
) -> None:
    ensure_authority(tmp_path / "forger", FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    forger = CertificateIssuer(tmp_path / "forger", work_dir / "fonts", TYPES, "https://yimen.example.cn")
    forged = forger.issue(residence)
    assert verify(forged.content, authority.root).verdict is Verdict.UNKNOWN_SIGNER


def test_time_outside_the_certificates_life_is_refused(
    issued: IssuedPdf, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certificates.verification._signing_time", lambda _covered: datetime(2020, 1, 1, tzinfo=UTC))
    assert verify(issued.content, authority.root).verdict is Verdict.ALTERED


def test_any_changed_byte_outside_the_signature_is_found(issued: IssuedPdf, authority: Authority) -> None:
    begin, end = contents_range(issued.content)
    choice = random.Random(20261120)
    flipped = 0
    while flipped < 200:
        at = choice.randrange(len(issued.content))
        if begin <= at < end:
            continue
        changed = bytearray(issued.content)
        changed[at] ^= 1 << choice.randrange(8)
        assert not verify(bytes(changed), authority.root).is_valid, at
        flipped += 1


def test_any_changed_byte_inside_the_signature_is_found_too(issued: IssuedPdf, authority: Authority) -> None:
    begin, end = contents_range(issued.content)
    choice = random.Random(20261121)
    for at in choice.sample(range(begin, end), 300):
        changed = bytearray(issued.content)
        changed[at] ^= 1 << choice.randrange(8)
        assert not verify(bytes(changed), authority.root).is_valid, at
