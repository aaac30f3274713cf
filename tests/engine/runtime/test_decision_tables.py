"""Hit policies of decision tables, over tables made by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.definitions.model import DecisionRule, DecisionTable
from engine.errors import ProcessError
from engine.feel import parse, parse_unary
from engine.runtime import decide


def table(policy: str, *rows: tuple[str, str], outputs: tuple[str, ...] = ("grade",)) -> DecisionTable:
    """A table over `income`: each row a cell and its outputs, `;` between several."""
    rules = tuple(
        DecisionRule(
            (None if cell == "-" else parse_unary(cell),), tuple(parse(o) if o else None for o in out.split(";"))
        )
        for cell, out in rows
    )
    names = tuple((name, "string") for name in outputs)
    return DecisionTable("grades", "分档", "main.dmn", policy, (("income", parse("income")),), names, rules)


ROWS = (("< 500", '"A"'), ("[500..1100)", '"B"'), ("< 800", '"C"'))


@pytest.mark.parametrize(
    ("policy", "income", "grade"),
    [
        ("UNIQUE", 1000, "B"),
        ("UNIQUE", 5000, None),
        ("FIRST", 400, "A"),
        ("FIRST", 600, "B"),
        ("ANY", 900, "B"),
        ("COLLECT", 400, ["A", "C"]),
        ("RULE ORDER", 600, ["B", "C"]),
        ("COLLECT", 5000, []),
    ],
)
def test_each_hit_policy_yields_what_dmn_says(policy: str, income: int, grade: Any) -> None:
    assert decide(table(policy, *ROWS), {"income": income}) == {"grade": grade}


def test_two_rows_of_a_unique_table_are_an_error_that_names_them() -> None:
    with pytest.raises(ProcessError, match="第 1、3 行"):
        decide(table("UNIQUE", *ROWS), {"income": 400})


def test_rows_of_an_any_table_may_overlap_only_when_they_agree() -> None:
    agreeing = table("ANY", ("< 500", '"A"'), ("< 900", '"A"'))
    assert decide(agreeing, {"income": 400}) == {"grade": "A"}
    with pytest.raises(ProcessError, match="结果不同"):
        decide(table("ANY", *ROWS), {"income": 400})


def test_a_missing_fact_matches_only_cells_that_take_anything() -> None:
    assert decide(table("FIRST", ("< 500", '"A"'), ("-", '"?"')), {}) == {"grade": "?"}


def test_an_empty_output_is_null_and_several_outputs_go_together() -> None:
    two = table("UNIQUE", ("< 500", '"A";'), ("-", ";income * 0.1"), outputs=("grade", "amount"))
    with pytest.raises(ProcessError):
        decide(two, {"income": 1})
    assert decide(two, {"income": 505}) == {"grade": None, "amount": Decimal("50.5")}


def test_dates_leave_a_table_as_iso_text_and_lists_item_by_item() -> None:
    assert decide(table("FIRST", ("-", 'date("2026-01-31")')), {}) == {"grade": "2026-01-31"}
    assert decide(table("FIRST", ("-", '["a", date("2026-01-31")]')), {}) == {"grade": ["a", "2026-01-31"]}


def test_a_value_the_state_cannot_carry_is_an_error() -> None:
    for text in ('duration("P1Y")', "{a: 1}"):
        with pytest.raises(ProcessError, match="输出只能是"):
            decide(table("FIRST", ("-", text)), {})


def test_an_unknown_hit_policy_is_an_error() -> None:
    with pytest.raises(ProcessError, match="PRIORITY"):
        decide(table("PRIORITY", *ROWS), {"income": 1})


def test_a_table_that_takes_too_much_work_is_an_error() -> None:
    endless = table("FIRST", ("-", "some x in list satisfies some y in list satisfies x + y = 0.5"))
    with pytest.raises(ProcessError, match="无法计算"):
        decide(endless, {"list": list(range(300))})
