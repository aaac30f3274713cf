"""The embedded PostgreSQL (内置数据库): one server for one home directory, alive exactly as long as its owner."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from api.embedded.cluster import DESK_SETTINGS, SUPERUSER, ServerAddress, create_cluster, require_major, write_settings
from api.embedded.errors import SecretsMismatch, StartFailed
from api.embedded.leftovers import FAST_SHUTDOWN_SECONDS, IMMEDIATE_SHUTDOWN_SECONDS, end_postgres_leftovers
from api.embedded.ownership import OwnerLock
from api.embedded.places import (
    SYSTEM_STATE,
    database_place,
    own_directory,
    remember_place,
    remove_socket_directory,
    socket_directory,
    unprivileged_account,
)
from api.embedded.processes import GLANCE_SECONDS, start_tethered, wait_for
from api.embedded.programs import postgres_programs, reachable_programs
from api.secrets_file import SecretsFile

log = logging.getLogger(__name__)

ROLE = DATABASE = "yimen"
START_LIMIT_SECONDS = 300.0  # recovery after a crash replays minutes of log; cutting it off only starts it again
NOTICE_SECONDS = 10.0
SOCKET_PORT = 5432  # only part of the socket's name


class EmbeddedPostgres:
    """A PostgreSQL server of one major version on `<home>/pg/<major>`.

    It listens on a private Unix socket only, unless `tcp` asks for a free port on 127.0.0.1. `extra_settings` go over
    the desk settings (a test suite turns `fsync` off). When the owner dies, the kernel sends SIGINT, which PostgreSQL
    takes as a fast shutdown: sessions end, a checkpoint is written, and the next start needs no recovery.
    Trap: `start` from a thread that lives as long as the server should.
    """

    name = "postgres"

    def __init__(
        self,
        home: Path,
        major: int = 16,
        *,
        tcp: bool = False,
        extra_settings: Mapping[str, str] | None = None,
        start_limit_seconds: float = START_LIMIT_SECONDS,
        system_state: Path = SYSTEM_STATE,
    ) -> None:
        self.home = home = home.absolute()
        self.major = major
        self.tcp = tcp
        self.settings = {**DESK_SETTINGS, **(extra_settings or {})}
        self.start_limit_seconds = start_limit_seconds
        self.place = database_place(home, system_state)
        self.data = self.place / str(major)
        self.log_directory = self.place / "log"
        self._lock = OwnerLock(home / "pg" / "owner.lock")
        self._passwords = SecretsFile(home)
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ServerAddress("", 0)

    @property
    def url(self) -> str:
        """The address of the database `yimen` for its owner, the role `yimen`, with the password in it."""
        return self.url_of(DATABASE)

    @property
    def superuser_url(self) -> str:
        """The address of the maintenance database for the superuser."""
        return self.url_of(SUPERUSER, SUPERUSER)

    def url_of(self, database: str, role: str = ROLE) -> str:
        """The address of a database of this server for one of its two roles."""
        return database_url(self.address, role, self._password(role), database)

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        """Whether the server process we started still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Starts the server, after a kill of the old one too, and returns when the database `yimen` accepts us."""
        if self.alive():
            return self
        self._lock.acquire()
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Fast shutdown; immediate shutdown if sessions do not end; killed if even that fails. Gives up ownership."""
        steps = ((signal.SIGINT, FAST_SHUTDOWN_SECONDS), (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_SECONDS))
        for signal_number, seconds in steps:
            if self._process is not None and self.alive():
                self._process.send_signal(signal_number)
                wait_for(self._process, seconds)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            end_postgres_leftovers(self.data, None)  # sessions outlive a killed server
        self._process = None
        remove_socket_directory(Path(self.address.host))
        self._lock.release()

    def create_database(self, name: str, template: str = "template1") -> str:
        """The address of a new empty database, or a copy of `template`; an existing one of this name is dropped."""
        with self._superuser() as connection:
            new = sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
            create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            connection.execute(create.format(new, sql.Identifier(ROLE), sql.Identifier(template)))
        return self.url_of(name)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        account = unprivileged_account(self.data, self.place)
        require_major(self.place, self.major)
        programs = reachable_programs(postgres_programs(self.major), account, self.place)
        sockets = socket_directory(self.data, account)
        own_directory(self.log_directory, account)
        if end_postgres_leftovers(self.data, sockets):
            log.warning("已结束上次遗留的 PostgreSQL 进程（%s）", self.data)
        if not self.data.exists():
            log.info("首次启动，正在建立数据目录 %s", self.data)
            durable = self.settings["fsync"] != "off"
            create_cluster(programs, self.data, account, self._password(SUPERUSER), durable=durable)
        if remember_place(self.home, self.place):
            log.warning("数据放在 %s：数据库账户 %s 进不了 %s", self.place, account and account.name, self.home)
        # A restart keeps its port: others already hold the address.
        self.address = ServerAddress(str(sockets), self.address.port or (_free_port() if self.tcp else SOCKET_PORT))
        write_settings(self.data, account, {**self.settings, "log_directory": str(self.log_directory)})
        fixed = {
            "listen_addresses": "127.0.0.1" if self.tcp else "",
            "port": str(self.address.port),
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
        }
        command = [programs.path("postgres"), "-D", str(self.data)]
        command += [part for name, value in fixed.items() for part in ("-c", f"{name}={value}")]
        with self._early_log.open("wb") as output:
            self._process = start_tethered(command, on_parent_death=signal.SIGINT, account=account, output=output)
        self._await_ready(self._process)
        self._ensure_database()

    @property
    def _early_log(self) -> Path:
        """What the server says before its own log opens."""
        return self.log_directory / "start.log"

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        started = time.monotonic()
        next_notice = started + NOTICE_SECONDS
        while not self._accepts():
            now = time.monotonic()
            if process.poll() is not None:
                raise StartFailed(f"PostgreSQL 启动时退出（状态 {process.returncode}）：\n{self._last_lines()}")
            if now - started > self.start_limit_seconds:
                limit = f"{self.start_limit_seconds:.0f}"
                raise StartFailed(f"PostgreSQL 在 {limit} 秒内没有就绪：\n{self._last_lines()}")
            if now > next_notice:
                next_notice = now + NOTICE_SECONDS
                log.info("等待 PostgreSQL 就绪，已 %.0f 秒：%s", now - started, self._last_lines(1))
            wait_for(process, GLANCE_SECONDS)

    def _accepts(self) -> bool:
        try:
            self._superuser().close()
        except psycopg.OperationalError as refusal:
            if "password authentication failed" in str(refusal):
                raise SecretsMismatch(
                    f"{self._passwords.path} 中的密码打不开 {self.data}；请把两者恢复到同一份备份。"
                ) from refusal
            return False  # no socket yet, or still recovering
        return True

    def _ensure_database(self) -> None:
        role, password = sql.Identifier(ROLE), sql.Literal(self._password(ROLE))
        with self._superuser() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            # Sent at every start: a lost password of the application's own role mends itself.
            connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role))

    def _superuser(self) -> psycopg.Connection:
        return psycopg.connect(self.superuser_url, autocommit=True, connect_timeout=5)

    def _password(self, role: str) -> str:
        return self._passwords.obtain(password_name(role), lambda: secrets.token_urlsafe(32))

    def _last_lines(self, count: int = 20) -> str:
        newest = sorted(self.log_directory.glob("*.log"), key=lambda path: path.stat().st_mtime)[-2:]
        lines = [line for path in newest for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
        return "\n".join(lines[-count:])


def database_url(server: ServerAddress, role: str, password: str, database: str) -> str:
    """The address of one database, as psycopg and, after its scheme is changed, SQLAlchemy read it."""
    where = urlencode({"host": server.host, "port": server.port})
    return f"postgresql://{role}:{quote(password, safe='')}@/{quote(database, safe='')}?{where}"


def password_name(role: str) -> str:
    """Under which name the secrets file keeps the password of a role."""
    return f"postgres_password_{role}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
