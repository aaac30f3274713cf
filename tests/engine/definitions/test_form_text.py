"""The form file is read along one schema; its canonical text says the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.bundle import PROJECT_ROOT
from engine.definitions.emit_form import emit_form
from engine.definitions.parse import parse_item, read_item
from engine.definitions.schema import schema_document
from engine.definitions.yaml_reader import load_yaml
from engine.errors import DefinitionInvalid
from engine.terms import DayUnit, ItemType, Lane, Level, Stage


def test_the_example_is_read_into_the_words_of_the_domain(definition):
    assert definition.item_type is ItemType.BENEFIT
    assert definition.decide_level is Level.DISTRICT
    assert definition.limits.promised.amount == 20
    assert definition.limits.procedure("publicity").limit.unit is DayUnit.NATURAL_DAY
    assert definition.valid_from == date(2026, 1, 1)
    assert definition.condition("income").when.names == {
        "household.income_per_capita",
        "policy.dibao_standard",
        "form.apply_mode",
        "form.severe_illness",
    }
    assert definition.fields["monthly_amount"].provided_by == "staff"
    assert definition.fields["monthly_amount"].maximum == Decimal(5000)
    assert [d.id for d in definition.documents] == ["identity_card", "income_statement", "disability_card"]
    assert definition.documents[0].licence == "SFZ"
    assert definition.process.node("acceptance").stage is Stage.ACCEPT
    assert definition.process.lane_of(definition.process.node("visit")).lane is Lane.STREET
    assert definition.fragments["seal_and_deliver"].node("deliver").stage is Stage.DELIVER
    assert definition.tables["allowance_grade"].outputs == (("grade", "string"),)
    assert len(definition.scenario_names) == 4


def test_a_group_may_be_used_in_part_and_in_other_words(bundle):
    use = """- use: applicant
    title: 申请人信息
    only: [applicant_name, applicant_id]
    optional: [applicant_id]
    labels: {applicant_name: 姓名}""".encode()
    changed = parse_item(bundle.with_text(bundle.form_name, bundle.form_text.replace(b"- use: applicant", use)))
    section = changed.form[0]
    assert (section.id, section.title) == ("applicant", "申请人信息")
    assert [(f.name, f.label, f.required) for f in section.fields] == [
        ("applicant_name", "姓名", True),
        ("applicant_id", "公民身份号码", False),
    ]


def test_all_faults_of_form_are_named_at_once(bundle):
    text = (
        bundle.form_text.replace(b"visits: 1", b"visits: x")
        .replace(b"theme: JZ", b"theem: JZ")
        .replace(b"fee: ", b"fee_: ")
    )
    definition, findings = read_item(bundle.with_text(bundle.form_name, text))
    assert definition is None
    assert len(findings) >= 4
    with pytest.raises(DefinitionInvalid) as refusal:
        parse_item(bundle.with_text(bundle.form_name, text))
    assert len(refusal.value.detail["findings"]) == len(findings)
    assert refusal.value.line == findings[0].line > 0


@pytest.mark.parametrize("part", ["form_name", "process_name"])
def test_a_missing_file_is_named(bundle, part):
    texts = {name: text for name, text in bundle.texts.items() if name != getattr(bundle, part)}
    _, findings = read_item(type(bundle)(bundle.key, texts))
    assert "mirror.files" in {f.rule for f in findings}


def test_the_canonical_form_text_says_the_same(bundle):
    plain = load_yaml(bundle.form_text, "x")
    text = emit_form(plain)
    assert load_yaml(text, "x") == plain
    assert emit_form(load_yaml(text, "x")) == text
    assert max(len(line) for line in text.decode().splitlines()) <= 130


TEXTS = st.text(min_size=1, max_size=30).filter(lambda t: t.strip())
AWKWARD = st.sampled_from(
    [
        *("no", "0137", "2026-01-01", "a: b", "#x", "- x", "'", '"', "null", " x ", "x\ny", "是", "1.5", "~", "[a]"),
        *("{b", "a, b", "\u2028", "\x85", 'it\'s "so"'),
    ]
)


@given(st.lists(TEXTS | AWKWARD, min_size=1, max_size=4), TEXTS | AWKWARD, st.decimals(-1000, 1000, places=2))
def test_any_text_survives_the_canonical_form(choices, label, bound):
    field = {"name": "x", "label": label, "type": "choice", "choices": choices, "min": bound}
    item = {"title": label, "aliases": choices, "form": [{"id": "a", "title": label, "fields": [field]}]}
    assert load_yaml(emit_form(item), "x") == item


def test_a_key_the_schema_does_not_know_cannot_be_written():
    with pytest.raises(DefinitionInvalid, match="titel"):
        emit_form({"titel": "x"})


def test_the_manual_lists_every_key_of_the_schema():
    manual = Path(PROJECT_ROOT, "docs", "definition-format.md").read_text("utf8")
    names = {entry["path"].rpartition(".")[2] for entry in schema_document()}
    assert {name for name in names if f"`{name}`" not in manual} == set()


def test_the_schema_document_is_plain_and_explains_every_key():
    document = schema_document()
    assert len({entry["path"] for entry in document}) == len(document)
    assert all(entry["label"] and entry["type"] for entry in document)
    assert next(e for e in document if e["path"] == "limits.promised.unit")["values"]["working_day"] == "个工作日"
