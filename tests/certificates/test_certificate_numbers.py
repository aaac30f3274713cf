"""Numbers, identifiers, verification links and QR symbols."""

from __future__ import annotations

import re

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from certificates.identifier import certificate_identifier
from certificates.numbering import DocumentNumber, document_number
from certificates.qr import QrSymbol, check_code, site, verification_url


def test_number_is_written_as_official_documents_write_it() -> None:
    assert str(DocumentNumber("阳光社区居证", 2026, 57)) == "阳光社区居证〔2026〕57号"


@given(year=st.integers(2000, 2099), serial=st.integers(1, 999_999))
def test_written_number_reads_back(year: int, serial: int) -> None:
    number = DocumentNumber("东湖民低保", year, serial)
    assert document_number(str(number)) == number


@pytest.mark.parametrize("text", ["阳光〔2026〕057号", "阳光(2026)57号", "阳光〔2026〕第57号", "〔2026〕57号"])
def test_other_ways_of_writing_are_no_number(text: str) -> None:
    assert document_number(text) is None


@pytest.mark.parametrize(
    ("type_code", "issuer_code", "serial", "version", "check"),
    [
        ("11100000000013338W011", "11430000006122244L", "20230000403", 1, "U"),
        ("11100000000013338W009", "11330105002500287C", "2025052201", 2, "0"),
        ("11100000000013338W032", "11220000013544541J", "2430599", 1, "F"),
    ],
)
def test_identifier_ends_in_the_published_check_character(
    type_code: str, issuer_code: str, serial: str, version: int, check: str
) -> None:
    identifier = certificate_identifier(type_code, issuer_code, serial, version)
    assert identifier == f"1.2.156.3005.2.{type_code}.{issuer_code}.{serial}.{version:03d}.{check}"


def test_identifier_has_no_version_zero() -> None:
    with pytest.raises(ValueError, match="version"):
        certificate_identifier("11100000000013338W011", "11430000006122244L", "1", 0)


@given(number=st.text(min_size=1, max_size=30), code=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1))
def test_verification_link_is_plain_ascii_and_carries_the_code(number: str, code: str) -> None:
    link = verification_url("https://yimen.example.cn/", number, code)
    assert link.isascii()
    assert link.startswith("https://yimen.example.cn/v/")
    assert check_code(link) == code
    assert site(link) == "yimen.example.cn"


def test_link_without_code_has_an_empty_one() -> None:
    assert check_code("https://yimen.example.cn/t/1") == ""


class _Page:
    def __init__(self) -> None:
        self._code: list[str] = []


def test_symbol_drawn_is_the_symbol_of_the_link() -> None:
    link = verification_url("https://yimen.example.cn", "阳光社区居证〔2026〕57号", "93XM20TD")
    symbol = QrSymbol(link, 70)
    symbol.canv = _Page()
    symbol.draw()
    match = re.search(r"/W (\d+) /H (\d+).*ID\n([0-9a-f]+)>", symbol.canv._code[0], re.DOTALL)
    assert match
    count = int(match[1])
    length = -(-count // 8)
    data = bytes.fromhex(match[3])
    drawn = [
        [
            1 - int(bit)
            for bit in f"{int.from_bytes(data[row * length : (row + 1) * length], 'big'):0{8 * length}b}"[:count]
        ]
        for row in range(count)
    ]
    expected = segno.make_qr(link, error="m", mask=3, boost_error=False).matrix
    assert drawn == [list(row) for row in expected]
