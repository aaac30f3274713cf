"""The command line, as an officer or an operator types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.settings import Settings

KEY = "mz-001-subsistence-allowance"


@pytest.fixture
def yimen(shared_settings: Settings) -> Callable[..., Result]:
    """Runs a command against the shared test city."""
    environment = {**shared_settings.as_environment(), "YIMEN_ENV": "test"}
    return lambda *words: CliRunner().invoke(main, list(words), env=environment)


def test_a_definition_in_order_passes_its_check_with_its_scenarios(yimen: Callable[..., Result]) -> None:
    answer = yimen("definitions", "check", KEY)
    assert answer.exit_code == 0
    assert f"通过 {KEY}" in answer.output


def test_showing_a_definition_names_its_steps_rules_and_documents(yimen: Callable[..., Result]) -> None:
    answer = yimen("definitions", "show", KEY)
    assert answer.exit_code == 0
    for word in ("MZ-001", "法定 30个工作日", "环节", "条件", "材料"):
        assert word in answer.output


def test_exported_texts_are_the_published_ones_byte_for_byte(yimen: Callable[..., Result], tmp_path: Path) -> None:
    answer = yimen("definitions", "export", KEY, str(tmp_path))
    assert answer.exit_code == 0, answer.output
    root = Path(__file__).parents[2]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 4
    assert all(path.read_bytes() == (root / path.relative_to(tmp_path)).read_bytes() for path in written)


def test_importing_the_supply_again_changes_nothing(yimen: Callable[..., Result]) -> None:
    answer = yimen("definitions", "import")
    assert answer.exit_code == 0, answer.output
    assert "已发布" not in answer.output
    assert f"{KEY}：无变化" in answer.output


def test_an_unknown_item_is_one_line_for_the_person_at_the_terminal(yimen: Callable[..., Result]) -> None:
    answer = yimen("definitions", "show", "mz-999-nothing")
    assert answer.exit_code == 1
    assert "没有事项" in answer.output
    assert "Traceback" not in answer.output


def test_checking_the_cases_of_a_sound_city_finds_nothing(yimen: Callable[..., Result]) -> None:
    answer = yimen("check-cases", "--most", "5")
    assert "处不符" in answer.output
