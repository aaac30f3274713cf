"""The database restarted: the first command is told so, the next ones find fresh connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from engine.office import Office
from tests.story import Story


def in_four_threads(work: Callable[[], object]) -> int:
    """How many of four threads that all hold a connection at the same time met a dead one."""

    def one(_: int) -> bool:
        try:
            work()
        except OperationalError:
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(one, range(4)))


def test_after_a_restart_one_failed_command_renews_every_idle_connection(own_office: Office) -> None:
    def read() -> None:
        with own_office.unit_of_work() as uow:
            uow.work.lock_case_of(0)
            together.wait()

    together = Barrier(4, timeout=20)
    assert in_four_threads(read) == 0
    end_all_sessions(own_office)
    with pytest.raises(OperationalError), own_office.unit_of_work() as uow:
        uow.work.lock_case_of(0)
    assert in_four_threads(read) == 0


def end_all_sessions(office: Office) -> None:
    with psycopg.connect(office.database.url.set(drivername="postgresql").render_as_string(False)) as outside:
        outside.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_command_whose_connection_is_lost_is_told_as_an_outage_and_changes_nothing(own_story: Story) -> None:
    with pytest.raises(OperationalError), own_story.office.unit_of_work() as uow:  # noqa: PT012
        uow.counters.next("test")
        pid = uow.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with own_story.office.database.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        uow.counters.next("test")
    assert own_story.rows("SELECT count(*) FROM counters WHERE name = 'test'")[0][0] == 0
    assert own_story.receive()["outcome"] == "received"
