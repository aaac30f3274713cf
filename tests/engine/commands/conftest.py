"""Stories on the shared test city and on a city of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from api.bootstrap import build_office
from api.settings import Settings
from engine.clock import FixedClock
from engine.office import Office
from tests.conftest import MONDAY
from tests.engine.commands.staffing import Staffing
from tests.shapes import SEQUENTIAL, ShapedStory, publish_shapes
from tests.story import Story


@pytest.fixture
def story(office: Office) -> Story:
    """A new applicant's case on the shared city."""
    return Story(office)


@pytest.fixture
def own_story(own_office: Office) -> Story:
    """A new applicant's case in a city of the test's own."""
    return Story(own_office)


@pytest.fixture(scope="module")
def _module_office(_copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Office]:
    office = build_office(_copy(f"module_{abs(hash(request.module.__name__)) % 10**10}"), pool_size=4)
    yield office
    office.database.dispose()


@pytest.fixture
def module_story(_module_office: Office) -> Story:
    """A new applicant's case in a city that the tests of one file share."""
    return Story(replace(_module_office, clock=FixedClock(MONDAY)))


@pytest.fixture
def staffing(module_story: Story) -> Iterator[Staffing]:
    """Changes to the staff of the city that the tests of one file share; taken back afterwards."""
    staff = Staffing(module_story.office)
    yield staff
    staff.reset()


@pytest.fixture
def shaped(_module_office: Office) -> Callable[..., ShapedStory]:
    """shaped(PARALLEL) is a new case of that shape, in a city that the tests of one file share."""
    publish_shapes(_module_office)
    office = replace(_module_office, clock=FixedClock(MONDAY))
    return lambda key=SEQUENTIAL: ShapedStory(office, key=key)
