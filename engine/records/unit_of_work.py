"""One connection, one transaction, one commit: the `UnitOfWork` every command opens exactly once.

Locks are taken in one order: the case row first, then others by ascending id, counters last (READ COMMITTED).
Whatever must be told to the outside is an outbox row of the same transaction; `wake` only says after the commit that one is there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

import orjson
from sqlalchemy import Connection, Engine, create_engine, event

from engine.records.archives import ArchiveRecords
from engine.records.cards import CardRecords
from engine.records.cases import CaseRecords
from engine.records.certificates import CertificateRecords
from engine.records.changes import ChangeRecords
from engine.records.commitments import CommitmentRecords
from engine.records.counters import CounterRecords
from engine.records.definitions import DefinitionRecords
from engine.records.events import EventRecords
from engine.records.handovers import HandoverRecords
from engine.records.idempotency import IdempotencyRecords
from engine.records.organisation import OrganisationRecords
from engine.records.outbox import OutboxRecords
from engine.records.papers import PaperRecords
from engine.records.prepared import Link, adapt
from engine.records.redatings import RedatingRecords
from engine.records.registry import RegistryRecords
from engine.records.sessions import SessionRecords
from engine.records.staff import StaffRecords
from engine.records.step_history import StepHistory
from engine.records.work import WorkRecords


def open_database(url: str, *, pool_size: int = 8) -> Engine:
    """The connection pool of one process. Sessions run in UTC; JSON goes through orjson."""
    database = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,
        hide_parameters=True,  # an error that is logged must not take names and answers into the log
        json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
        json_deserializer=orjson.loads,
        connect_args={"options": "-c timezone=UTC", "application_name": "yimen", "connect_timeout": 10},
    )
    event.listen(database, "connect", lambda driver, _: adapt(driver))
    return database


class UnitOfWork:
    """Leave the block normally and everything is committed; leave it by an exception and nothing was done."""

    def __init__(self, database: Engine, wake: Callable[[str], None] | None = None) -> None:
        self._database = database
        self._wake = wake
        self._woken: set[str] = set()

    def __enter__(self) -> UnitOfWork:
        self.connection: Connection = self._database.connect()
        # Links bypass SQLAlchemy's own notice that something began.
        self.connection.begin()
        link = Link(self.connection)
        self.cases = CaseRecords(link)
        self.changes = ChangeRecords(link)
        self.work = WorkRecords(link)
        self.cards = CardRecords(link)
        self.commitments = CommitmentRecords(link)
        self.history = StepHistory(link)
        self.events = EventRecords(link)
        self.outbox = OutboxRecords(link)
        self.counters = CounterRecords(link)
        self.definitions = DefinitionRecords(link)
        self.organisation = OrganisationRecords(link)
        self.handovers = HandoverRecords(link)
        self.registry = RegistryRecords(link)
        self.sessions = SessionRecords(link)
        self.staff = StaffRecords(link)
        self.certificates = CertificateRecords(link)
        self.papers = PaperRecords(link)
        self.archives = ArchiveRecords(link)
        self.idempotency = IdempotencyRecords(link)
        self.redatings = RedatingRecords(self.connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.connection.commit()
            else:
                self.connection.rollback()
        finally:
            self.connection.close()
        if kind is None and self._wake:
            for receiver in sorted(self._woken):
                self._wake(receiver)

    def wake(self, receiver: str) -> None:
        """Nudge the worker of this outbox receiver once the commit is through."""
        self._woken.add(receiver)
