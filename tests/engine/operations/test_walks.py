"""Random operations on random processes: what is offered works, what is not changes nothing, and every case can end."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import FixedClock
from engine.office import Office
from tests.conftest import MONDAY
from tests.engine.operations.one_transaction import in_one_transaction
from tests.engine.operations.processes import GROWN, key_of
from tests.engine.operations.scene import Scene
from tests.engine.operations.walk import Move, Walk, moves
from tests.shapes import SHAPES


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(key=st.sampled_from([*SHAPES, *map(key_of, GROWN)]), complete=st.booleans(), steps=moves(12))
def test_whatever_officers_do_the_case_stays_sound_and_can_be_driven_to_its_end(
    grown_office: Office, key: str, complete: bool, steps: list[Move]
) -> None:
    office = replace(grown_office, clock=FixedClock(MONDAY))
    with in_one_transaction(office) as here:
        walk = Walk.begun(Scene.of_shape(here, key), complete=complete)
        for step in steps:
            walk.move(step)
        walk.to_its_end()
