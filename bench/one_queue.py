"""Many officers on one queue: `python -m bench.one_queue --items 1000 --officers 10`.

Every officer takes whatever is open, claims it or does it at once, and sometimes gives it back; afterwards each work item
is done exactly once, nobody was locked out, and the checker finds nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random
from time import monotonic

from sqlalchemy import text

from api.bootstrap import Parts
from api.jobs import drain_outbox
from bench.installation import DOCUMENTS, KEY, Installation, installation
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.errors import ActionNotAllowed, NotFound, NotPermitted, StaleVersion
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.case_check import check_all_cases

# What an officer meets who comes second.
LOST = (StaleVersion, ActionNotAllowed, NotPermitted, NotFound)
WINDOW = 30  # as many as the first page of the worklist
GIVEN_BACK = 0.15
_QUEUE = text(
    "SELECT id FROM work_items WHERE post_id = :post AND status IN ('open', 'claimed')"
    " AND (officer_id IS NULL OR officer_id = :officer) ORDER BY sort_at, id LIMIT :most"
)


@dataclass(frozen=True)
class QueueRun:
    """The work items each officer finished, and how often somebody was told to have come second."""

    done: dict[int, list[int]]
    lost: Counter[str]

    @property
    def items(self) -> list[int]:
        return sorted(item for own in self.done.values() for item in own)


def work_one_queue(
    office: Office, officers: Sequence[Actor], post_id: int, finish: Callable[[Actor, int], object], seed: int = 0
) -> QueueRun:
    """Everything on the post done by these officers at the same time; errors other than `LOST` end the run.

    finish  does one work item for good, called `finish(officer, work_item_id)`
    """
    lost: Counter[str] = Counter()

    def one(officer: Actor) -> list[int]:
        random, own = Random(f"{seed}:{officer.officer_id}"), list[int]()
        while queue := _queue(office, officer, post_id):
            item = random.choice(queue)
            try:
                if random.random() < 0.5:
                    claim_work_item(office, officer, ClaimWorkItem(work_item_id=item))
                    if random.random() < GIVEN_BACK:
                        release_work_item(office, officer, ClaimWorkItem(work_item_id=item))
                        continue
                finish(officer, item)
            except LOST as error:
                lost[type(error).__name__] += 1
                _give_back(office, officer, item)
            else:
                own.append(item)
        return own

    with ThreadPoolExecutor(len(officers)) as pool:
        done = dict(zip((o.officer_id for o in officers), pool.map(one, officers), strict=True))
    return QueueRun(done, lost)


def _queue(office: Office, officer: Actor, post_id: int) -> list[int]:
    with office.database.connect() as connection:
        values = {"post": post_id, "officer": officer.officer_id, "most": WINDOW}
        return list(connection.execute(_QUEUE, values).scalars())


def _give_back(office: Office, officer: Actor, item: int) -> None:
    """Who claimed it and then could not do it holds it no longer."""
    try:
        release_work_item(office, officer, ClaimWorkItem(work_item_id=item))
    except LOST:
        return


def _fill(place: Installation, items: int) -> int:
    """So many cases waiting for the review of the street; the id of its post."""
    window, post_id = place.actors["window"], 0
    for number in range(items):
        request = ReceiveCase(item=KEY, form=place.application(number), documents=DOCUMENTS)
        (item,) = receive_case(place.office, window, request)["work_items"]
        (opened,) = accept_case(place.office, window, AcceptCase(work_item_id=item))["opened"]
        post_id = opened["post"]
    return post_id


def main() -> int:
    """Exit status 1 when a work item was done twice or not at all, or the checker finds a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.one_queue", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--officers", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    with installation() as place:
        post_id = _fill(place, wanted.items)
        street = place.actors["street"]
        officers = [replace(street, officer_id=number + 1) for number in range(wanted.officers)]
        begun = monotonic()

        def review(officer: Actor, item: int) -> object:
            return complete_work_item(place.office, officer, CompleteWorkItem(work_item_id=item, decision="agree"))

        run = work_one_queue(place.office, officers, post_id, review, wanted.seed)
        seconds = monotonic() - begun
        drain_outbox(Parts(place.settings, place.office, None))
        while sequence_events(place.office, SYSTEM, SequenceEvents())["numbered"]:
            continue
        faults = check_all_cases(place.office).faults
    print(f"{len(run.items)} items by {wanted.officers} officers in {seconds:.1f} s; second: {dict(run.lost)}")
    print(f"{len(faults)} faults", *faults[:10], sep="\n  ")
    return int(bool(faults) or len(set(run.items)) != wanted.items or len(run.items) != wanted.items)


if __name__ == "__main__":
    sys.exit(main())
