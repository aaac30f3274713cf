"""Microseconds to parse, evaluate and explain three typical conditions. Run: python -m bench.feel"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel import explain, parse
from engine.feel.compile import closure
from engine.feel.parser import parse_tree

EXPRESSIONS = {
    "three comparisons": (
        'household.income_per_capita < policy.dibao_standard and applicant.marital_status = "已婚"'
        " and disability.level in [1, 2]"
    ),
    "sum and product": (
        "household.income_12m - household.rigid_expense_12m < policy.dibao_standard * 12 * household.size"
    ),
    "alternatives": (
        "household.income_per_capita < policy.dibao_standard or (form.apply_mode = \"单人保\" and household.is_margin = true"
        " and (disability.level in [1, 2] or (disability.level = 3 and disability.category in [\"智力\", \"精神\"])"
        " or form.severe_illness = true)) and form.change_date <= today()"
    ),
}  # fmt: skip
FACTS: dict[str, Any] = {
    "household": {
        "income_per_capita": Decimal("1250.00"),
        "income_12m": 45000,
        "rigid_expense_12m": Decimal("1200.50"),
        "size": 3,
        "is_margin": True,
    },
    "policy": {"dibao_standard": 1300},
    "applicant": {"marital_status": "已婚"},
    "disability": {"level": 2, "category": "视力"},
    "form": {"apply_mode": "单人保", "severe_illness": False, "change_date": "2026-02-28"},
    "today": date(2026, 3, 1),
}


def microseconds(action: Callable[[], object], rounds: int) -> float:
    """The best of five series: what it costs when nobody else uses the machine."""
    return min(timeit.repeat(action, number=rounds, repeat=5)) / rounds * 1e6


def main() -> None:
    print(f"{'expression':<20}{'parse µs':>10}{'evaluate µs':>13}{'explain µs':>12}")
    for name, text in EXPRESSIONS.items():
        expression = parse(text)
        parsing = microseconds(lambda text=text: closure(parse_tree(text)), 200)
        evaluating = microseconds(lambda expression=expression: expression.evaluate(FACTS), 20_000)
        explaining = microseconds(lambda expression=expression: explain(expression, FACTS), 100)
        print(f"{name:<20}{parsing:>10.0f}{evaluating:>13.2f}{explaining:>12.0f}")


if __name__ == "__main__":
    main()
