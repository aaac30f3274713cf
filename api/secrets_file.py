"""The secrets of a desk installation (密钥文件): generated once, kept beside the data, readable by its owner only."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import CaseworkError


class SecretsFile:
    """The named secrets of one home directory, in `secrets.json`.

    Back it up with the data: encrypted values and the embedded database cannot be opened without it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "secrets.json"

    def obtain(self, name: str, generate: Callable[[], str]) -> str:
        """The secret of this name; generated and stored at the first request, even when two processes ask at once."""
        existing = self.read().get(name)
        if existing is not None:
            return existing
        with self._alone():
            secrets = self.read()
            if name not in secrets:
                self._write({**secrets, name: generate()})
            return self.read()[name]

    def read(self) -> dict[str, str]:
        """All secrets stored so far; a file that others could read is narrowed to its owner first."""
        if not self.path.exists():
            return {}
        try:
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
            stored: dict[str, str] = json.loads(self.path.read_text(encoding="utf-8"))
        except PermissionError as refusal:
            raise CaseworkError(f"无权读取密钥文件 {self.path}：请以建立它的用户身份运行，或改其属主。") from refusal
        except ValueError as damage:
            raise CaseworkError(
                f"密钥文件 {self.path} 已损坏，请从备份恢复；不要删除，否则加密的数据无法打开。"
            ) from damage
        return stored

    def _write(self, secrets: dict[str, str]) -> None:
        # mkstemp creates with mode 0600; the rename makes the new content appear whole or not at all.
        descriptor, temporary = tempfile.mkstemp(prefix=".secrets-", dir=self.home)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(secrets, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_passable_directory(self.home)
        directory = os.open(self.home, os.O_RDONLY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield
            os.fsync(directory)
        finally:
            os.close(directory)


def make_passable_directory(path: Path) -> None:
    """Makes a directory others may pass through but not list: a database server under another account lives below."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)  # mkdir's own mode is narrowed by the umask
