"""Texts of documents that officers edit: what they must say, what they cannot do, and where a fault is."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from certificates.errors import FaceInvalid, FaceUnknown
from certificates.notice_templates import LARGEST_TEXT, sample, supplied_text
from certificates.notices import NoticeKind, NoticePrinter
from certificates.pki import Authority

EXTENSION = NoticeKind.EXTENSION


@pytest.fixture(scope="module")
def printer(work_dir: Path, authority: Authority) -> NoticePrinter:
    return NoticePrinter(work_dir / "authority", work_dir / "fonts", "https://yimen.example.cn")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def edited(old: str, new: str) -> str:
    text = supplied_text(EXTENSION)
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_supplied_text_satisfies_what_is_asked_of_an_edited_one(kind: NoticeKind, printer: NoticePrinter) -> None:
    printer.check(kind.value, supplied_text(kind))


def test_an_edited_text_is_what_is_printed(printer: NoticePrinter) -> None:
    text = edited("延期理由：", "延长的理由如下：")
    printer.check(EXTENSION.value, text)
    assert "延长的理由如下：" in text_of(printer.preview(EXTENSION, text))
    assert "延长的理由如下：" not in text_of(printer.preview(EXTENSION))


def test_an_edited_text_prints_a_dash_for_what_was_not_given(printer: NoticePrinter) -> None:
    request = sample(EXTENSION, edited("{{ facts.reason }}", "{{ facts.reason }}{{ facts.remark }}"), "https://x.cn")
    facts = {**request.facts, "approver": ""}
    assert "经—批准" in text_of(printer.render(replace(request, facts=facts)))


# A change of the supplied text -> line of the fault (0: the whole), words of the refusal.
FAULTS = {
    "a missing fact": ("延期理由：{{ facts.reason }}", "延期理由见原件", 0, "facts.reason"),
    "no remedies": ('  {% include "_remedies.xml.j2" %}\n', "", 0, "行政复议"),
    "an open brace": ("{{ number }}", "{{ number ", 3, "模板写法有误"),
    "a foreign tag": ("<number>", "<script/><number>", 3, "<script>"),
    "an entity": ("{% set note", '<!DOCTYPE p [<!ENTITY a "x">]>{% set note', 1, "声明"),
    "an unclosed tag": ("<title after", "<p><title after", 0, "XML"),
    "no signature": ("<sign issuer=", "<p issuer=", 0, "<sign>"),
    "a word nobody knows": ("{{ title }}", "{{ titel }}", 4, "titel"),
    "a call": ("{{ title }}", "{{ range(10) }}", 4, "Call"),
    "arithmetic": ("{{ title }}", "{{ 'x' * 1000000000 }}", 4, "Mul"),
    "an item": ("{{ title }}", "{{ facts['reason'] }}", 4, "Getitem"),
    "a filter of the library": ("{{ title }}", "{{ title|center(1000000000) }}", 4, "center"),
    "a foreign include": ("{{ title }}", '{% include "../secret" %}', 4, "公用段落"),
    "a macro": ("{{ title }}", "{% macro a() %}{% endmacro %}", 4, "Macro"),
    "an enormous letter": ("<p>延期理由", '<p size="900">延期理由', 0, "size"),
    "a length that is none": ("<p>延期理由", '<p before="nan">延期理由', 0, "before"),
    "a table wider than the paper": ('cols="34 44 34 44"', 'cols="34 44 34 440"', 0, "cols"),
    "a column too few": ("<th>延长后期限</th>", "", 0, "列"),
    "loops in loops": (
        "{{ title }}",
        "{% for a in facts.a %}{% for b in facts.a %}{% for c in facts.a %}{{ c }}{% endfor %}{% endfor %}{% endfor %}",
        0,
        "循环",
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_of_an_edited_text_is_refused_with_its_line(fault: str, printer: NoticePrinter) -> None:
    old, new, line, words = FAULTS[fault]
    with pytest.raises(FaceInvalid) as refusal:
        printer.check(EXTENSION.value, edited(old, new))
    assert words in str(refusal.value)
    assert refusal.value.file == "extension.xml.j2"
    if line:
        assert refusal.value.line == line


def test_a_text_has_a_bounded_length(printer: NoticePrinter) -> None:
    with pytest.raises(FaceInvalid, match="不得超过"):
        printer.check(EXTENSION.value, edited("延期理由：", "延" * LARGEST_TEXT))


def test_there_is_no_text_for_an_unknown_kind(printer: NoticePrinter) -> None:
    with pytest.raises(FaceUnknown):
        printer.check("postcard", "<page/>")
