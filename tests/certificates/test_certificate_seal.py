"""The seal: true size, standing over issuer and date, and nowhere but in the signature field."""

from __future__ import annotations

import io

import pypdf
import pytest

from certificates.fonts import font_book
from certificates.issuer import CertificateIssuer
from certificates.seal import round_seal
from certificates.types_reader import FaceLibrary
from engine.ports import IssuedPdf

MM = 72 / 25.4
SEAL_RED = b"0.902 0 0.071"


@pytest.fixture
def page(issued: IssuedPdf) -> pypdf.PageObject:
    return pypdf.PdfReader(io.BytesIO(issued.content)).pages[0]


@pytest.fixture
def field(page: pypdf.PageObject) -> pypdf.generic.DictionaryObject:
    (annotation,) = page["/Annots"]
    return annotation.get_object()


def test_seal_is_42_mm_in_both_directions(field: pypdf.generic.DictionaryObject) -> None:
    left, bottom, right, top = (float(value) / MM for value in field["/Rect"])
    assert right - left == pytest.approx(42, abs=0.5)
    assert top - bottom == pytest.approx(42, abs=0.5)
    box = [float(value) / MM for value in field["/AP"]["/N"]["/BBox"]]
    assert box == pytest.approx([0, 0, 42, 42], abs=0.5)


def test_seal_is_the_appearance_of_the_signature_and_lets_text_show_through(
    field: pypdf.generic.DictionaryObject,
) -> None:
    assert field["/FT"] == "/Sig"
    appearance = field["/AP"]["/N"]
    assert SEAL_RED in appearance.get_data()
    assert appearance["/Resources"]["/ExtGState"]["/M"]["/BM"] == "/Multiply"


def test_seal_is_not_in_the_page_content(page: pypdf.PageObject) -> None:
    assert SEAL_RED not in page.get_contents().get_data()
    assert "/XObject" not in page["/Resources"]


def test_seal_holds_outlines_and_no_font(field: pypdf.generic.DictionaryObject) -> None:
    appearance = field["/AP"]["/N"]
    assert b" Tf" not in appearance.get_data()
    assert "/Font" not in appearance["/Resources"]


def test_placement_reported_is_the_placement_made(issued: IssuedPdf, field: pypdf.generic.DictionaryObject) -> None:
    left, bottom, right, top = (float(value) / MM for value in field["/Rect"])
    (seal,) = issued.seals
    assert (seal.x_mm, seal.y_mm) == pytest.approx(((left + right) / 2, (bottom + top) / 2), abs=0.01)
    assert seal.diameter_mm == 42


def test_issuer_and_date_stand_a_little_below_the_middle_and_the_body_above_the_seal(
    issuer: CertificateIssuer, library: FaceLibrary
) -> None:
    for face in library.faces.values():
        request = face.sample("https://yimen.example.cn")
        printed = issuer.issue(request)
        heights: list[tuple[str, float]] = []
        reader = pypdf.PdfReader(io.BytesIO(printed.content))

        def note(text: str, cm: list[float], tm: list[float], *_font: object, to: list = heights) -> None:
            if text.strip():
                to.append((text, (tm[5] * cm[3] + cm[5]) / MM))

        reader.pages[0].extract_text(visitor_text=note)
        seal = printed.seals[0]
        date = next(y for text, y in heights if text.strip() == "2026年11月20日")
        body = [y for text, y in heights if y > date + 12]
        name = next(y for text, y in heights if text.strip() == request.body_name)
        assert seal.y_mm - 21 < date < (name + date) / 2 < seal.y_mm < name + 6
        gap_mm = min(body) - (seal.y_mm + 21)
        assert 0 <= gap_mm <= 10.3, face.key  # clear of the last line, and no more than one line from it


@pytest.mark.parametrize("name", ["社区", "幸福市东湖区民政局", "幸福市东湖区和平街道阳光社区居民委员会", "幸" * 30])
def test_whole_seal_stays_inside_its_square(name: str, issuer: CertificateIssuer, work_dir: object) -> None:
    glyphs = font_book(work_dir / "fonts").serif.glyphs  # type: ignore[operator]
    seal = round_seal(name, glyphs)
    numbers = [
        float(word) for line in seal.operators.decode().splitlines() if line[-1] in "mlc" for word in line.split()[:-1]
    ]
    assert min(numbers) >= 0
    assert max(numbers) <= seal.side


def test_seal_says_specimen(issuer: CertificateIssuer, work_dir: object, monkeypatch: pytest.MonkeyPatch) -> None:
    glyphs = font_book(work_dir / "fonts").serif.glyphs  # type: ignore[operator]
    marked = round_seal("阳光社区", glyphs).operators
    monkeypatch.setattr("certificates.seal.SPECIMEN_MARK", "")
    unmarked = round_seal.__wrapped__("阳光社区", glyphs).operators
    assert marked.startswith(unmarked)
    assert marked.count(b"\nB") == unmarked.count(b"\nB") + 2
