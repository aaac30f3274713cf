"""What an officer reads: why a condition holds, fails or cannot be judged, and what the nearest yes is."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import explain, parse, parse_unary

LABELS: dict[str, Any] = {
    "household.income_per_capita": {"label": "家庭人均月收入", "unit": "元"},
    "household.income_12m": {"label": "家庭年收入", "unit": "元"},
    "household.size": {"label": "家庭人口", "unit": "人", "type": "integer"},
    "policy.dibao_standard": {"label": "城乡低保标准", "unit": "元"},
    "applicant.age": {"label": "申请人周岁", "unit": "岁", "type": "integer"},
    "applicant.marital_status": "婚姻状况",
    "applicant.region": "户籍地",
    "household.is_dibao": "低保家庭",
    "form.change_date": "变更日期",
    "form.account": "银行账号",
    "subject.death_date": "死亡日期",
    "disability.level": "残疾等级",
}
FACTS: dict[str, Any] = {
    "household": {"income_per_capita": Decimal("1250.00"), "is_dibao": False, "income_12m": 45000, "size": 3},
    "applicant": {"age": 58, "marital_status": "未婚", "region": "320106"},
    "policy": {"dibao_standard": 1100},
    "region": {"city": "3301"},
    "form": {"change_date": "2026-03-05"},
    "subject": {"death_date": date(2026, 1, 1)},
    "disability": {"level": 3},
    "today": date(2026, 3, 1),
}

SENTENCES = [
    ("household.income_per_capita < 1100", "家庭人均月收入 1,250.00 元，须低于 1,100 元，超出 150 元以上"),
    (
        "household.income_per_capita <= policy.dibao_standard",
        "家庭人均月收入 1,250.00 元，须不高于 1,100 元（城乡低保标准），超出 150 元",
    ),
    ("1100 > household.income_per_capita", "家庭人均月收入 1,250.00 元，须低于 1,100 元，超出 150 元以上"),
    ("not(applicant.age < 60)", "申请人周岁 58 岁，须不低于 60 岁，还差 2 岁"),
    ("applicant.age in [18..50)", "申请人周岁 58 岁，须在 18 岁（含）至 50 岁（不含）之间，超出 8 岁以上"),
    ("applicant.age between 60 and 70", "申请人周岁 58 岁，须在 60 岁（含）至 70 岁（含）之间，还差 2 岁"),
    ("applicant.age > 58", "申请人周岁 58 岁，须高于 58 岁，恰在界线上"),
    ('applicant.marital_status = "已婚"', "婚姻状况为“未婚”，须为“已婚”"),
    ('applicant.marital_status in ["已婚", "离婚"]', "婚姻状况为“未婚”，须为“已婚”、“离婚”之一"),
    ("not(disability.level in [3, 4])", "残疾等级 3，不得为 3、4 之一"),
    ("household.is_dibao = true", "低保家庭为“否”，须为“是”"),
    ("household.is_dibao", "低保家庭为“否”，须为“是”"),
    ("starts with(applicant.region, region.city)", "户籍地为“320106”，须以“3301”开头"),
    ('not(starts with(applicant.region, "32"))', "户籍地为“320106”，不得以“32”开头"),
    ("form.account != null", "银行账号未填写，须填写"),
    ("is defined(form.account)", "银行账号未填写，须填写"),
    ("form.change_date = null", "变更日期为“2026-03-05”，须为空"),
    ("form.change_date <= today()", "变更日期 2026-03-05，须不晚于 2026-03-01，晚了 4 天"),
    ("days between(subject.death_date, today()) <= 30", "死亡日期至受理日的天数 59 天，须不高于 30 天，超出 29 天"),
    (
        "household.income_12m / household.size < policy.dibao_standard * 12",
        "家庭年收入 ÷ 家庭人口 15000，须低于 13200（城乡低保标准 × 12），超出 1800 以上",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_failed_demand_is_told_in_one_sentence(text: str, sentence: str) -> None:
    explanation = explain(parse(text), FACTS, LABELS | {"today": "受理日"})
    assert explanation.outcome is False
    assert explanation.sentence == f"不符合：{sentence}。"
    assert [entry.sentence for entry in explanation.decisive] == [sentence]


def test_met_condition_says_what_was_met() -> None:
    explanation = explain(parse("applicant.age >= 18 and household.is_dibao = false"), FACTS, LABELS)
    assert explanation.sentence == (
        "符合：申请人周岁 58 岁，满足要求（须不低于 18 岁）；低保家庭为“否”，满足要求（须为“否”）。"
    )
    assert explanation.alternatives == ()


def test_false_operands_decide_a_failed_and() -> None:
    text = 'applicant.age >= 60 and household.is_dibao = false and applicant.marital_status = "已婚" and form.x = 1'
    explanation = explain(parse(text), FACTS, LABELS)
    assert [entry.path for entry in explanation.decisive] == ["applicant.age", "applicant.marital_status"]
    assert [entry.outcome for entry in explanation.entries] == [False, True, False, None]


def test_first_true_operand_decides_a_met_or() -> None:
    explanation = explain(parse("household.is_dibao or applicant.age > 50 or applicant.age > 40"), FACTS, LABELS)
    assert [entry.text for entry in explanation.decisive] == ["applicant.age > 50"]


def test_missing_facts_decide_an_unknown() -> None:
    text = "household.is_tekun = true or applicant.age >= form.least_age or household.is_dibao"
    explanation = explain(parse(text), FACTS, LABELS)
    assert explanation.outcome is None
    assert explanation.missing == ("household.is_tekun", "form.least_age")
    assert "无法判断，须人工核实：缺少" in explanation.sentence


def test_unknown_without_a_missing_fact_is_called_incomparable() -> None:
    explanation = explain(parse("applicant.marital_status > 5"), FACTS, LABELS)
    assert explanation.missing == ()
    assert "婚姻状况无法比较" in explanation.sentence


def test_alternative_with_fewest_unmet_demands_comes_first() -> None:
    text = 'applicant.age < 50 and (applicant.marital_status = "已婚" and household.is_dibao or disability.level = 1)'
    explanation = explain(parse(text), FACTS, LABELS)
    assert [way.needs for way in explanation.alternatives] == [
        ("申请人周岁须低于 50 岁", "残疾等级须为 1"),
        ("申请人周岁须低于 50 岁", "婚姻状况须为“已婚”", "低保家庭须为“是”"),
    ]
    assert explanation.sentence.endswith(
        "满足下列之一即可：（1）申请人周岁须低于 50 岁，且残疾等级须为 1；"
        "（2）申请人周岁须低于 50 岁，且婚姻状况须为“已婚”，且低保家庭须为“是”。"
    )


def test_many_alternatives_stay_bounded() -> None:
    text = " and ".join(f"(a.x{n} = 1 or a.y{n} = 1 or a.z{n} = 1)" for n in range(20))
    assert len(explain(parse(text), {}).alternatives) == 50


def test_nearest_value_of_a_strict_limit_is_told_as_below_it() -> None:
    (entry,) = explain(parse("household.income_per_capita < policy.dibao_standard"), FACTS, LABELS).entries
    (nearest,) = entry.nearest
    assert (nearest.value, nearest.inclusive, nearest.gap) == (1100, False, 150)
    assert nearest.text == "家庭人均月收入低于 1,100 元（相差 150 元以上）"


def test_nearest_value_of_a_whole_fact_is_a_whole_number() -> None:
    (entry,) = explain(parse("applicant.age < 50"), FACTS, LABELS).entries
    assert [(near.value, near.inclusive, near.gap) for near in entry.nearest] == [(49, True, 9)]


def test_nearest_value_is_solved_through_sums_and_products_for_each_changeable_fact() -> None:
    text = "household.income_12m - 600 < policy.dibao_standard * 12 * household.size"
    (entry,) = explain(parse(text), FACTS | {"policy": {"dibao_standard": 1000}}, LABELS).entries
    assert [(near.path, near.value, near.inclusive) for near in entry.nearest] == [
        ("household.income_12m", 36600, False),
        ("household.size", 4, True),
    ]


def test_nearest_value_is_rounded_to_the_passing_side() -> None:
    (entry,) = explain(parse("household.income_per_capita * 3 <= 100"), FACTS, LABELS).entries
    assert [(near.value, near.inclusive) for near in entry.nearest] == [(Decimal("33.33"), True)]


def test_policy_parameters_are_never_what_has_to_change() -> None:
    (entry,) = explain(parse("policy.dibao_standard > household.income_per_capita"), FACTS, LABELS).entries
    assert [near.path for near in entry.nearest] == ["household.income_per_capita"]


@pytest.mark.parametrize(
    "text", ["applicant.age * 0 > 1", "applicant.age in (60..60)", "applicant.age in [60.2..60.8]"]
)
def test_no_nearest_value_where_none_can_pass(text: str) -> None:
    (entry,) = explain(parse(text), FACTS, LABELS).entries
    assert entry.outcome is False
    assert entry.nearest == ()


def test_explanation_is_plain_json_with_exact_decimals_as_text() -> None:
    plain = explain(parse("household.income_per_capita < 1100 and form.change_date < today()"), FACTS, LABELS).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    first, second = plain["entries"]
    assert (first["value"], first["nearest"][0]["gap"]) == ("1250.00", "150")
    assert second["nearest"][0]["value"] == "2026-02-28"


def test_cell_of_a_decision_table_is_explained_by_its_input() -> None:
    explanation = explain(parse_unary("[60..70)"), FACTS, LABELS, value=58)
    assert explanation.sentence == "不符合：输入值 58，须在 60（含）至 70（不含）之间，还差 2。"


def test_quantified_and_other_conditions_are_told_by_their_text() -> None:
    facts = {"household": {"members": [{"age": 30}]}}
    labels = {"household.members": "家庭成员"}
    told = explain(parse("some m in household.members satisfies m.age < 18"), facts, labels).sentence
    assert told == "不符合：家庭成员中至少有一项须满足 m.age < 18：未满足。"
    told = explain(parse("if a.b = null then false else true"), {}, {}).sentence
    assert told == "不符合：条件 if a.b = null then false else true 须成立：未满足。"
    assert explain(parse_unary("-"), {}).sentence == "符合：任何值均可：已满足。"
