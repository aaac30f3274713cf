"""The factory calendar, read from the file that ships."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.clock import LOCAL_ZONE
from engine.policy.working_days import WorkingCalendar, calendar_from_mapping

CALENDAR_FILE = Path(__file__).parents[3] / "forms" / "_shared" / "calendar.yaml"


@pytest.fixture(scope="session")
def calendar_mapping() -> dict[str, Any]:
    return yaml.safe_load(CALENDAR_FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def calendar(calendar_mapping: dict[str, Any]) -> WorkingCalendar:
    return calendar_from_mapping(calendar_mapping)


@pytest.fixture(scope="session")
def local() -> Callable[[str], datetime]:
    """An aware instant from local wall-clock text such as `2026-03-02 09:30`."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)
