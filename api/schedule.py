"""The scheduler: gives feed numbers, wakes the worker for what is due, sweeps clocks and timers. One small loop, no state.

Several schedulers do no harm: the sequencer takes an advisory lock, everything else is idempotent. When Redis is away the
loop does the worker's jobs itself, so that nothing waits for Redis but the wake-up.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from redis import RedisError
from sqlalchemy.exc import OperationalError

from api.bootstrap import Parts
from api.jobs import drain_bulk, drain_machine, drain_outbox, redate, sweep_clocks, sweep_handovers, sweep_timers
from engine.clock import local_date
from engine.commands.forget_answers import ForgetAnswers, forget_answers
from engine.commands.sequence_events import DigestDay, SequenceEvents, digest_day, sequence_events
from engine.policy.actors import SYSTEM
from engine.queries.bulk_runs import waiting_bulk
from engine.queries.due_work import sweeps_are_paused, waiting_receivers
from engine.queries.redatings import waiting_redating

TICK_SECONDS = 0.5
log = logging.getLogger("yimen.scheduler")


@dataclass
class Schedule:
    """What is done how often, in seconds."""

    parts: Parts
    _last: dict[str, float] = field(default_factory=dict)
    _digested: date | None = None

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. A database that is restarting is waited for, not died of."""
        while not stop.wait(TICK_SECONDS):
            try:
                self.tick()
            except OperationalError as error:
                log.warning("数据库暂时不可用，稍后再巡检：%s", str(error).splitlines()[0])

    def tick(self) -> None:
        """One round: everything whose interval has passed."""
        sequence_events(self.parts.office, SYSTEM, SequenceEvents())
        self._every(1.0, "due", self._due)
        self._every(60.0, "digest", self._digest)
        self._every(3600.0, "answers", lambda: forget_answers(self.parts.office, SYSTEM, ForgetAnswers()))

    def _every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        now = time.monotonic()
        if now - self._last.get(name, float("-inf")) >= seconds:
            self._last[name] = now
            work()

    def _due(self) -> None:
        if sweeps_are_paused(self.parts.office):
            return
        self._wake()
        self._every(5.0, "timers", lambda: sweep_timers(self.parts))
        self._every(10.0, "redating", self._redate)
        self._every(5.0, "bulk", self._bulk)
        self._every(5.0, "clocks", lambda: sweep_clocks(self.parts))
        self._every(5.0, "handovers", lambda: sweep_handovers(self.parts))

    def _wake(self) -> None:
        for receiver in waiting_receivers(self.parts.office):
            self._ring(receiver)

    def _ring(self, receiver: str) -> None:
        try:
            if self.parts.bell is None:
                raise RedisError("not configured")
            self.parts.bell.ring(receiver)
        except RedisError:
            {"machine": drain_machine, "outbox": drain_outbox, "redating": redate, "bulk": drain_bulk}[receiver](
                self.parts
            )

    def _redate(self) -> None:
        """A long run belongs to the worker; without Redis the scheduler does it itself."""
        if waiting_redating(self.parts.office) is not None:
            self._ring("redating")

    def _bulk(self) -> None:
        """A bulk run nobody works off: its worker was killed, or there is no Redis to wake one."""
        if waiting_bulk(self.parts.office):
            self._ring("bulk")

    def _digest(self) -> None:
        yesterday = local_date(self.parts.office.clock.now()) - timedelta(days=1)
        if self._digested != yesterday:
            digest_day(self.parts.office, SYSTEM, DigestDay(day=yesterday))
            self._digested = yesterday
