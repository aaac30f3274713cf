"""The vocabularies all items share: complete, dated, and explained in Chinese."""

from __future__ import annotations

from datetime import date

import pytest

from engine.definitions.bundle import PROJECT_ROOT, read_vocabulary, shared_part_names
from engine.definitions.checks import duplicate_codes
from engine.definitions.checks.negative_list import TITLES, matches
from engine.definitions.findings import Findings
from engine.definitions.schema import DOCUMENT_FILE, FIELD_GROUP_FILE
from engine.definitions.shape_reader import ShapeReader
from engine.definitions.shared import labels, parse_shared
from engine.definitions.yaml_reader import read_yaml
from engine.errors import DefinitionInvalid

NAMES = ("departments", "licences", "themes", "facts", "parameters")


@pytest.fixture
def texts():
    return {name: read_vocabulary(name) for name in NAMES}


def test_the_vocabularies_are_complete(shared):
    assert len(shared.departments) == 23
    assert len(shared.licences) == 44
    assert len(shared.themes) == 20
    assert shared.departments["civil_affairs"].code == "MZ"
    assert len({d.code for d in shared.departments.values()}) == 23


def test_a_parameter_has_the_value_of_the_day_and_its_basis(texts):
    path, text = texts["parameters"]
    later = text.replace(
        b"  values:\n    - {from: 2025-01-01, value: 780,",
        "  values:\n    - {from: 2026-07-01, value: 820, basis: 某文件}\n    - {from: 2025-01-01, value: 780,".encode(),
    )
    shared = parse_shared({**texts, "parameters": (path, later)})
    assert shared.value_on("dibao_standard", date(2026, 6, 30)).value == 780
    assert shared.value_on("dibao_standard", date(2026, 7, 1)).value == 820
    assert shared.value_on("dibao_standard", date(2026, 7, 1)).basis == "某文件"
    assert shared.policy_on(date(2026, 7, 1))["dibao_standard"] == 820


def test_a_day_before_the_first_value_has_none(shared):
    with pytest.raises(DefinitionInvalid, match="2024-12-31"):
        shared.value_on("dibao_standard", date(2024, 12, 31))
    assert "dibao_standard" not in shared.policy_on(date(2024, 12, 31))


def test_example_values_say_so(shared):
    examples = [v for p in shared.parameters.values() for v in p.values if v.example]
    assert examples
    assert all("示例值" in v.basis for v in examples)


def test_a_fact_of_an_unknown_source_is_refused(texts):
    path, text = texts["facts"]
    broken = text.replace(
        b"applicant.age: {type: integer, source: DERIVED", b"applicant.age: {type: integer, source: NOWHERE"
    )
    assert broken != text
    with pytest.raises(DefinitionInvalid) as refusal:
        parse_shared({**texts, "facts": (path, broken)})
    assert refusal.value.key == "applicant.age"
    assert refusal.value.line > 0


def test_every_shared_group_and_document_can_be_read_and_prefills_known_facts(shared):
    names = [n for n in shared_part_names() if n.endswith(".yaml")]
    assert names
    for name in names:
        found = Findings(name)
        record = FIELD_GROUP_FILE if "field_groups" in name else DOCUMENT_FILE
        entry = ShapeReader(found).read(read_yaml((PROJECT_ROOT / name).read_bytes(), found), record)
        assert list(found) == []
        assert all(shared.fact(f["prefill"]) for f in entry.get("fields", ()) if "prefill" in f)
        assert entry.get("licence", "SFZ") in shared.licences


def test_labels_name_every_path_the_definition_reads(definition, shared):
    found = labels(definition, shared)
    assert found["household.income_per_capita"] == {"label": "共同生活成员月人均收入", "unit": "元"}
    assert found["policy.dibao_standard"]["unit"] == "元/人·月"
    assert found["form.apply_mode"]["label"] == "申请方式"
    assert found["district_decision"]["label"] == "确认补贴档次与金额的结论"


def test_two_items_with_one_code_are_found(definition):
    rules = {f.rule for f in duplicate_codes([definition, definition])}
    assert rules == {"codes.unique_code", "codes.unique_title", "codes.unique_title_en"}
    assert list(duplicate_codes([definition])) == []


@pytest.mark.parametrize("title", TITLES)
def test_each_of_the_twenty_forbidden_proofs_is_recognised(title):
    assert matches([title]) == title


@pytest.mark.parametrize(
    ("title", "entry"),
    [
        ("兹证明张三无违法犯罪记录", "无犯罪记录证明"),
        ("健在（生存）证明", "健在证明"),
        ("无住房证明", "居民财产证明"),
        ("未婚证明", "婚姻状况证明"),
        ("居住情况证明", ""),
        ("志愿服务记录证明", ""),
        ("低收入身份核验证明", ""),
        ("失业登记情况证明", ""),
        ("生育登记证明", ""),
    ],
)
def test_other_words_for_a_forbidden_proof_are_recognised_and_lawful_ones_are_not(title, entry):
    assert matches([title]) == entry
