"""The composition root: the only place where settings become parts."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from api.settings import Settings
from certificates.issuer import CertificateIssuer
from certificates.notices import NoticePrinter
from certificates.pki import Authority
from certificates.verification import VerificationReport, verify
from engine.clock import Clock, SystemClock
from engine.office import Office
from engine.office.shelves import DefinitionShelf, ReferenceShelf
from engine.records.secrets import Sealer
from engine.records.unit_of_work import open_database

PROJECT_ROOT = Path(__file__).resolve().parents[1]
TYPES_DIRECTORY = PROJECT_ROOT / "certificates" / "types"
QUEUE = "yimen"
MOST_WAITING_JOBS = 8
JOBS = {
    "machine": "api.jobs.drain_machine",
    "outbox": "api.jobs.drain_outbox",
    "redating": "api.jobs.redate",
    "bulk": "api.jobs.drain_bulk",
}
log = logging.getLogger("yimen")


class Bell:
    """Wakes the worker through Redis after a commit; when Redis is away it stays quiet and the sweep catches up."""

    PAUSE_SECONDS = 10.0

    def __init__(self, redis_url: str) -> None:
        # No retries of the client's own: a counter must not wait for Redis, and the sweep catches up.
        retry = Retry(NoBackoff(), 0)
        self.redis = Redis.from_url(redis_url, socket_connect_timeout=0.3, socket_timeout=2.0, retry=retry)
        self.queue = Queue(QUEUE, connection=self.redis)
        self._quiet_until = 0.0

    def __call__(self, receiver: str) -> None:
        """Never raises: the database remembers what is to be done."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            self.ring(receiver)
        except RedisError as error:
            self._quiet_until = time.monotonic() + self.PAUSE_SECONDS
            log.warning("Redis 暂时不可用，后台任务改由定时巡检补做：%s", error)

    def ring(self, receiver: str) -> None:
        """Enqueue the job of a receiver, unless enough wait already: each works off everything. Raises RedisError."""
        if self.queue.count < MOST_WAITING_JOBS:
            self.queue.enqueue_call(JOBS[receiver], result_ttl=0, failure_ttl=3600, timeout=600)


def build_office(
    settings: Settings, *, clock: Clock | None = None, bell: Bell | None = None, pool_size: int = 8
) -> Office:
    """The engine on the database of the settings."""
    sealer = Sealer(
        keys={key.id: key.key for key in settings.data_keys},
        current=settings.current_data_key.id,
        index_key=settings.index_key,
    )
    return Office(
        database=open_database(settings.sqlalchemy_url(), pool_size=pool_size),
        clock=clock or SystemClock(),
        sealer=sealer,
        definitions=DefinitionShelf(),
        references=ReferenceShelf(),
        wake=bell,
        public_url=settings.public_url,
        notice_templates=NoticePrinter(settings.home / "authority", settings.home / "fonts", settings.public_url),
    )


@dataclass(frozen=True)
class Parts:
    """What the doors share in one process: `app.extensions["yimen"]` on the web, the same in worker and scheduler."""

    settings: Settings
    office: Office
    bell: Bell | None

    @property
    def authority_directory(self) -> Path:
        return self.settings.home / "authority"

    @cached_property
    def issuer(self) -> CertificateIssuer:
        return CertificateIssuer(
            self.authority_directory, self.settings.home / "fonts", TYPES_DIRECTORY, self.settings.public_url
        )

    @cached_property
    def notices(self) -> NoticePrinter:
        return NoticePrinter(self.authority_directory, self.settings.home / "fonts", self.settings.public_url)

    def verifier(self, content: bytes) -> VerificationReport:
        """What the signatures of an uploaded file say, held against our own root."""
        return verify(content, Authority(self.authority_directory).root)


def build_parts(settings: Settings, **options: Any) -> Parts:
    """Everything a process needs. Redis is optional for the counters: without it the bell is silent."""
    bell = Bell(settings.redis_url) if settings.redis_url else None
    return Parts(settings, build_office(settings, bell=bell, **options), bell)
