"""The processes `yimen serve` keeps alive (子进程): started tethered, logged line by line, restarted after a pause."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Protocol

from api.embedded.processes import descendants, send, start_tethered, wait_for
from api.secrets_file import make_passable_directory

LOG_FILE_BYTES, LOG_FILE_COUNT = 10_000_000, 5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


class Kept(Protocol):
    """What the supervisor keeps alive: an embedded server or a child process."""

    name: str

    def start(self) -> object: ...
    def stop(self) -> None: ...
    def alive(self) -> bool: ...


@dataclass(frozen=True)
class ChildCommand:
    """The name of a child process, as its log shows it, and how to run it.

    once  it has a job to finish: when it ended well it is not started again
    """

    name: str
    command: Sequence[str]
    once: bool = False


class Journal:
    """Writes each line to the console, under the name of its process, and to `<home>/log/<name>.log`."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "log"
        make_passable_directory(home)
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._files: list[RotatingFileHandler] = []

    def logger(self, name: str) -> logging.Logger:
        """The logger of one process; its file is renewed at 10 MB and five old ones are kept."""
        logger = logging.Logger(f"yimen.{name}")
        file = RotatingFileHandler(
            self._directory / f"{name}.log", maxBytes=LOG_FILE_BYTES, backupCount=LOG_FILE_COUNT, encoding="utf-8"
        )
        file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        console = logging.StreamHandler(sys.stdout)
        console.setFormatter(logging.Formatter(f"{name:<9} | %(message)s"))
        logger.addHandler(file)
        logger.addHandler(console)
        self._files.append(file)
        return logger

    def close(self) -> None:
        """Closes the files; the console stays."""
        for file in self._files:
            file.close()


class Child:
    """One child process in a session of its own.

    When the supervisor dies the kernel kills it: gunicorn's workers notice their missing master and leave. A softer
    signal could be waited out for ever by a worker that has just lost its Redis.
    """

    def __init__(self, child: ChildCommand, env: Mapping[str, str], cwd: Path, logger: logging.Logger) -> None:
        self.name = child.name
        self._command, self._env, self._cwd, self._logger = child.command, env, cwd, logger
        self._once = child.once
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def alive(self) -> bool:
        """Whether there is nothing to restart: it runs, or its one job is done."""
        if self._process is None:
            return False
        ended = self._process.poll()
        return ended is None or (self._once and ended == 0)

    def start(self) -> None:
        """Starts the process and a reader of its output."""
        process = start_tethered(
            self._command,
            on_parent_death=signal.SIGKILL,
            env=self._env,
            cwd=self._cwd,
            output=subprocess.PIPE,
        )
        self._process = process
        if process.stdout is not None:
            reader = threading.Thread(target=_copy_lines, args=(process.stdout, self._logger), daemon=True)
            reader.start()

    def ask_to_stop(self) -> None:
        """Lets it finish the request or the job at hand."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self, seconds: float = 0.0) -> None:
        """Waits this long for its end, then kills it; nothing it started outlives it."""
        if self._process is None:
            return
        if self._process.poll() is None and not wait_for(self._process, seconds):
            offspring = descendants(self._process.pid)  # RQ's work horse has a session of its own
            self._process.kill()
            self._process.wait()
            send(offspring, signal.SIGKILL)
        self._process = None


class Keeper:
    """Restarts one kept process when it ends, after pauses of 1, 2, 4 … 30 s while it keeps failing."""

    def __init__(
        self, kept: Kept, notice: Callable[[str], None], seconds_now: Callable[[], float] = time.monotonic
    ) -> None:
        self.kept = kept
        self._notice, self._seconds_now = notice, seconds_now
        self._failures = 0
        self._started = seconds_now()
        self._due: float | None = None

    def tend(self) -> float | None:
        """Restarts the process if it is due; the seconds until it will be, None while it runs."""
        now = self._seconds_now()
        if self.kept.alive():
            return None
        if self._due is None:
            self._failures = 0 if now - self._started > HEALTHY_SECONDS else self._failures
            pause = min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
            self._failures += 1
            self._due = now + pause
            self._notice(f"{self.kept.name} 意外结束，{pause:.0f} 秒后重新启动")
        if now >= self._due:
            self._restart()
            return None if self.kept.alive() else 0.0
        return self._due - now

    def _restart(self) -> None:
        self._due, self._started = None, self._seconds_now()
        try:
            self.kept.start()
        except Exception as failure:  # whatever it was, the next attempt is the answer; it is said, not hidden
            self._notice(f"{self.kept.name} 未能重新启动：{failure}")


def _copy_lines(stream: IO[bytes], logger: logging.Logger) -> None:
    with stream:
        for line in stream:
            logger.info("%s", line.decode("utf-8", "replace").rstrip())
