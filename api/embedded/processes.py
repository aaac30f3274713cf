"""Starts tethered processes, and finds and ends those a killed predecessor left behind. Reads /proc: Linux only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from api.embedded.places import Account

TETHER = Path(__file__).with_name("tether.py")
GLANCE_SECONDS = 0.05  # nobody is told of the end of a process that is not his child


def start_tethered(
    command: Sequence[str],
    *,
    on_parent_death: signal.Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    stdin: int | None = subprocess.DEVNULL,
    output: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own that receives `on_parent_death` when we die, even by `kill -9`.

    Trap: the kernel means the *thread* that called; call from one that lives as long as the child should.
    """
    who = f"{account.uid}:{account.gid}" if account else "-"
    tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(on_parent_death)), who]
    return subprocess.Popen(
        [*tether, *command],
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        start_new_session=True,
    )


def processes_working_in(directory: Path, program: str) -> list[int]:
    """Living processes of this program name whose working directory this is: how a server is known from its data."""
    wanted = os.path.realpath(directory)
    return [pid for pid in _all_pids() if _name(pid) == program and _working_directory(pid) == wanted]


def descendants(ancestor: int) -> list[int]:
    """Children, their children and so on, also those that made a session of their own."""
    children: dict[int, list[int]] = {}
    for pid in _all_pids():
        children.setdefault(parent_of(pid), []).append(pid)
    found = list(children.get(ancestor, ()))
    for pid in found:  # grows while we walk it
        found.extend(children.get(pid, ()))
    return found


def parent_of(pid: int) -> int:
    """The parent's process id, 0 when the process is gone."""
    return int(_status(pid)[1])


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs, whoever it belongs to; one that only waits to be reaped does not."""
    return _status(pid)[0] not in ("gone", "Z", "X")


def send(pids: Sequence[int], signal_number: signal.Signals) -> None:
    """Signals each process that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in this time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(GLANCE_SECONDS)
    return True


def wait_for(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether our child ended in this time; returns as soon as it does."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _all_pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _status(pid: int) -> tuple[str, str]:
    """State letter and parent of a process."""
    try:
        written = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "gone", "0"
    state, parent = written.rpartition(")")[2].split()[:2]  # the name before may hold spaces and brackets
    return state, parent


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _working_directory(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:  # ended meanwhile, or another account's: then it is not ours
        return ""
