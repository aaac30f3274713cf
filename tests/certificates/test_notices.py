"""Counter documents: every kind prints its sample, sealed or not."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
import yaml

from certificates.errors import FaceInvalid, FaceUnknown
from certificates.notice_templates import UNFAVOURABLE
from certificates.notices import COMPLETE, NoticeKind, NoticePrinter
from certificates.pki import Authority
from certificates.verification import Verdict, verify
from engine.ports import NoticeRequest
from engine.terms import Signal

NOTICES = Path(__file__).parents[2] / "certificates" / "notices"
SAMPLES = yaml.safe_load((NOTICES / "samples.yaml").read_text(encoding="utf-8"))
STREET, CODE = "幸福市东湖区和平街道办事处", "11370102MB1234567U"


@pytest.fixture(scope="module")
def printer(work_dir: Path, authority: Authority) -> NoticePrinter:
    return NoticePrinter(work_dir / "authority", work_dir / "fonts", "https://yimen.example.cn")


def request(kind: str, *, seal_name: str = "", **facts: object) -> NoticeRequest:
    sample = SAMPLES[kind]
    return NoticeRequest(
        notice_key=kind,
        number=sample["number"],
        facts={**sample["facts"], **facts},
        body_name=STREET,
        body_code=CODE,
        issued_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
        tracking_url="https://yimen.example.cn/t/370102026112000316",
        seal_name=seal_name,
    )


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_notice_bears_title_number_body_date_and_phones(kind: NoticeKind, printer: NoticePrinter) -> None:
    text = text_of(printer.render(request(kind.value)))
    sample = SAMPLES[kind.value]
    expected = [kind.label, sample["number"], STREET, "2026年11月20日", "0531-00000000", "12345"]
    expected.append(sample["facts"].get("applicant", sample["facts"].get("to")))
    assert [word for word in expected if word not in text] == []


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_sealed_notice_verifies(kind: NoticeKind, printer: NoticePrinter, authority: Authority) -> None:
    report = verify(printer.render(request(kind.value, seal_name=STREET)), authority.root)
    assert report.verdict is Verdict.INTACT
    assert report.signer_name == STREET


def test_unsealed_notice_has_no_signature_and_does_not_speak_of_one(
    printer: NoticePrinter, authority: Authority
) -> None:
    pdf = printer.render(request("receipt"))
    assert verify(pdf, authority.root).verdict is Verdict.NO_SIGNATURE
    assert "电子印章" not in text_of(pdf)


def test_negative_notices_name_the_remedies(printer: NoticePrinter) -> None:
    for kind in UNFAVOURABLE:
        text = text_of(printer.render(request(kind.value)))
        assert "六十日内依法申请行政复议" in text
        assert "六个月内依法向人民法院提起行政诉讼" in text


@pytest.mark.parametrize("signal", [signal.label for signal in Signal])
def test_a_card_notice_names_its_signal_in_the_title(signal: str, printer: NoticePrinter) -> None:
    assert f"（{signal}）" in text_of(printer.render(request("card_notice", signal=signal)))


def test_identity_number_is_masked(printer: NoticePrinter) -> None:
    text = text_of(printer.render(request("acceptance")))
    assert "990102196509080045" not in text
    assert "0045" in text


def test_one_time_notice_lists_every_correction_over_several_pages(printer: NoticePrinter) -> None:
    corrections = [{"title": f"第{number}项材料", "problem": "未提交", "how_to": "提交原件"} for number in range(1, 61)]
    pdf = printer.render(request("one_time_notice", corrections=corrections, seal_name=STREET))
    text = text_of(pdf)
    assert all(f"第{number}项材料" in text for number in range(1, 61))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) >= 2


LONG = "因申请人家庭成员在外省就业，收入情况需要向就业地协查，" * 72


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("extension", {"reason": LONG}),
        ("termination", {"reason": LONG}),
        ("refusal", {"reason": LONG}),
        ("supervision_order", {"matter": LONG}),
        ("card_notice", {"fact": LONG}),
        ("service_return", {"refusal": LONG}),
        ("referral", {"alternative": LONG}),
        ("gap_commitment", {"consequence": LONG, "missing": [{"title": "材料", "how_to": LONG}]}),
        ("one_time_notice", {"corrections": [{"title": "材料", "problem": LONG, "how_to": LONG}]}),
        ("correction", {"corrections": [{"title": LONG, "problem": LONG, "how_to": "补正"}]}),
    ],
)
def test_a_text_of_two_thousand_characters_is_printed_whole_with_page_numbers(
    kind: str, facts: dict[str, object], printer: NoticePrinter
) -> None:
    pdf = printer.render(request(kind, seal_name=STREET, **facts))
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    text = text_of(pdf)
    assert 3 <= pages <= 15
    assert f"第{pages}页　共{pages}页" in text
    longest = str(facts).count("协查，")
    assert text.count("协查") >= longest * 0.8  # a word divided between lines is read as two


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind not in COMPLETE])
def test_a_paper_about_the_handling_is_printed_with_a_dash_for_what_is_missing(
    kind: NoticeKind, printer: NoticePrinter
) -> None:
    complete = request(kind.value)
    bare = NoticeRequest(kind.value, complete.number, {}, STREET, CODE, complete.issued_at, complete.tracking_url)
    assert "—" in text_of(printer.render(bare))


def test_missing_fact_names_the_template(printer: NoticePrinter) -> None:
    complete = request("grant")
    facts = {name: value for name, value in complete.facts.items() if name != "decision"}
    broken = NoticeRequest("grant", complete.number, facts, STREET, CODE, complete.issued_at, complete.tracking_url)
    with pytest.raises(FaceInvalid, match="decision") as caught:
        printer.render(broken)
    assert caught.value.file == "grant.xml.j2"


def test_unknown_notice_is_refused(printer: NoticePrinter) -> None:
    sample = request("receipt")
    with pytest.raises(FaceUnknown, match="postcard"):
        printer.render(
            NoticeRequest("postcard", sample.number, sample.facts, STREET, CODE, sample.issued_at, sample.tracking_url)
        )
