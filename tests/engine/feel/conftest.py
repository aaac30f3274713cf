"""One household as facts, used by the tables of cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest


@pytest.fixture(scope="session")
def case_facts() -> dict[str, object]:
    """One household as facts, used by the tables of cases."""
    return {
        "applicant": {"age": 66, "name": "王小明", "sex": "男", "birth_date": date(1960, 2, 29), "region": "330106001"},
        "household": {
            "income_per_capita": Decimal("1250.00"),
            "ratio": 0.1,
            "is_dibao": False,
            "members": [{"age": 66, "name": "王小明"}, {"age": 9, "name": "王豆"}, {"name": "王某"}],
            "ages": [66, 9, 30],
        },
        "policy": {"dibao_standard": 1100, "codes": ["M00500", "M01600"]},
        "form": {"change_date": "2026-02-28", "空白": None},
        "today": "2026-03-01",
    }
