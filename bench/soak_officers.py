"""`python -m bench.soak_officers --cases 1000 --officers 10`: everybody works on everything at the same time.

Officers in threads take whatever is open on cases of the four shapes and claim, complete, return, transfer, sign or take
off signers; who comes second is told so. Afterwards every case is brought to its end: nothing was done twice, nobody met
a deadlock, and the checker finds nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.bootstrap import Parts
from api.jobs import drain_outbox
from bench.installation import installation
from engine.clock import FixedClock
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.errors import CaseworkError
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.policy.operations import Action
from engine.queries.case_check import check_all_cases
from tests.conftest import MONDAY
from tests.engine.operations.drivers import tries
from tests.engine.operations.scene import Scene
from tests.engine.operations.walk import Walk
from tests.shapes import SHAPES, ShapedStory, publish_shapes

# How often each verb is tried.
MIX = {
    Action.CLAIM: 4,
    Action.COMPLETE: 6,
    Action.RETURN: 2,
    Action.TRANSFER: 2,
    Action.ADD_SIGNER_BEFORE: 1,
    Action.ADD_SIGNER_AFTER: 1,
    Action.SIGN_JOINTLY: 1,
    Action.SIGN: 4,
    Action.REMOVE_SIGNER: 1,
    Action.TAKE_BACK: 1,
}
CROWD = 5  # cases the officers work on at one time
DEADLOCK = "40P01"
_DONE_TWICE = text(
    "SELECT count(*) FROM (SELECT payload ->> 'item' FROM case_events WHERE payload ? 'item' AND payload ? 'closed'"
    " GROUP BY 1 HAVING count(*) > 1) AS twice"
)


def work(office: Office, stories: Sequence[ShapedStory], moves: int, seed: int) -> Counter[str]:
    """What one officer's thread met: verbs done, refusals by rule, deadlocks."""
    random, met = Random(seed), Counter[str]()
    for move in range(moves):
        # Everybody stands at about the same place, so that they meet.
        first = move * len(stories) // moves
        story = random.choice(stories[first : first + CROWD])
        own = ShapedStory(office, case_id=story.case_id, number=story.number, key=story.key)
        (action,) = random.choices(list(MIX), list(MIX.values()))
        try:
            attempts = list(tries(Scene(own, own), action))
            random.choice(attempts).attempt()
        except CaseworkError as error:
            met[f"refused: {error.detail.get('rule') or type(error).__name__}"] += 1
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != DEADLOCK:
                raise
            met["deadlock"] += 1
        else:
            met[f"done: {action.value}"] += 1
    return met


def _accepted(office: Office, number: int) -> ShapedStory:
    return ShapedStory(office, key=SHAPES[number % len(SHAPES)]).started()


def main() -> int:
    """Exit status 1 when a work item was done twice, two verbs locked each other out, or the checker finds a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak_officers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--officers", type=int, default=10)
    parser.add_argument("--moves", type=int, default=1000, help="attempts of each officer")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    with installation() as place:
        office = replace(place.office, clock=FixedClock(MONDAY))
        publish_shapes(office)
        stories = [_accepted(office, number) for number in range(wanted.cases)]
        with ThreadPoolExecutor(wanted.officers) as pool:
            seeds = range(wanted.seed, wanted.seed + wanted.officers)
            met = sum(pool.map(lambda seed: work(office, stories, wanted.moves, seed), seeds), Counter())
        for story in stories:
            walk = Walk(Scene(story, story))
            walk.now = walk.sound()
            walk.to_its_end()
        with office.database.connect() as connection:
            twice = connection.execute(_DONE_TWICE).scalar_one()
        drain_outbox(Parts(place.settings, office, None))
        while sequence_events(office, SYSTEM, SequenceEvents())["numbered"]:
            continue
        faults = check_all_cases(office).faults
    print(f"seed {wanted.seed}:", *(f"{count} {what}" for what, count in met.most_common()), sep="\n  ")
    print(f"{twice} work items done twice, {met['deadlock']} deadlocks, {len(faults)} faults", *faults[:10], sep="\n  ")
    return int(bool(twice or met["deadlock"] or faults))


if __name__ == "__main__":
    sys.exit(main())
