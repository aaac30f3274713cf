"""What every ordered pair of operations comes to on each shape: the matrices of docs/operations.md, cell by cell."""

from __future__ import annotations

from functools import cache

import pytest

from engine.office import Office
from engine.policy.operations import Action
from scripts.operations_matrix import DOCUMENT, read_cells
from tests.engine.operations.drivers import DRIVERS
from tests.engine.operations.pairs import row
from tests.shapes import SHAPES


@cache
def written() -> dict[str, dict[Action, dict[Action, str]]]:
    return read_cells(DOCUMENT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("first", Action, ids=lambda action: action.value)
@pytest.mark.parametrize("key", SHAPES)
def test_after_one_operation_every_other_is_done_or_refused_as_the_document_says(
    operations_office: Office, key: str, first: Action
) -> None:
    assert row(operations_office, key, first) == written()[key][first]


def test_every_operation_is_driven() -> None:
    assert set(DRIVERS) == set(Action)
