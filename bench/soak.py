"""`python -m bench.soak`: crash run after crash run, each with another seed, until the time is over or something is wrong.

One run: a city on durable PostgreSQL, several clients over HTTP, and a hand that kills web, worker, scheduler, clients,
database sessions and the database itself at random points. Afterwards nothing may be lost and nothing doubled.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.walks.crash_run import CrashRun, Outcome

# Work and its kills scale with the number of cases: 200 take about half a minute on two cores.
SECONDS_PER_CASE, LIMIT_FACTOR = 0.15, 10


def one_run(seed: int, cases: int, clients: int) -> Outcome:
    """The outcome of one city that lived and was killed under this seed."""
    with tempfile.TemporaryDirectory(prefix="yimen-soak-", dir="/tmp") as home:
        os.chmod(home, 0o755)
        run = CrashRun(Path(home), cases=cases, clients=clients, seed=seed)
        kill_for = cases * SECONDS_PER_CASE
        return run.run(kill_for_seconds=kill_for, limit_seconds=kill_for * LIMIT_FACTOR + 60)


def main() -> int:
    """Exit status 1 as soon as a run finds a fault; the seed is printed, so that it can be repeated."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--cases", type=int, default=600, help="cases of each run")
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first run; the next ones count on")
    wanted = parser.parse_args()
    end, seed = time.monotonic() + wanted.minutes * 60, wanted.seed
    while time.monotonic() < end:
        outcome = one_run(seed, wanted.cases, wanted.clients)
        kills = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.kills.items()))
        told = f"{outcome.ended} cases, {outcome.acknowledged} answers, killed: {kills}"
        print(f"seed {seed}: {told}; {outcome.seconds:.0f} s, {len(outcome.faults)} faults", flush=True)
        for fault in outcome.faults:
            print(f"  {fault}", flush=True)
        if outcome.faults or outcome.ended != wanted.cases:
            return 1
        seed += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
