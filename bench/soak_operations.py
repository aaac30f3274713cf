"""`python -m bench.soak_operations`: long random walks through the operations of random processes, until the time is over.

Each walk is up to forty operations that `/actions` offers or refuses, with the laws of the case held after every one;
then the case is driven to its end. A fault is shrunk to the shortest story that shows it, told in Chinese.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bench.installation import installation
from engine.clock import FixedClock
from engine.office import Office
from tests.conftest import MONDAY
from tests.engine.operations.one_transaction import in_one_transaction
from tests.engine.operations.processes import key_of, publish_grown
from tests.engine.operations.scene import Scene
from tests.engine.operations.walk import Move, Walk, moves
from tests.shapes import SHAPES, publish_shapes

EXAMPLES = 50  # of one round; between two rounds the time is looked at


def walks(office: Office, processes: int, length: int) -> Callable[[], None]:
    """One round of walks; called, it raises with the shortest story of a fault."""
    keys = [*SHAPES, *map(key_of, range(processes))]

    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(key=st.sampled_from(keys), complete=st.booleans(), steps=moves(length))
    def one(key: str, complete: bool, steps: list[Move]) -> None:
        with in_one_transaction(replace(office, clock=FixedClock(MONDAY))) as here:
            walk = Walk.begun(Scene.of_shape(here, key), complete=complete)
            for step in steps:
                walk.move(step)
            walk.to_its_end()

    return one


def main() -> int:
    """Exit status 1 as soon as a walk finds a fault; the seed is printed, so that it can be repeated."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak_operations", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--length", type=int, default=40, help="operations of a walk at most")
    parser.add_argument("--processes", type=int, default=20, help="random processes beside the four shapes")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round; the next ones count on")
    wanted = parser.parse_args()
    end, number = time.monotonic() + wanted.minutes * 60, wanted.seed
    with installation() as place:
        office = replace(place.office, clock=FixedClock(MONDAY))
        publish_shapes(office)
        publish_grown(office, range(wanted.processes))
        while time.monotonic() < end:
            try:
                seed(number)(walks(office, wanted.processes, wanted.length))()
            except AssertionError as error:
                print(f"seed {number}: {error}", flush=True)
                return 1
            print(f"seed {number}: {EXAMPLES} walks, no fault", flush=True)
            number += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
