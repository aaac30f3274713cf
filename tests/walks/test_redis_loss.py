"""Redis forgets everything or dies under load: counters work on, and what it should have woken is done all the same."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from rq import SimpleWorker

from api.bootstrap import Bell, Parts, build_office
from api.embedded.processes import start_tethered, wait_until
from api.embedded.redis import EmbeddedRedis
from api.jobs import drain_machine, drain_outbox
from api.schedule import Schedule
from api.settings import Settings
from engine.clock import FixedClock
from engine.office import Office
from engine.queries.due_work import waiting_receivers
from tests.conftest import MONDAY
from tests.story import Story
from tests.walks.crash_processes import CrashParts
from tests.walks.crash_run import PROJECT_ROOT

STORIES = 12


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path) as server:
        yield server


@pytest.fixture
def parts(redis: EmbeddedRedis, _copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Parts]:
    """A city of the test's own whose commands ring through the embedded Redis."""
    settings = replace(_copy(f"redis_{abs(hash(request.node.nodeid)) % 10**10}"), redis_url=redis.url)
    bell = Bell(redis.url)
    own = CrashParts(settings, build_office(settings, clock=FixedClock(MONDAY), bell=bell, pool_size=6), bell)
    yield own
    own.office.database.dispose()
    bell.redis.close()


def at_once(office: Office, count: int = STORIES, *, between: Callable[[], object] = lambda: None) -> list[Story]:
    """So many cases brought to their certificate by four counters, with something happening halfway."""
    halfway = threading.Barrier(2)

    def work(number: int) -> Story:
        story = Story(office)
        story.to_certificate()
        if number == count // 2:
            halfway.wait()
        return story

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work, number) for number in range(count)]
        halfway.wait()
        between()
        return [future.result() for future in running]


def certificates(stories: list[Story]) -> int:
    rows = stories[0].rows("SELECT count(*) FROM certificates WHERE status = 'issued'")
    return int(rows[0][0])


def unsent(stories: list[Story]) -> int:
    return int(stories[0].rows("SELECT count(*) FROM outbox WHERE sent_at IS NULL")[0][0])


def test_the_worker_does_what_the_bell_rang_for(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.jobs.parts", lambda: parts)
    stories = at_once(parts.office, 4)
    assert parts.bell is not None
    SimpleWorker([parts.bell.queue], connection=parts.bell.redis).work(burst=True, logging_level="ERROR")
    assert (certificates(stories), unsent(stories)) == (4, 0)


def test_a_flush_under_load_fails_no_command_and_the_sweep_catches_up(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.parts", lambda: parts)
    assert parts.bell is not None
    redis = parts.bell.redis
    stories = at_once(parts.office, between=redis.flushall)
    redis.flushall()
    assert certificates(stories) == 0
    Schedule(parts).tick()
    SimpleWorker([parts.bell.queue], connection=redis).work(burst=True, logging_level="ERROR")
    assert (certificates(stories), unsent(stories)) == (STORIES, 0)


def test_counters_work_on_while_redis_is_dead_and_the_scheduler_does_the_workers_work(
    parts: Parts, redis: EmbeddedRedis
) -> None:
    stories = at_once(parts.office, between=lambda: kill(redis))
    assert len(stories) == STORIES
    assert {tuple(story.open_nodes()) for story in stories} == {("seal",)}
    Schedule(parts).tick()
    assert waiting_receivers(parts.office) == []
    assert (certificates(stories), unsent(stories)) == (STORIES, 0)


def test_a_command_does_not_wait_for_a_dead_redis_again_and_again(
    parts: Parts, redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one failure the bell is silent for a while; and that one failure is tried once, not with growing pauses."""
    assert isinstance(parts.bell, Bell)
    rings = []
    whole = parts.bell.ring

    def ring(receiver: str) -> None:
        rings.append(receiver)
        whole(receiver)

    monkeypatch.setattr(parts.bell, "ring", ring)
    monkeypatch.setattr("redis.retry.sleep", lambda seconds: pytest.fail(f"a command slept {seconds} s for Redis"))
    kill(redis)
    at_one_counter = [Story(parts.office).to_certificate() for _ in range(3)]
    assert len(at_one_counter) == 3
    assert len(rings) == 1


def test_redis_that_came_back_wakes_the_worker_again(
    parts: Parts, redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.parts", lambda: parts)
    assert parts.bell is not None
    stories = at_once(parts.office, between=lambda: kill(redis))
    redis.start()
    Schedule(parts).tick()
    assert parts.bell.queue.count > 0
    SimpleWorker([parts.bell.queue], connection=parts.bell.redis).work(burst=True, logging_level="ERROR")
    assert (certificates(stories), unsent(stories)) == (STORIES, 0)


@pytest.mark.parametrize("loss", ["flush", "kill"])
def test_a_worker_at_work_survives_the_loss_and_goes_on(
    parts: Parts, redis: EmbeddedRedis, tmp_path: Path, loss: str
) -> None:
    """The production worker is busy when its queue disappears; worker and sweep together finish the work once."""
    plan = {"environment": parts.settings.as_environment(), "began": time.time(), "home": str(tmp_path)}
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-m", "tests.walks.crash_processes", "queue", str(tmp_path / "plan.json")]
    with (tmp_path / "queue.log").open("ab") as output:
        worker = start_tethered(command, on_parent_death=signal.SIGKILL, cwd=PROJECT_ROOT, output=output)
    try:
        stories = at_once(parts.office, between=redis_lost(parts, redis, loss))
        schedule = Schedule(parts)

        def done() -> bool:
            schedule.tick()
            return (certificates(stories), unsent(stories)) == (STORIES, 0)

        assert wait_until(done, 60)
        assert worker.poll() is None, (tmp_path / "queue.log").read_text()
    finally:
        worker.kill()
        worker.wait()


def redis_lost(parts: Parts, redis: EmbeddedRedis, loss: str) -> Callable[[], object]:
    def restarted() -> None:
        kill(redis)
        redis.start()

    assert parts.bell is not None
    return parts.bell.redis.flushall if loss == "flush" else restarted


def test_nothing_depends_on_redis_being_there_at_all(parts: Parts) -> None:
    silent = CrashParts(parts.settings, replace(parts.office, wake=None), None)
    story = Story(silent.office).to_certificate()
    drain_machine(silent)
    drain_outbox(silent)
    assert (certificates([story]), unsent([story])) == (1, 0)


def kill(redis: EmbeddedRedis) -> None:
    """The server ends without a word."""
    assert redis.pid is not None
    os.kill(redis.pid, signal.SIGKILL)
    assert wait_until(lambda: not redis.alive(), 5)
