"""Ends the server processes a killed predecessor left on a directory, so that never two run on one set of data."""

from __future__ import annotations

import signal
from pathlib import Path

from api.embedded.cluster import postmaster_pid
from api.embedded.errors import StartFailed
from api.embedded.processes import is_alive, parent_of, processes_working_in, send, wait_until

FAST_SHUTDOWN_SECONDS = 120  # it writes a checkpoint first: slow on a busy disk
IMMEDIATE_SHUTDOWN_SECONDS = 10


def end_postgres_leftovers(data: Path, sockets: Path | None) -> bool:
    """Whether any process was left on this data directory; afterwards there is none, nor a misleading lock file.

    Stopped, not adopted: the new server is then our child, with this version's programs and settings.
    """
    found = processes_working_in(data, "postgres")
    leader = _leader(data, found)
    if leader is not None:
        send([leader], signal.SIGINT)
        _gone(data, "postgres", FAST_SHUTDOWN_SECONDS)
    # Without a leader these are backends of a killed one; SIGQUIT is what it would have sent them.
    _end(data, "postgres", signal.SIGQUIT)
    _remove_foreign_locks(data, sockets)
    return bool(found)


def end_redis_leftovers(directory: Path) -> bool:
    """Whether a Redis was left working in this directory; afterwards there is none."""
    found = processes_working_in(directory, "redis-server")
    _end(directory, "redis-server", signal.SIGTERM)
    return bool(found)


def _end(directory: Path, program: str, first: signal.Signals) -> None:
    for step in (first, signal.SIGKILL):
        send(processes_working_in(directory, program), step)
        if _gone(directory, program, IMMEDIATE_SHUTDOWN_SECONDS):
            return
    left = processes_working_in(directory, program)
    raise StartFailed(f"{directory} 仍被旧的 {program} 进程 {left} 占用，且无法结束；请结束它们后重试。")


def _gone(directory: Path, program: str, seconds: float) -> bool:
    return wait_until(lambda: not processes_working_in(directory, program), seconds)


def _leader(data: Path, found: list[int]) -> int | None:
    """The postmaster among these processes: the one the lock file names, or the parent of others."""
    named = postmaster_pid(data)
    if named in found:
        return named
    return next((parent for parent in map(parent_of, found) if parent in found), None)


def _remove_foreign_locks(data: Path, sockets: Path | None) -> None:
    # PostgreSQL itself clears a lock file whose pid is dead. When the number was given to an unrelated living
    # process it refuses for ever; we know better, because no postgres works in this directory.
    named = postmaster_pid(data)
    if named is not None and is_alive(named):
        (data / "postmaster.pid").unlink()
    if sockets is not None:
        for path in sockets.glob(".s.PGSQL.*"):
            path.unlink()
