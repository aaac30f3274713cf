"""The hours during which a limit in hours runs (R8): by the wall clock, or only while offices are open.

R1 speaks of days. Hours stop and go on at the exact instants of a suspension.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.clock import local_date, local_instant
from engine.policy.limits import Interval
from engine.policy.working_days import WorkingCalendar

_NEVER = datetime.max.replace(tzinfo=UTC)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RunningHours:
    """The stretches of time in which one clock in hours runs.

    closed  its suspensions, all with an end, sorted by start (see `limits.resumed`)
    """

    calendar: WorkingCalendar
    started_at: datetime
    closed: tuple[Interval, ...]

    @property
    def in_business_hours(self) -> bool:
        return self.calendar.hours.limit_hours_to_them

    def end(self, hours: int) -> datetime:
        """The instant at which the hours are used up, in UTC.

        A period cannot run out while its clock stands still: a suspension over that instant moves it to the next one
        at which the clock runs.
        """
        left, used_up = timedelta(hours=hours), False
        for begin, until in self.stretches():
            if used_up:
                return begin
            if left <= until - begin:
                end = begin + left
                if not any(pause.covers(end) for pause in self.closed):
                    return end
                used_up = True
            left -= until - begin
        raise AssertionError("the last stretch has no end")

    def used(self, at: datetime) -> timedelta:
        """Time consumed by an instant, exact to the second."""
        total = timedelta(0)
        for begin, until in self.stretches():
            if begin >= at:
                break
            total += min(until, at) - begin
        return total

    def stretches(self) -> Iterator[tuple[datetime, datetime]]:
        """Runs of consumed time from the start on, in UTC, suspensions taken out; without end."""
        for begin, until in self._open():
            at = begin
            for pause in self.closed:
                if pause.end is None or pause.end <= at or pause.start >= until:
                    continue
                if pause.start > at:
                    yield at, pause.start.astimezone(UTC)
                at = pause.end.astimezone(UTC)
            if at < until:
                yield at, until

    def _open(self) -> Iterator[tuple[datetime, datetime]]:
        """The time that counts if nothing is suspended."""
        start = self.started_at.astimezone(UTC)
        if not self.in_business_hours:
            yield start, _NEVER
            return
        day = local_date(start)
        while True:
            day = self.calendar.next_working_day_on_or_after(day)
            for opens, closes in self.calendar.hours.periods:
                begin = max(local_instant(day, opens.hour, opens.minute), start)
                until = local_instant(day, closes.hour, closes.minute)
                if begin < until:
                    yield begin, until
            day += _ONE_DAY
