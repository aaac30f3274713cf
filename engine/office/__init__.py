"""The engine, wired, as commands and queries find it: database, clock, keys and the shelves of what was read once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from engine.clock import Clock
from engine.office.shelves import DefinitionShelf, ReferenceShelf
from engine.ports import NoticeTemplates
from engine.records.secrets import Sealer
from engine.records.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Office:
    """The engine, wired: made once per process by `api/bootstrap.py`."""

    database: Engine
    clock: Clock
    sealer: Sealer
    definitions: DefinitionShelf
    references: ReferenceShelf
    wake: Callable[[str], None] | None = None
    public_url: str = ""
    notice_templates: NoticeTemplates | None = None

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self.database, self.wake)

    def query_password(self) -> str:
        """Six random digits (查询密码) printed on the receipt."""
        return f"{secrets.randbelow(1_000_000):06d}"
