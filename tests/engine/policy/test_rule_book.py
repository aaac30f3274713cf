"""The rule book of e-supervision: what ships can be read, and what a city writes wrongly is named in Chinese."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from engine.definitions.bundle import read_vocabulary
from engine.definitions.yaml_reader import load_yaml
from engine.errors import DefinitionInvalid
from engine.policy.cards import COUNTER_THRESHOLDS
from engine.policy.rule_book import rule_book_from, supplied_rule_book
from engine.terms import Signal

STANDARD = (
    *(["T01", "T02", "T03", "T04", "T05", "T06", "T07", "P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08"]),
    *(["F01", "S01", "D01", "D02", "C01", "C02"]),
)


@pytest.fixture
def written() -> dict[str, Any]:
    path, content = read_vocabulary("supervision")
    return copy.deepcopy(load_yaml(content, path))


def rule(written: dict[str, Any], rule_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in written["rules"] if entry["id"] == rule_id)
    return found


def test_every_rule_of_the_standard_is_there_and_those_without_a_source_say_why_they_rest() -> None:
    book = supplied_rule_book()
    assert tuple(one.id for one in book.rules) == STANDARD
    assert [one.id for one in book.rules if not one.active] == ["F01", "S01", "D01", "D02", "C01", "C02"]
    assert all(one.inactive_because for one in book.rules if not one.active)
    assert all(one.basis and one.title_en.isascii() for one in book.rules)


def test_the_light_that_clerks_see_keeps_its_thresholds() -> None:
    assert supplied_rule_book().light == COUNTER_THRESHOLDS


def test_the_signals_are_those_of_the_standard() -> None:
    book = supplied_rule_book()
    signals = {one.id: one.signal for one in book.rules}
    assert {r for r, s in signals.items() if s is Signal.WARNING} == {"T01", "T02", "P04", "D01"}
    assert {r for r, s in signals.items() if s is Signal.RED} == {"T06", "T07", "P05", "P07", "F01", "S01"}
    escalating = book.find("P04")
    assert escalating is not None
    assert (escalating.escalates_to, escalating.escalate_after) == (Signal.YELLOW, 3)


def test_thresholds_are_the_citys_own(written: dict[str, Any]) -> None:
    rule(written, "T01")["near_rate"] = Decimal("0.5")
    written["light"]["near_working_days"] = 3
    written["answer_working_days"] = 5
    book = rule_book_from(written)
    near = book.find("T01").near  # type: ignore[union-attr]
    assert near is not None
    assert (near.near_rate, book.light.near_working_days, book.answer_working_days) == (Decimal("0.5"), 3, 5)


FAULTS = {
    "触发情形 trigger": {"trigger": "bad_mood"},
    "信号 signal": {"signal": "purple"},
    "时限 clocks": {"clocks": ["lunch"]},
    "不要写百分数": {"near_rate": 20},
    "不能启用": {
        "trigger": "fee",
        "clocks": None,
        "near_working_days": None,
        "near_rate": None,
        "near_rate_from": None,
    },
    "inactive_because": {"active": False},
    "名称 title": {"title": ""},
    "依据 basis": {"basis": " "},
    "没有“colour”这一栏": {"colour": "red"},
    "轻重 severity": {"severity": 9},
    "须写明看哪些时限": {"clocks": None},
    "须为 true 或 false": {"active": "maybe"},
    "升级只用于": {"escalates_to": "red", "escalate_after_working_days": 3},
    "整数": {"near_working_days": -1},
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_fault_is_named_in_chinese(words: str, written: dict[str, Any]) -> None:
    entry = rule(written, "T01")
    entry.update(FAULTS[words])
    for name in [name for name, value in entry.items() if value is None]:
        del entry[name]
    with pytest.raises(DefinitionInvalid, match=words):
        rule_book_from(written)


def test_a_rule_may_not_stand_twice_and_the_book_needs_its_version(written: dict[str, Any]) -> None:
    with pytest.raises(DefinitionInvalid, match="重复"):
        rule_book_from({**written, "rules": [*written["rules"], rule(written, "T01")]})
    with pytest.raises(DefinitionInvalid, match="版本号"):
        rule_book_from({**written, "version": 1})
    with pytest.raises(DefinitionInvalid, match="没有列出"):
        rule_book_from({**written, "rules": []})
    with pytest.raises(DefinitionInvalid, match="一组字段"):
        rule_book_from([])
