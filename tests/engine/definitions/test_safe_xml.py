"""Uploaded XML can do no harm: no entities, no documents from elsewhere, bounded size."""

from __future__ import annotations

import pytest

from engine.definitions.xml import BPMN, MAX_BYTES, MAX_ELEMENTS, MAX_FLOW_NODES, parse_xml
from engine.errors import DefinitionInvalid

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<lolz>&lol2;</lolz>"""


def process(nodes: int, processes: int = 1) -> bytes:
    tasks = "".join(f'<bpmn:userTask id="t{i}"/>' for i in range(nodes))
    return f'<d xmlns:bpmn="{BPMN}">{f"<bpmn:process>{tasks}</bpmn:process>" * processes}</d>'.encode()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (LAUGHS.encode(), 2),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 1),
        (b"<a>\n&unknown;</a>", 2),
        (b"<a>\n<b></a>", 2),
        (b"", 1),
        (b"plain text", 1),
        ("<a>你好</a>".encode("gbk"), 1),
        ("<a/>".encode("utf-16"), 1),
        ("<a/>".encode("utf-7") + b"\xff", 1),
        (b"<a>" * 300 + b"</a>" * 300, 1),
        (b'<a b="1" b="2"/>', 1),
    ],
)
def test_unsafe_or_broken_xml_is_refused_with_its_line(data, line):
    with pytest.raises(DefinitionInvalid) as refusal:
        parse_xml(data, "upload.bpmn")
    assert (refusal.value.file, refusal.value.line) == ("upload.bpmn", line)
    assert refusal.value.hint


def test_the_declared_encoding_cannot_smuggle_a_document_type():
    """UTF-7 hides `<` from the search for DOCTYPE; the bytes are UTF-8 whatever the declaration says."""
    hidden = b'<?xml version="1.0" encoding="UTF-7"?><a>+ADwAIQ-DOCTYPE</a>'
    assert parse_xml(hidden, "x").text == "+ADwAIQ-DOCTYPE"


def test_sizes_are_bounded():
    for data in (
        b"<a>" + b" " * MAX_BYTES + b"</a>",
        b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>",
        process(MAX_FLOW_NODES + 1),
    ):
        with pytest.raises(DefinitionInvalid):
            parse_xml(data, "x")


def test_the_node_limit_is_per_process():
    assert len(parse_xml(process(MAX_FLOW_NODES, 2), "x")) == 2


def test_comments_and_processing_instructions_are_left_out():
    assert len(parse_xml(b"<?xml-stylesheet href='x'?><a><!-- c --><?run me?><b/></a>", "x")) == 1
