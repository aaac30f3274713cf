"""The YAML of definitions means what it looks like, and nothing can be hidden in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.findings import Findings
from engine.definitions.yaml_reader import MAX_BYTES, load_yaml, read_yaml
from engine.errors import DefinitionInvalid


def test_values_keep_their_kind():
    text = "a: 3\nb: 1.50\nc: 2026-01-01\nd: true\ne: 文字\nf: '0137'\ng: null\non: 2026-03-02\nh: [1, x]\n"
    assert load_yaml(text.encode(), "x") == {
        "a": 3,
        "b": Decimal("1.50"),
        "c": date(2026, 1, 1),
        "d": True,
        "e": "文字",
        "f": "0137",
        "g": None,
        "on": date(2026, 3, 2),
        "h": [1, "x"],
    }


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("a: 1\nb: yes", "yaml.plain", 2),
        ("a: NO", "yaml.plain", 1),
        ("a: True", "yaml.plain", 1),
        ("a: 0137", "yaml.plain", 1),
        ("a: 0x1F", "yaml.plain", 1),
        ("a: 1_000", "yaml.plain", 1),
        ("a: 1e9", "yaml.plain", 1),
        ("a: 12:30", "yaml.plain", 1),
        ("a: .inf", "yaml.plain", 1),
        ("a: 2026-02-30", "yaml.plain", 1),
        ("a: " + "9" * 5000, "yaml.plain", 1),
        ("a: 1\nb: 2\na: 3", "yaml.duplicate", 3),
        ("a: &x 1\nb: *x", "yaml.limit", 1),
        ("a: !!python/object:os.system 1", "yaml.limit", 1),
        ("a: !own 1", "yaml.limit", 1),
        ("base: {x: 1}\nb:\n  <<: {x: 2}", "yaml.limit", 3),
        ("? [1, 2]\n: 3", "yaml.limit", 1),
        ("a: " + "[" * 20 + "]" * 20, "yaml.limit", 1),
        ("a: 1\n---\nb: 2", "yaml.limit", 2),
        ("a: [1, 2", "yaml.syntax", 1),
        ("a: 1\n\tb: 2", "yaml.syntax", 2),
        ("a: \x07", "yaml.syntax", 1),
    ],
)
def test_what_could_be_misread_is_refused_with_its_line(text, rule, line):
    found = Findings("x.yaml")
    read_yaml(text.encode(), found)
    assert [(f.rule, f.line) for f in found][:1] == [(rule, line)]
    with pytest.raises(DefinitionInvalid):
        load_yaml(text.encode(), "x.yaml")


def test_size_and_encoding_are_bounded():
    for data in (b"a: " + b"x" * MAX_BYTES, "a: 你".encode("gbk")):
        with pytest.raises(DefinitionInvalid):
            load_yaml(data, "x")


def test_several_faults_are_reported_together():
    found = Findings("x")
    read_yaml(b"a: no\nb: 0137\na: 2\n", found)
    assert [f.line for f in found] == [1, 2, 3]


def test_lines_are_those_of_the_keys():
    node = read_yaml(b"a:\n  b:\n    - x\n    - y\n", Findings("x"))
    assert node.value["a"].line == 1
    assert node.value["a"].value["b"].line == 2
    assert [n.line for n in node.value["a"].value["b"].value] == [3, 4]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_xyz", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


class JsonStyle(yaml.SafeDumper):
    """Quotes every text and never writes an alias."""

    def ignore_aliases(self, data):
        return True


JsonStyle.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@given(st.dictionaries(st.text("abc_xyz", min_size=1, max_size=6), JSON, max_size=5))
def test_what_a_standard_writer_quotes_is_read_back(value):
    text = yaml.dump(value, Dumper=JsonStyle, allow_unicode=True)
    assert load_yaml(text.encode(), "x") == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_findings(data):
    found = Findings("x")
    assert read_yaml(data, found) is not None or found.found
