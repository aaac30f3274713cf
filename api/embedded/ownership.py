"""One owner for one embedded server: a lock the kernel releases when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from api.embedded.errors import PlaceRefused, ServerOwned
from api.embedded.processes import is_alive, wait_until


class OwnerLock:
    """Held by the process that runs the server of one directory; the file tells the others its pid."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> None:
        """Takes the lock or raises `ServerOwned` with the pid of the owner; harmless when already held."""
        if self.held:
            return
        descriptor = _open(self.path, os.O_RDWR | os.O_CREAT)
        # A lock without a living owner in the file is a passing glance of `owner_of`: worth a second try.
        wait_until(lambda: _lock(descriptor, fcntl.LOCK_EX) or _owner_written(self.path) is not None, 2)
        if not _lock(descriptor, fcntl.LOCK_EX):
            owner = _owner_written(self.path) or "?"
            os.close(descriptor)
            raise ServerOwned(
                f"内置服务已由进程 {owner} 启动（{self.path.parent}）。请先停止它，或另设 YIMEN_HOME。",
                en=f"process {owner} already runs the server in {self.path.parent}: stop it or set another YIMEN_HOME",
                pid=owner,
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Gives the lock back; harmless when not held."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def owner_of(path: Path) -> int | None:
    """The pid of the process holding this lock, None when nobody does."""
    if not path.exists():
        return None
    descriptor = _open(path, os.O_RDONLY)
    try:
        return None if _lock(descriptor, fcntl.LOCK_SH) else _owner_written(path)
    finally:
        os.close(descriptor)


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC, 0o600)
    except PermissionError as refusal:
        raise PlaceRefused(f"无权使用 {path}：请以上次启动的用户身份运行，或改其属主。") from refusal


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner_written(path: Path) -> int | None:
    written = path.read_text(encoding="ascii").strip()
    return int(written) if written.isdigit() and is_alive(int(written)) else None
