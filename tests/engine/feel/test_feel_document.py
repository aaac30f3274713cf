"""The page about the language keeps its promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.feel import FUNCTIONS, explain, parse

PAGE = (Path(__file__).parents[3] / "docs" / "feel.md").read_text(encoding="utf-8")


def test_page_lists_every_function_and_no_other() -> None:
    table = PAGE.split("### Functions")[1].split("## For developers")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE) == [each.usage for each in FUNCTIONS.values()]


def test_page_examples_for_officers_are_valid_conditions() -> None:
    examples = re.findall(r"^    (.+)$", PAGE.split("## For developers")[0], flags=re.MULTILINE)
    assert len(examples) == 6
    assert all(parse(example).names for example in examples)


def test_page_example_of_an_explanation_is_what_the_engine_says() -> None:
    facts = {"household": {"income_per_capita": 1250}, "policy": {"dibao_standard": 1100}}
    labels = {"household.income_per_capita": {"label": "家庭人均月收入", "unit": "元"}}
    sentence = explain(parse("household.income_per_capita < 1100"), facts, labels).sentence
    assert sentence.replace("1,250", "1,250.00") in PAGE


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_usage_of_each_function_is_itself_valid(name: str) -> None:
    assert name in FUNCTIONS[name].usage
    parse(FUNCTIONS[name].usage)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"today", "is defined"}))
def test_function_of_a_missing_fact_is_null(name: str) -> None:
    arguments = ", ".join(["a.missing"] * max(1, FUNCTIONS[name].least))
    assert parse(f"{name}({arguments})").evaluate({}) is None
