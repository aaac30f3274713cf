"""Due dates of many cases under one calendar (批量计算届满日): like limits from like days are worked out once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from engine.clock import local_date
from engine.policy.clocks import CaseClock, due
from engine.policy.limits import Interval, Limit
from engine.policy.working_days import WorkingCalendar
from engine.terms import DayUnit

_Key = tuple[int, date, Limit, int, tuple[tuple[date, date | None], ...]]


class Dating:
    """Due dates under one working calendar. Limits in days depend on local dates alone, so a day's cases share one result."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._known: dict[_Key, tuple[datetime, bool]] = {}

    def due(
        self,
        started_at: datetime,
        limit: Limit,
        place: tuple[str, str],
        suspensions: Iterable[Interval] = (),
        extension: int = 0,
    ) -> tuple[datetime, bool]:
        """When the limit ends, and whether that is provisional; `place` is the case's home region and department."""
        calendar = self._calendar.for_place(*place)
        stood = tuple(suspensions)
        if limit.unit is DayUnit.HOUR:
            found = due(started_at, limit, stood, calendar, extension)
            return found.due_at, found.is_provisional
        days = tuple((local_date(one.start), local_date(one.end) if one.end else None) for one in stood)
        key = (id(calendar), local_date(started_at), limit, extension, days)
        if key not in self._known:
            found = due(started_at, limit, stood, calendar, extension)
            self._known[key] = found.due_at, found.is_provisional
        return self._known[key]

    def of(self, clock: CaseClock, place: tuple[str, str]) -> tuple[datetime, bool]:
        """The same of a case's clock."""
        return self.due(clock.started_at, clock.limit, place, clock.suspensions, clock.extension)
