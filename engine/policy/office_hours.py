"""Office hours (办公时间): when a day of a limit ends, and whether limits in hours run only while offices are open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from engine.clock import local_instant
from engine.policy.year_arrangements import calendar_invalid

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class OfficeHours:
    """The hours of offices as far as limits depend on them (《民法典》第二百零一条、第二百零三条).

    periods               opening and closing times of a working day, in order
    limit_hours_to_them   limits in hours run in these periods of working days only; else by the wall clock
    day_ends              local time at which the last day of a period ends; None means 24:00
    """

    periods: tuple[tuple[time, time], ...] = ()
    limit_hours_to_them: bool = False
    day_ends: time | None = None

    def end_of(self, day: date) -> datetime:
        """The last instant of a period whose last day is this one: 23:59:59, or the close of business (业务时间)."""
        if self.day_ends is None:
            return local_instant(day, 23, 59, 59)
        return local_instant(day, self.day_ends.hour, self.day_ends.minute)

    @property
    def day_ends_zh(self) -> str:
        return "24时" if self.day_ends is None else f"{self.day_ends:%H:%M}"

    @property
    def periods_zh(self) -> str:
        return "、".join(f"{opens:%H:%M}至{closes:%H:%M}" for opens, closes in self.periods)


def office_hours_from_mapping(mapping: Mapping[str, Any]) -> OfficeHours:
    """The office hours written in `calendar.yaml`; DefinitionInvalid names the key. Nothing written: 24:00, wall clock."""
    written, counted = mapping.get("business_hours") or (), mapping.get("hours_count", "wall")
    if not isinstance(written, Sequence) or isinstance(written, str):
        raise calendar_invalid("business_hours", '办公时间须为列表，例如 ["09:00-12:00", "13:30-17:00"]。')
    periods = tuple(_period(text) for text in written)
    if any(after[0] < before[1] for before, after in pairwise(periods)):
        raise calendar_invalid("business_hours", "办公时间各段须依次列出，不得重叠。")
    if counted not in ("wall", "business"):
        raise calendar_invalid("hours_count", "hours_count 须为 wall（连续计时）或 business（只计办公时间）。")
    if counted == "business" and not periods:
        raise calendar_invalid("hours_count", "只计办公时间（business）时，须写明 business_hours。")
    return OfficeHours(periods, counted == "business", _day_end(mapping.get("day_ends", "24:00")))


def _period(text: Any) -> tuple[time, time]:
    begin, _, end = str(text).partition("-")
    opens, closes = _time(begin), _time(end)
    if opens is None or closes is None or closes <= opens:
        raise calendar_invalid("business_hours", f"办公时间“{text}”写法有误，应为 09:00-12:00 的形式。")
    return opens, closes


def _day_end(text: Any) -> time | None:
    if text == "24:00":
        return None
    if (ends := _time(str(text))) is None:
        raise calendar_invalid("day_ends", f"day_ends“{text}”写法有误，应为 24:00 或下班时间（如 17:00），并加引号。")
    return ends


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text.strip())
    return time(int(found[1]), int(found[2])) if found else None
