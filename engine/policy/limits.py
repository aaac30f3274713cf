"""Limits (时限), suspensions (停表) and the days on which a clock runs between them.

The one law of counting is R1: a day is consumed if and only if the clock was already running when the day began.
So the day a clock starts is free, the day a special procedure starts is consumed, and the day it ends is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from engine.clock import local_date
from engine.policy.working_days import WorkingCalendar
from engine.terms import DayUnit


@dataclass(frozen=True)
class Limit:
    """How long something may take (时限); amount 0 in days means at once, by the end of the day (即办件, R9)."""

    amount: int
    unit: DayUnit = DayUnit.WORKING_DAY

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a limit must not be negative")

    @property
    def label(self) -> str:
        return f"{self.amount}{self.unit.label}" if self.amount else "即时办结"

    def extended_by(self, amount: int) -> Limit:
        """This limit with an approved extension (延期, R7) in the same unit; amount ≥ 0."""
        if amount < 0:
            raise ValueError("an extension must not be negative")
        return Limit(self.amount + amount, self.unit) if amount else self


@dataclass(frozen=True)
class Interval:
    """One suspension (停表): from the start of a special procedure to its end; `end` None while it lasts."""

    start: datetime
    end: datetime | None = None
    name: str = "特别程序"

    def __post_init__(self) -> None:
        require_aware(self.start)
        if self.end is not None:
            require_aware(self.end)
            if self.end < self.start:
                raise ValueError("a suspension must not end before it starts")

    def covers(self, instant: datetime) -> bool:
        """Whether the clock stands still at this instant."""
        return self.start <= instant and (self.end is None or instant < self.end)


def require_aware(instant: datetime) -> None:
    """Refuse a naive time: it would be read in the machine's own zone (R12)."""
    if instant.tzinfo is None:
        raise ValueError("an aware datetime is required")


def resumed(suspensions: Iterable[Interval], now: datetime | None) -> tuple[Interval, ...]:
    """The suspensions by start, an open one closed as if the clock resumed at `now`.

    An open suspension needs `now`; one that is planned to start later than `now` has not happened and is left out.
    """
    closed = []
    for interval in sorted(suspensions, key=attrgetter("start")):
        if interval.end is None:
            if now is None:
                raise ValueError("an open suspension has a due date only as seen at a given `now`")
            if interval.start > now:
                continue
            interval = replace(interval, end=now)
        closed.append(interval)
    return tuple(closed)


class Pause(NamedTuple):
    """Days a suspension takes out: later than `after`, up to and including `through`; none when both are the same."""

    after: date
    through: date
    name: str

    def takes(self, day: date) -> bool:
        return self.after < day <= self.through

    def stands_at_end_of(self, day: date) -> bool:
        return self.after <= day < self.through


@dataclass(frozen=True)
class RunningDays:
    """The days on which one clock runs (R1), counted as working days or as natural days."""

    calendar: WorkingCalendar
    start_on: date
    pauses: tuple[Pause, ...]
    in_working_days: bool

    @classmethod
    def of(
        cls, started_at: datetime, closed: Iterable[Interval], calendar: WorkingCalendar, *, in_working_days: bool
    ) -> RunningDays:
        """Days of a clock whose suspensions all have an end, sorted by start (see `resumed`)."""
        pauses = tuple([Pause(local_date(one.start), local_date(one.end), one.name) for one in closed if one.end])
        return cls(calendar, local_date(started_at), pauses, in_working_days)

    def count(self, after: date, through: date) -> int:
        """Days consumed later than `after` up to and including `through`."""
        return sum(
            self._count(max(after, begin), through if end is None else min(end, through))
            for begin, end in self._stretches()
        )

    def nth(self, n: int) -> date:
        """The day on which n days are used up (R2); the start day when n is 0.

        Each suspension that begins before that day pushes it on by the days it takes out.
        """
        if n == 0:
            return self.start_on
        end, passed = self._add(self.start_on, n), self.start_on
        for pause in self.pauses:
            if end <= pause.after:
                break
            if pause.through > passed:
                end = self._add(end, self._count(max(passed, pause.after), pause.through))
                passed = pause.through
        return end

    def last_day(self, spent_on: date) -> date:
        """The day a period ends whose days are used up on `spent_on`.

        A rest day moves it to the next working day (《民法典》第二百零三条). A period cannot run out while its clock
        stands still, so a suspension over the end of that day moves it to the day the clock resumes.
        """
        day = self.calendar.next_working_day_on_or_after(spent_on)
        for pause in self.pauses:
            if pause.stands_at_end_of(day):
                day = self.calendar.next_working_day_on_or_after(pause.through)
        return day

    def pause_on(self, day: date) -> Pause | None:
        """The suspension because of which this day is not consumed."""
        return next((pause for pause in self.pauses if pause.takes(day)), None)

    def _stretches(self) -> Iterator[tuple[date, date | None]]:
        """Runs of consumed days as (later than, up to and including); the last one has no end."""
        begin = self.start_on
        for pause in self.pauses:
            if pause.after > begin:
                yield begin, pause.after
            begin = max(begin, pause.through)
        yield begin, None

    def _add(self, day: date, n: int) -> date:
        return self.calendar.add_working_days(day, n) if self.in_working_days else day + timedelta(days=n)

    def _count(self, after: date, through: date) -> int:
        if self.in_working_days:
            return self.calendar.count_working_days(after, through)
        return max((through - after).days, 0)
