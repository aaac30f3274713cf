"""Stories on the shared test city and on a city of the test's own."""

from __future__ import annotations

import pytest

from engine.office import Office
from tests.story import Story


@pytest.fixture
def story(office: Office) -> Story:
    """A new applicant's case on the shared city."""
    return Story(office)


@pytest.fixture
def own_story(own_office: Office) -> Story:
    """A new applicant's case in a city of the test's own."""
    return Story(own_office)
