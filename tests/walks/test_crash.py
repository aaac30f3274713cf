"""`kill -9` of web, worker, scheduler, client, session or database at random points loses and doubles nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.walks.crash_run import CrashRun


def test_two_hundred_running_cases_survive_random_kills() -> None:
    """Real PostgreSQL with fsync; each acknowledged answer is in the database, each case ends exactly once."""
    with tempfile.TemporaryDirectory(prefix="yimen-crash-", dir="/tmp") as home:
        os.chmod(home, 0o755)
        outcome = CrashRun(Path(home)).run(kill_for_seconds=25, limit_seconds=240)
    assert outcome.faults == []
    assert outcome.ended == 200
    assert outcome.acknowledged == 200 + 50 * 7 + 150 * 3
    assert outcome.kills.total() >= 10
