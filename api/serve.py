"""`yimen serve`: one command starts database, queue, web, worker and scheduler, keeps them alive, and stops them."""

from __future__ import annotations

import errno
import http.client
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from api.children import Child, ChildCommand, Journal, Keeper, Kept
from api.embedded.processes import wait_until
from api.settings import PROJECT, Settings
from engine.errors import CaseworkError

GRACE_SECONDS = 30.0
WEB_THREADS = 4
HEALTH_PATH = "/health/live"
HEALTH_LOOK_SECONDS = 0.5
PORT_WAIT_SECONDS = 5.0
LONGEST_LOOK_SECONDS = 5.0


class StopRequested(BaseException):
    """SIGTERM, SIGINT or SIGHUP: not an error, and no `except Exception` may catch it."""


def serve(
    settings: Settings,
    *,
    prepare: Callable[[Settings], None],
    children: Callable[[Settings], Sequence[ChildCommand]] | None = None,
    extra_environment: Mapping[str, str] | None = None,
) -> None:
    """Runs the whole installation until it is told to stop; returns after everything it started has ended.

    `prepare` gets the settings with the addresses of both servers, before any child starts: migrations go there.
    """
    supervisor = Supervisor(settings, prepare, children or standard_children, extra_environment or {})
    with _signals(_request_stop):
        try:
            supervisor.run()
        except StopRequested:
            supervisor.log.info("收到停止信号，正在依次停止")
        finally:
            supervisor.stop()


def standard_children(settings: Settings) -> Sequence[ChildCommand]:
    """Web, worker and scheduler as they run in production and at a desk alike."""
    web = (
        *("-m", "gunicorn", "api.app:create_app()"),
        *("--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.web_workers)),
        *("--worker-class", "gthread", "--threads", str(WEB_THREADS), "--timeout", "60"),
        *("--graceful-timeout", f"{GRACE_SECONDS - 5:.0f}", "--worker-tmp-dir", _heartbeat_directory()),
        "--no-control-socket",
    )
    return (
        ChildCommand("web", (sys.executable, *web)),
        ChildCommand("worker", (sys.executable, "-m", "api.cli", "worker")),
        ChildCommand("scheduler", (sys.executable, "-m", "api.cli", "scheduler")),
    )


class Supervisor:
    """Everything one `serve` started, in the order it was started."""

    def __init__(
        self,
        settings: Settings,
        prepare: Callable[[Settings], None],
        commands: Callable[[Settings], Sequence[ChildCommand]],
        extra_environment: Mapping[str, str],
    ) -> None:
        self.settings = settings
        self._prepare, self._commands, self._extra = prepare, commands, extra_environment
        self._journal = Journal(settings.home)
        self.log = self._journal.logger("yimen")
        self._servers: list[Kept] = []
        self._children: list[Child] = []
        self._announced = False

    def run(self) -> None:
        """Starts everything, then keeps it alive; left only by an exception."""
        require_free_port(self.settings.host, self.settings.port)
        with _shown(logging.getLogger("api.embedded"), self.log), _child_signals_held():
            settings = self._start_servers()
            self._prepare(settings)
            self._start_children(settings)
            keepers = [Keeper(kept, self.log.warning) for kept in (*self._servers, *self._children)]
            while True:
                pauses = [pause for keeper in keepers if (pause := keeper.tend()) is not None]
                if not self._announced:
                    self._announce_when_ready()
                    pauses.append(HEALTH_LOOK_SECONDS)
                signal.sigtimedwait([signal.SIGCHLD], min([*pauses, LONGEST_LOOK_SECONDS]))

    def stop(self) -> None:
        """Stops all in reverse order, children together within one grace period; a second signal cuts it short."""
        deadline = time.monotonic() + GRACE_SECONDS
        try:
            for child in reversed(self._children):
                child.ask_to_stop()
            for child in reversed(self._children):
                child.stop(max(0.0, deadline - time.monotonic()))
        except StopRequested:
            self.log.warning("再次收到停止信号，立即结束")
        with _signals(signal.SIG_IGN):
            for child in reversed(self._children):
                child.stop()
            for server in reversed(self._servers):
                server.stop()
        if self._servers or self._children:
            self.log.info("已全部停止")
        self._journal.close()

    def _start_servers(self) -> Settings:
        settings = self.settings
        database_url, redis_url = settings.database_url, settings.redis_url
        if database_url is None:
            # Imported here, so that an installation with its own servers needs neither wheel.
            from api.embedded.postgres import EmbeddedPostgres

            postgres = EmbeddedPostgres(settings.home, settings.postgres_major, tcp=settings.postgres_tcp)
            self._start(postgres)
            database_url = postgres.url
        if redis_url is None:
            from api.embedded.redis import EmbeddedRedis

            redis = EmbeddedRedis(settings.home)
            self._start(redis)
            redis_url = redis.url
        return settings.with_servers(database_url, redis_url)

    def _start(self, server: Kept) -> None:
        self._servers.append(server)
        server.start()
        self.log.info("%s 已启动", server.name)

    def _start_children(self, settings: Settings) -> None:
        env = {**os.environ, "PYTHONUNBUFFERED": "1", **settings.as_environment(), **self._extra}
        for command in self._commands(settings):
            child = Child(command, env, PROJECT, self._journal.logger(command.name))
            self._children.append(child)
            child.start()

    def _announce_when_ready(self) -> None:
        if _answers_health(self.settings.host, self.settings.port):
            self._announced = True
            self.log.info("已就绪，请用浏览器打开 %s", self.settings.public_url)


def require_free_port(host: str, port: int) -> None:
    """Refuses an address another program listens on; a predecessor that is still leaving is given a moment."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]

    def free() -> bool:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as refusal:
                if refusal.errno == errno.EADDRINUSE:
                    return False
                raise CaseworkError(f"不能使用地址 {host}:{port}：{refusal.strerror}") from refusal
        return True

    if not wait_until(free, PORT_WAIT_SECONDS):
        raise CaseworkError(
            f"端口 {port} 已被其他程序占用；请停止它，或设置 YIMEN_PORT 换一个端口。",
            en=f"port {port} is taken: stop that program or set YIMEN_PORT",
        )


def _answers_health(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reachable, port, timeout=2)
    try:
        connection.request("GET", HEALTH_PATH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False  # not listening yet
    finally:
        connection.close()


def _heartbeat_directory() -> str:
    # gunicorn touches a file there all the time: on a slow disk a busy worker would be taken for a dead one.
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) else tempfile.gettempdir()


@contextmanager
def _signals(action: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    """Answers the signals that mean *stop*; a SIGHUP ignored from the start (nohup) stays ignored."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, action) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _request_stop(number: int, frame: FrameType | None) -> NoReturn:
    raise StopRequested


@contextmanager
def _child_signals_held() -> Iterator[None]:
    """Keeps SIGCHLD pending, so that `sigtimedwait` wakes the moment a child ends; children start unblocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _shown(source: logging.Logger, target: logging.Logger) -> Iterator[None]:
    """Lets the notices of one logger appear where another writes."""
    level = source.level
    source.setLevel(logging.INFO)
    for handler in target.handlers:
        source.addHandler(handler)
    try:
        yield
    finally:
        source.setLevel(level)
        for handler in target.handlers:
            source.removeHandler(handler)
