"""A city of their own for the operations, with the four shapes in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from api.bootstrap import build_office
from api.settings import Settings
from engine.clock import FixedClock
from engine.office import Office
from tests.conftest import MONDAY
from tests.engine.operations.processes import GROWN, publish_grown
from tests.shapes import publish_shapes


@pytest.fixture(scope="session")
def _operations_office(_copy: Callable[[str], Settings]) -> Iterator[Office]:
    office = build_office(_copy("operations"), clock=FixedClock(MONDAY), pool_size=4)
    publish_shapes(office)
    yield office
    office.database.dispose()


@pytest.fixture
def operations_office(_operations_office: Office) -> Office:
    """The engine on a city with the four shapes, its clock at nine on Monday 2 March 2026 and free to move."""
    return replace(_operations_office, clock=FixedClock(MONDAY))


@pytest.fixture(scope="session")
def grown_office(_operations_office: Office) -> Office:
    """The same city with a handful of random processes in force."""
    publish_grown(_operations_office, GROWN)
    return _operations_office
