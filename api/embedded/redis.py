"""The embedded Redis (内置队列服务): wakes workers and remembers nothing; the outbox in the database does."""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.embedded.errors import StartFailed
from api.embedded.leftovers import end_redis_leftovers
from api.embedded.ownership import OwnerLock
from api.embedded.places import remove_socket_directory, socket_directory
from api.embedded.processes import GLANCE_SECONDS, start_tethered, wait_for
from api.embedded.programs import redis_server
from api.secrets_file import SecretsFile, make_passable_directory

START_LIMIT_SECONDS = 30.0
STOP_SECONDS = 10.0
LARGEST_LOG_BYTES = 10_000_000


class EmbeddedRedis:
    """A Redis server for one home directory, on a private Unix socket, with a password and without persistence.

    Trap: like `EmbeddedPostgres`, start it from a thread that lives as long as the server should.
    """

    name = "redis"

    def __init__(self, home: Path) -> None:
        self.home = home = home.absolute()
        self.directory = home / "redis"
        self.socket = Path()
        self.log_file = home / "log" / "redis.log"
        self._lock = OwnerLock(self.directory / "owner.lock")
        self._secrets = SecretsFile(home)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as redis-py and RQ want it, with the password in it; known once started."""
        return f"unix://:{self._password}@{quote(str(self.socket))}?db=0"

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        """Whether the server process we started still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Starts the server, after a kill of the old one too, and returns when it answers."""
        if self.alive():
            return self
        make_passable_directory(self.home)
        for directory in (self.directory, self.log_file.parent):
            directory.mkdir(mode=0o700, exist_ok=True)
        self._lock.acquire()
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ends the server; nothing is lost, because nothing is kept in it. Gives up ownership."""
        if self._process is not None and self.alive():
            self._process.terminate()
            if not wait_for(self._process, STOP_SECONDS):
                self._process.kill()
                self._process.wait()
        self._process = None
        remove_socket_directory(self.socket.parent)
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _password(self) -> str:
        return self._secrets.obtain("redis_password", lambda: secrets.token_urlsafe(32))

    def _launch(self) -> None:
        end_redis_leftovers(self.directory)
        self.socket = socket_directory(self.directory, None) / "redis.sock"
        self.socket.unlink(missing_ok=True)
        if self.log_file.exists() and self.log_file.stat().st_size > LARGEST_LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as output:
            self._process = start_tethered(
                [redis_server(), "-"],
                on_parent_death=signal.SIGTERM,
                cwd=self.directory,
                stdin=subprocess.PIPE,
                output=output,
            )
        self._configure(self._process)
        self._await_ready(self._process)

    def _configure(self, process: subprocess.Popen[bytes]) -> None:
        settings = {
            "port": "0",
            "unixsocket": f'"{self.socket}"',
            "unixsocketperm": "700",
            "requirepass": self._password,
            "dir": f'"{self.directory}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        # Through stdin: on the command line everybody on the machine could read the password.
        if process.stdin is None:
            raise StartFailed("Redis 没有标准输入，无法传入配置。")
        with suppress(BrokenPipeError), process.stdin as stdin:  # it died already; _await_ready tells why
            stdin.write("".join(f"{name} {value}\n" for name, value in settings.items()).encode())

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
                raise StartFailed("Redis 没有就绪：\n" + "\n".join(lines))
            wait_for(process, GLANCE_SECONDS)

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.ConnectionError:
                return False
