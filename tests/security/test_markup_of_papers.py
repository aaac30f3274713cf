"""Names and answers are printed as they are: in charts, on certificates and in the names of files they do nothing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from flask import Flask

from api.rest.answers import file_answer
from api.web.drawing import draw_process
from certificates.errors import FaceInvalid
from certificates.templates import environment, filled
from engine.definitions.bundle import read_bundle
from engine.definitions.parse import parse_item
from tests.story import EXAMPLE, EXAMPLE_ROOT, example_as

HOSTILE = ('</p><sign issuer="假"/>', "<script>alert(1)</script>", "&xxe;", "]]>", '"><b onload="x">', "{{ 7 * 7 }}")


@pytest.mark.parametrize("value", HOSTILE)
def test_a_fact_on_a_certificate_is_text_and_never_a_tag(value: str) -> None:
    templates = environment({"face": '<page><p title="{{ facts.name }}">{{ facts.name }}</p></page>'})
    (paragraph,) = ElementTree.fromstring(filled(templates, "face", {"facts": {"name": value}}))
    assert (paragraph.text, paragraph.get("title"), len(paragraph)) == (value, value, 0)


@pytest.mark.parametrize(
    "source",
    ["{{ facts.__class__.__mro__ }}", "{{ ''.__class__.__base__.__subclasses__() }}", "{{ facts.update({'a': 1}) }}"],
)
def test_a_face_template_reaches_nothing_but_its_facts(source: str) -> None:
    with pytest.raises(FaceInvalid):
        filled(environment({"face": source}), "face", {"facts": {"name": "甲"}})


def test_names_in_a_chart_are_text_whatever_they_contain() -> None:
    plain = parse_item(read_bundle(EXAMPLE, EXAMPLE_ROOT)).process
    name = next(node.name for node in plain.nodes if node.kind == "userTask")
    hostile = "&lt;script&gt;x&lt;/script&gt;&quot;&gt;"
    changed = parse_item(example_as("MZ-908", "mz-908-hostile-chart", {f'name="{name}"': f'name="{hostile}"'}))
    drawn = str(draw_process(changed.process, drawing_id='"><script>'))
    chart = ElementTree.fromstring(drawn)
    assert not [element for element in chart.iter() if element.tag.endswith(("script", "foreignObject", "image", "a"))]
    assert not [name for element in chart.iter() for name in element.attrib if name.startswith("on") or "href" in name]


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.pdf", 'a"; filename="b.exe', "证明〔2026〕1号.pdf", "a;b\\c.pdf"]
)
def test_the_name_of_a_file_ends_no_header(app: Flask, name: str) -> None:
    with app.test_request_context():
        header = file_answer(b"%PDF", name, "application/pdf").headers["Content-Disposition"]
    assert header.isascii()
    assert not set(header) & set('\r\n"\\')
    assert header.count(";") == 1
