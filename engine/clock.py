"""The only place that reads the wall clock. Everything else is handed a `Clock`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Gives the present instant; the twin for tests and history is `FixedClock`."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands where it is put; scenarios and historical demo cases move it by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def advance(self, delta: timedelta) -> None:
        self.at += delta


def local_date(instant: datetime) -> date:
    """The calendar date in Asia/Shanghai (rule R12) of an aware instant."""
    return instant.astimezone(LOCAL_ZONE).date()


def local_instant(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The aware UTC instant of a local wall-clock time on a local date."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=LOCAL_ZONE).astimezone(UTC)
