"""The command path: receive, accept, review, decide as one process calls them. Run: python -m bench.steps"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from time import process_time
from typing import Any

import psycopg

from api.embedded.processes import wait_until
from bench.figures import Line, StatementCount, Timings, commits, counting, sessions, table, tree_seconds
from bench.floor import Floor, measure_floor, prepare_floor, stock_milliseconds
from bench.installation import DOCUMENTS, KEY, Installation, installation
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.receive_case import ReceiveCase, receive_case

VERBS = ("receive", "accept", "review", "decide")
MOST_STATEMENTS = 12
ROUNDS = 5
MOST_TIMES_FLOOR = 3.0


@dataclass
class StepRun:
    """What the verbs of many cases took."""

    timings: dict[str, Timings] = field(default_factory=lambda: defaultdict(Timings))
    count: StatementCount = field(default_factory=StatementCount)
    cpu_milliseconds: float = 0.0
    commits: float = 0.0


def together(runs: Sequence[StepRun]) -> StepRun:
    """Runs of the same length as one."""
    whole = StepRun(
        cpu_milliseconds=median(run.cpu_milliseconds for run in runs), commits=max(run.commits for run in runs)
    )
    for run in runs:
        for verb, timings in run.timings.items():
            whole.timings[verb].seconds += timings.seconds
            whole.timings[verb].statements += timings.statements
    return whole


def run_case(place: Installation, number: int, run: StepRun) -> None:
    """One case from receipt to the end, each verb timed and its statements counted, under idempotency keys."""
    received = _timed(place, run, "receive", receive_case, "window", _receipt(place, number))
    (item,) = received["work_items"]
    accepted = _timed(place, run, "accept", accept_case, "window", AcceptCase(work_item_id=item, **_key(number, 1)))
    for turn, (verb, officer, decision) in enumerate((("review", "street", "agree"), ("decide", "district", "grant"))):
        (opened,) = accepted["opened"]
        request = CompleteWorkItem(work_item_id=opened["item"], version=1, decision=decision, **_key(number, turn + 2))
        accepted = _timed(place, run, verb, complete_work_item, officer, request)
    assert accepted["status"] == "closed", accepted


def _receipt(place: Installation, number: int) -> ReceiveCase:
    return ReceiveCase(item=KEY, form=place.application(number), documents=DOCUMENTS, **_key(number, 0))


def _key(number: int, turn: int) -> dict[str, str]:
    return {"idempotency_key": f"bench-{number}-{turn}"}


def _timed(place: Installation, run: StepRun, verb: str, command: Any, officer: str, request: Any) -> Any:
    timings = run.timings[verb]
    before = run.count.sent
    with timings.one():
        answer = command(place.office, place.actors[officer], request)
    timings.statements.append(run.count.sent - before)
    return answer


def measure_steps(place: Installation, cases: int, first: int = 0) -> StepRun:
    """So many cases one after the other in this process; `first` keeps numbers and keys apart between runs."""
    run = StepRun()
    for number in range(5):
        run_case(place, first + number, StepRun())
    with place.superuser() as superuser, counting(place.office.database) as run.count:
        committed = _settled_commits(place, superuser)
        cpu = process_time() + tree_seconds(place.server.pid or 0)
        for number in range(cases):
            run_case(place, first + 5 + number, run)
        run.cpu_milliseconds = (process_time() + tree_seconds(place.server.pid or 0) - cpu) / cases * 1000
        # Opening the one session counts as a commit too.
        run.commits = (_settled_commits(place, superuser) - committed - 1) / cases / len(VERBS)
    return run


def alternately(place: Installation, transactions: int, cases: int, first: int = 0) -> tuple[StepRun, list[Floor]]:
    """Floor, ours, floor, ours, floor …: what the neighbours of the machine do falls on both alike."""
    runs, floors = [], [measure_floor(place.server, transactions)]
    for turn in range(ROUNDS):
        runs.append(measure_steps(place, cases // ROUNDS, first + turn * cases))
        floors.append(measure_floor(place.server, transactions))
    return together(runs), floors


def _settled_commits(place: Installation, superuser: psycopg.Connection[Any]) -> int:
    """The commits so far: a session reports its own, at the latest, when it ends."""
    place.office.database.dispose()
    wait_until(lambda: sessions(superuser, place.database_name) == 0, 5.0)
    return commits(superuser, place.database_name)


def lines(run: StepRun, floors: list[Floor]) -> list[Line]:
    """The table of one run between the floors measured before and after it."""
    floor = median(f.p50 for f in floors)
    told = []
    for verb in VERBS:
        timings = run.timings[verb]
        aim = MOST_TIMES_FLOOR if verb == "review" else None
        told.append(Line(f"command {verb}: p50", timings.p50(), "ms", timings.p50() / floor, aim))
        told.append(Line("    p95", timings.p95(), "ms"))
        told.append(Line("    statements", median(timings.statements), "", aim=MOST_STATEMENTS))
    told.append(Line("commits per command", run.commits, "", aim=1.0))
    told.append(Line("CPU per case through commands", run.cpu_milliseconds, "ms", note="this process + PostgreSQL"))
    return told


def main() -> None:
    with installation() as place:
        prepare_floor(place.server)
        run, floors = alternately(place, 500, 100)
    stock = Line("SpiffWorkflow step in memory", stock_milliseconds(30), "ms")
    print(
        table(
            "Commands", [Line("raw transaction: p50", median(f.p50 for f in floors), "ms"), stock, *lines(run, floors)]
        )
    )


if __name__ == "__main__":
    main()
