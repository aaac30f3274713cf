"""Where a server's files live and under which account it runs."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from api.embedded.errors import PlaceRefused
from api.secrets_file import make_passable_directory

SYSTEM_STATE = Path("/var/lib/yimen")  # not /var/tmp: its cleaner deletes files untouched for a month, tables included
UNPRIVILEGED = ("postgres", "nobody")
SOCKET_DIRECTORY_PREFIX = "yimen-"
LONGEST_SOCKET_PATH = 107  # bytes of sun_path without the closing zero
LONGEST_SOCKET_NAME = len("/.s.PGSQL.65535.lock")


@dataclass(frozen=True)
class Account:
    """A system account (系统账户) a server runs under instead of root."""

    uid: int
    gid: int
    name: str


def unprivileged_account(*written_before: Path) -> Account | None:
    """Whom to become before starting PostgreSQL, which refuses root; None when we are not root.

    The first of these paths that exists and is not root's decides: data stay with the account that wrote them.
    """
    if os.geteuid() != 0:
        return None
    for path in written_before:
        if path.exists() and path.stat().st_uid != 0:
            owner = path.stat()
            return Account(owner.st_uid, owner.st_gid, _account_name(owner.st_uid))
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise PlaceRefused(
        f"PostgreSQL 不能以 root 运行，而系统中没有 {' 或 '.join(UNPRIVILEGED)} 账户；请以普通用户启动。"
    )


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may pass through every directory down to this existing path."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    return all(_may_pass(account, directory) for directory in (path, *path.parents))


def database_place(home: Path, system_state: Path = SYSTEM_STATE) -> Path:
    """The directory for clusters and their log: `<home>/pg`, or below `system_state` where the account cannot get in.

    `<home>/pg/location` remembers the latter (see `remember_place`).
    """
    near, remembered = home / "pg", remembered_place(home)
    make_passable_directory(home)
    make_passable_directory(near)
    if remembered != near:
        if not remembered.is_dir():
            raise PlaceRefused(
                f"数据目录 {remembered} 不见了（记在 {near / 'location'}）；请恢复备份，或删去该文件后重新建库。"
            )
        return remembered
    if can_reach(unprivileged_account(near), near):
        return near
    make_passable_directory(system_state)
    far = system_state / _fingerprint(near)
    make_passable_directory(far)
    _require_owner(far, 0)
    return far


def remembered_place(home: Path) -> Path:
    """Where an earlier start put the clusters of this home; makes nothing."""
    location = home / "pg" / "location"
    return Path(location.read_text(encoding="utf-8").strip()) if location.exists() else home / "pg"


def remember_place(home: Path, place: Path) -> bool:
    """Notes data kept away from home; True the first time, so that it is said once."""
    location = home / "pg" / "location"
    if place == home / "pg" or location.exists():
        return False
    location.write_text(f"{place}\n", encoding="utf-8")
    return True


def own_directory(path: Path, account: Account | None, mode: int = 0o700) -> Path:
    """The directory, made if need be, for the server's account alone; refused when somebody else put it there."""
    uid = account.uid if account else os.geteuid()
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        _require_owner(path, uid, os.geteuid())
    path.chmod(mode)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def socket_directory(data: Path, account: Account | None) -> Path:
    """A short private directory for the sockets of the server of this data directory."""
    uid = account.uid if account else os.geteuid()
    name = f"{SOCKET_DIRECTORY_PREFIX}{uid}-{_fingerprint(data)}"
    candidates = (Path(tempfile.gettempdir()), Path("/tmp"))
    base = next((c for c in candidates if _fits(c / name) and (account is None or can_reach(account, c))), None)
    if base is None:
        raise PlaceRefused(f"套接字路径太长：{candidates[0]}；请把 TMPDIR 设为较短的目录。")
    return own_directory(base / name, account)


def remove_socket_directory(directory: Path) -> None:
    """Tidies up after a stopped server; a directory that is not ours or not empty stays."""
    if directory.name.startswith(SOCKET_DIRECTORY_PREFIX) and directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def _fits(directory: Path) -> bool:
    return len(os.fsencode(directory)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH


def _may_pass(account: Account, directory: Path) -> bool:
    entry = directory.stat()
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)


def _require_owner(path: Path, *allowed: int) -> None:
    entry = path.lstat()
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid not in allowed:
        owner = _account_name(entry.st_uid)
        raise PlaceRefused(
            f"{path} 属于 {owner}，不能使用；请以该用户启动，或改其属主、删去该目录后重试。",
            en=f"{path} belongs to {owner}: start as that user, or chown or remove it",
        )


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:12]


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
