"""docs/operations.md is what the code says; `make operations` writes it anew."""

from __future__ import annotations

from engine.policy.operations import RULES, Action
from scripts.operations_matrix import DOCUMENT, MARKS, pairs_part, read_cells, table_part


def test_the_document_is_the_one_the_code_writes() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert written == table_part() + "\n" + pairs_part(read_cells(written))


def test_every_condition_of_the_table_has_a_mark_of_its_own() -> None:
    codes = {condition.code for rule in RULES.values() for condition in rule.conditions}
    assert codes <= set(MARKS)
    assert len({mark for mark, _ in MARKS.values()}) == len(MARKS)


def test_no_pair_of_operations_is_left_out() -> None:
    for rows in read_cells(DOCUMENT.read_text(encoding="utf-8")).values():
        assert set(rows) == set(Action)
        assert all(set(row) == set(Action) for row in rows.values())
