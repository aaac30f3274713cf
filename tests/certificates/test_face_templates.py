"""Faults in templates are named with the template, never printed as a blank."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from certificates.errors import FaceInvalid
from certificates.issuer import CertificateIssuer
from certificates.pki import Authority
from certificates.templates import chinese_date, environment, fact_names, filled, minute, ymd, yuan
from certificates.types_reader import FaceLibrary
from engine.ports import IssueRequest

TYPES = Path(__file__).parents[2] / "certificates" / "types"
KEY = "zm-ms-01-actual-residence"
FILE = f"livelihood/{KEY}/face.xml.j2"
SIGN = '<sign issuer="{{ issuer }}" date="{{ issued_on|ymd }}"/>'


@pytest.fixture
def issue_with(tmp_path: Path, work_dir: Path, authority: Authority, residence: IssueRequest):
    def issue(source: str) -> bytes:
        folder = tmp_path / "types" / "livelihood" / KEY
        shutil.copytree(TYPES / "livelihood" / KEY, folder, dirs_exist_ok=True)
        (folder / "face.xml.j2").write_text(source, encoding="utf-8")
        issuer = CertificateIssuer(
            work_dir / "authority", work_dir / "fonts", tmp_path / "types", "https://yimen.example.cn"
        )
        return issuer.issue(residence).content

    return issue


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (f"<page><marquee>证明</marquee>{SIGN}</page>", "<marquee>"),
        (f"<page><p>兹<i>证明</i></p>{SIGN}</page>", "<i>"),
        (f"<page><p>{{{{ facts.no_such_fact }}}}</p>{SIGN}</page>", "no_such_fact"),
        (f"<page><p>{{{{ nobody }}}}</p>{SIGN}</page>", "nobody"),
        (f"<page><p>{{% if %}}</p>{SIGN}</page>", "模板写法"),
        (f"<page><p>证明</page>{SIGN}", "XML"),
        (f"<letter><p>证明</p>{SIGN}</letter>", "<letter>"),
        ("<page><p>证明</p></page>", "<sign>"),
        ('<page><p>证明</p><sign issuer="甲"/></page>', "<sign>"),
        (f'<page><p size="大">证明</p>{SIGN}</page>', "size"),
        (f'<page><table cols="30 30"><tr><td>一</td></tr></table>{SIGN}</page>', "1列"),
        (f'<page><table cols="30"><td>一</td></table>{SIGN}</page>', "<td>"),
        (f'<page><table cols="30"><tr><p>一</p></tr></table>{SIGN}</page>', "<p>"),
        (f"<page><table><tr></tr></table>{SIGN}</page>", "cols"),
        (f"<page><p>证明</p>{SIGN}<footer><td>一</td></footer></page>", "<td>"),
        (f"<page><p>{{{{ facts.holder|ymd }}}}</p>{SIGN}</page>", "格式"),
    ],
)
def test_fault_in_a_template_is_named_with_the_template(issue_with, source: str, fault: str) -> None:
    with pytest.raises(FaceInvalid) as caught:
        issue_with(source)
    assert caught.value.file == FILE
    assert fault in caught.value.message


def test_smallest_template_prints(issue_with) -> None:
    assert issue_with(f"<page><p>兹证明{{{{ facts.holder }}}}。</p>{SIGN}</page>").startswith(b"%PDF-1.7")


def test_template_cannot_reach_into_python() -> None:
    templates = environment({"face": "{{ ''.__class__.__mro__ }}"})
    with pytest.raises(FaceInvalid):
        filled(templates, "face", {})


def test_facts_of_a_template_are_those_it_prints() -> None:
    assert fact_names("{{ facts.holder }}{% if facts.work is defined %}{{ title }}{% endif %}", "face") == {
        "holder",
        "work",
    }


def test_sample_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "livelihood" / KEY
    shutil.copytree(TYPES / "livelihood" / KEY, folder)
    sample = folder / "sample.yaml"
    sample.write_text(sample.read_text(encoding="utf-8").replace("+08:00", ""), encoding="utf-8")
    with pytest.raises(FaceInvalid, match="时区"):
        FaceLibrary(tmp_path).face(KEY).sample("https://yimen.example.cn")


def test_dates_and_amounts_read_as_officials_write_them() -> None:
    from datetime import UTC, date, datetime

    assert ymd(date(2026, 3, 5)) == ymd("2026-03-05") == "2026年3月5日"
    assert ymd(datetime(2026, 3, 4, 17, tzinfo=UTC)) == "2026年3月5日"
    assert chinese_date("2026-11-20") == "二〇二六年十一月二十日"
    assert chinese_date("2030-10-31") == "二〇三〇年十月三十一日"
    assert minute(datetime(2026, 3, 5, 1, 5, tzinfo=UTC)) == "2026年3月5日9时05分"
    assert yuan("12345.5") == "12,345.50"
