"""When a process that ended is started again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.children import HEALTHY_SECONDS, LONGEST_PAUSE_SECONDS, Keeper


class Fickle:
    """A process that fails on demand; `refuses` makes even its start fail."""

    name = "web"

    def __init__(self) -> None:
        self.running, self.refuses, self.starts = True, False, 0

    def alive(self) -> bool:
        return self.running

    def start(self) -> None:
        self.starts += 1
        if self.refuses:
            raise OSError("no memory")
        self.running = True

    def stop(self) -> None:
        self.running = False


class Stage:
    """A keeper with its process, a clock moved by hand, and what was said."""

    def __init__(self) -> None:
        self.now, self.said, self.process = 0.0, list[str](), Fickle()
        self.keeper = Keeper(self.process, self.said.append, lambda: self.now)

    def crash_and_wait(self) -> float:
        """The pause between the crash and the restart."""
        self.process.running = False
        pause = self.keeper.tend()
        assert pause
        self.now += pause
        self.keeper.tend()
        return pause


def test_a_running_process_is_left_alone() -> None:
    stage = Stage()
    assert stage.keeper.tend() is None
    assert (stage.process.starts, stage.said) == (0, [])


def test_a_process_that_keeps_failing_is_started_after_ever_longer_pauses() -> None:
    stage = Stage()
    assert [stage.crash_and_wait() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert stage.process.starts == 7


def test_a_process_that_ran_well_for_a_minute_is_started_after_the_shortest_pause_again() -> None:
    stage = Stage()
    for _ in range(4):
        stage.crash_and_wait()
    stage.now += HEALTHY_SECONDS + 1
    assert stage.crash_and_wait() == 1


def test_it_is_not_started_before_its_pause_is_over() -> None:
    stage = Stage()
    stage.crash_and_wait()
    stage.process.running = False
    stage.keeper.tend()
    stage.now += 1.5
    assert stage.keeper.tend() == 0.5
    assert stage.process.starts == 1


@given(st.integers(1, 40))
def test_a_start_that_fails_is_said_and_tried_again_without_end(attempts: int) -> None:
    stage = Stage()
    stage.process.refuses, stage.process.running = True, False
    for _ in range(attempts):
        pause = stage.keeper.tend()
        assert pause is not None
        assert pause <= LONGEST_PAUSE_SECONDS
        stage.now += pause
        stage.keeper.tend()
    assert stage.process.starts == attempts
    assert sum("no memory" in line for line in stage.said) == attempts
    stage.process.refuses = False
    stage.now += stage.keeper.tend() or 0
    stage.keeper.tend()
    assert stage.process.running
