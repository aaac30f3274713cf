"""What `yimen db start|stop|status|psql` do; the command line only translates."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from psycopg.conninfo import conninfo_to_dict

from api.embedded.cluster import SUPERUSER, postmaster_pid, server_address
from api.embedded.errors import EmbeddedServerError
from api.embedded.leftovers import FAST_SHUTDOWN_SECONDS, end_postgres_leftovers
from api.embedded.ownership import OwnerLock, owner_of
from api.embedded.places import remembered_place
from api.embedded.postgres import DATABASE, ROLE, EmbeddedPostgres, database_url, password_name
from api.embedded.processes import processes_working_in, send, wait_until
from api.embedded.programs import postgres_programs
from api.secrets_file import SecretsFile
from api.settings import Settings

LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
}


@dataclass(frozen=True)
class DatabaseStatus:
    """How the embedded database stands (数据库状态)."""

    data: Path
    major: int
    exists: bool
    server_pid: int | None
    owner_pid: int | None

    def __str__(self) -> str:
        if not self.exists:
            return f"内置数据库尚未建立（{self.data}）；运行 yimen serve 即可建立。"
        if self.server_pid is None:
            return f"内置数据库未运行（PostgreSQL {self.major}，{self.data}）。"
        owner = f"由进程 {self.owner_pid} 管理" if self.owner_pid else "没有管理进程，下次启动时会先结束它"
        return f"内置数据库正在运行：PostgreSQL {self.major}，进程 {self.server_pid}，{owner}（{self.data}）。"


def database_status(settings: Settings) -> DatabaseStatus:
    """How the embedded database of this installation stands; starts and changes nothing."""
    data = _data(settings)
    working = processes_working_in(data, "postgres") if data.is_dir() else []
    named = postmaster_pid(data)
    server = named if named in working else next(iter(working), None)
    owner = owner_of(settings.home / "pg" / "owner.lock")
    return DatabaseStatus(data, settings.postgres_major, data.is_dir(), server, owner)


def run_database(settings: Settings, announce: Callable[[str], None]) -> None:
    """Runs the embedded database alone, in the foreground, until SIGINT or SIGTERM."""
    _refuse_external(settings)
    with EmbeddedPostgres(settings.home, settings.postgres_major, tcp=settings.postgres_tcp) as postgres:
        # Blocked only now, because the server inherits the mask and must hear its own signals.
        awaited = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
        try:
            announce(str(database_status(settings)))
            while postgres.alive() and signal.sigwait(awaited) == signal.SIGCHLD:
                continue
            if not postgres.alive():
                raise EmbeddedServerError(f"数据库进程意外结束；日志在 {postgres.log_directory}。")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_database(settings: Settings) -> bool:
    """Whether anything was running: ends the process that owns the database (serve), or a server left without one."""
    _refuse_external(settings)
    lock = settings.home / "pg" / "owner.lock"
    owner = owner_of(lock)
    if owner is None:
        return _stop_ownerless(settings)
    send([owner], signal.SIGTERM)
    if not wait_until(lambda: owner_of(lock) is None, FAST_SHUTDOWN_SECONDS):
        raise EmbeddedServerError(f"进程 {owner} 在 {FAST_SHUTDOWN_SECONDS} 秒内没有停止内置数据库；请查看它的日志。")
    return True


def open_psql(settings: Settings, arguments: Sequence[str] = (), *, superuser: bool = False) -> NoReturn:
    """Becomes `psql` on the database of this installation, embedded or not."""
    program = postgres_programs(settings.postgres_major).path("psql")
    # The password goes through the environment: the command line is public on the machine.
    os.execve(program, [program, *arguments], {**os.environ, **psql_environment(settings, superuser=superuser)})


def running_database(settings: Settings) -> str | None:
    """The address of this installation's database if it answers now: given by DATABASE_URL, or the embedded one."""
    if settings.database_url is not None:
        return settings.libpq_url()
    return _running_url(settings, superuser=False) if server_address(_data(settings)) else None


def psql_environment(settings: Settings, *, superuser: bool = False) -> dict[str, str]:
    """The variables with which any PostgreSQL program finds and opens the database of this installation."""
    known = conninfo_to_dict(_running_url(settings, superuser))
    return {LIBPQ_VARIABLES[name]: str(value) for name, value in known.items() if name in LIBPQ_VARIABLES}


def _running_url(settings: Settings, superuser: bool) -> str:
    if settings.database_url is not None:
        return settings.libpq_url()
    server = server_address(_data(settings))
    if server is None:
        raise EmbeddedServerError("内置数据库未运行；请先运行 yimen serve 或 yimen db start。")
    role, database = (SUPERUSER, SUPERUSER) if superuser else (ROLE, DATABASE)
    return database_url(server, role, SecretsFile(settings.home).read()[password_name(role)], database)


def _stop_ownerless(settings: Settings) -> bool:
    data = _data(settings)
    if not data.is_dir():
        return False
    lock = OwnerLock(settings.home / "pg" / "owner.lock")
    lock.acquire()
    try:
        return end_postgres_leftovers(data, None)
    finally:
        lock.release()


def _data(settings: Settings) -> Path:
    return remembered_place(settings.home) / str(settings.postgres_major)


def _refuse_external(settings: Settings) -> None:
    if settings.database_url is not None:
        raise EmbeddedServerError("已设置 DATABASE_URL，数据库由外部管理，不能在此启动或停止。")
