"""Creates and configures a PostgreSQL data directory (数据目录); knows nothing of running servers."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.embedded.errors import DatabaseVersionMismatch, StartFailed
from api.embedded.places import Account, own_directory
from api.embedded.processes import start_tethered
from api.embedded.programs import PostgresPrograms

SUPERUSER = "postgres"
DESK_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file a weekday, overwritten after a week: bounded without anybody tidying up.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
}


@dataclass(frozen=True)
class ServerAddress:
    """The directory of the Unix socket and the port that is part of its name."""

    host: str
    port: int


def require_major(place: Path, major: int) -> None:
    """Refuses data of another major version, and an empty new cluster beside data of another one."""
    written = {
        int(path.name): (path / "PG_VERSION").read_text(encoding="ascii").strip()
        for path in place.iterdir()
        if path.name.isdigit() and (path / "PG_VERSION").exists()
    }
    found = written.get(major, str(max(written, default=major)))
    newer = max(written, default=major) > major
    if found != str(major) or newer:
        data_major = str(max(written)) if newer else found
        raise DatabaseVersionMismatch(
            f"{place} 中的数据由 PostgreSQL {data_major} 写成，当前程序是 PostgreSQL {major}。"
            f"请运行 yimen db upgrade，或把 YIMEN_POSTGRES_MAJOR 设为 {data_major}。",
            en=f"data of PostgreSQL {data_major}, programs of {major}: run `yimen db upgrade`"
            f" or set YIMEN_POSTGRES_MAJOR={data_major}",
            found=data_major,
            expected=major,
        )


def create_cluster(
    programs: PostgresPrograms, data: Path, account: Account | None, password: str, *, durable: bool = True
) -> None:
    """Makes the data directory with `C.UTF-8` order and password authentication; appears whole or not at all."""
    unfinished = data.with_name(f".{data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    own_directory(unfinished, account)
    with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("w", dir=data.parent) as password_file:
        password_file.write(password)
        password_file.flush()
        if account:
            os.chown(password_file.name, account.uid, account.gid)
        command = [
            programs.path("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ]
        status = start_tethered(command, on_parent_death=signal.SIGKILL, account=account, output=output).wait()
        output.seek(0)
        if status != 0:
            raise StartFailed(f"无法建立数据目录 {data}：\n{output.read().decode('utf-8', 'replace')}")
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(
            "\ninclude_if_exists = 'yimen.conf'  # rewritten at every start; ALTER SYSTEM overrides it\n"
        )
    unfinished.rename(data)


def write_settings(data: Path, account: Account | None, settings: Mapping[str, str]) -> None:
    """Writes the settings of this start; an operator's `ALTER SYSTEM` still has the last word."""
    lines = (f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
    path = data / "yimen.conf"
    path.write_text("".join(lines), encoding="utf-8")
    if account:
        os.chown(path, account.uid, account.gid)


def postmaster_pid(data: Path) -> int | None:
    """The pid in the server's own lock file, which may be stale; None when there is none."""
    first = next(iter(_lock_file_lines(data)), "")
    return int(first) if first.isdigit() else None


def server_address(data: Path) -> ServerAddress | None:
    """Where the server of this data directory listens, as it wrote itself; None when it does not run."""
    lines = _lock_file_lines(data)  # pid, data directory, start, port, socket directory, TCP address, shared memory
    return ServerAddress(lines[4], int(lines[3])) if len(lines) > 4 else None


def _lock_file_lines(data: Path) -> list[str]:
    try:
        written = (data / "postmaster.pid").read_text(encoding="utf-8")
    except (FileNotFoundError, PermissionError):
        return []
    return [line.strip() for line in written.splitlines()]
