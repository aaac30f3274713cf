"""When an invented person may retire (法定退休年龄), with the gradual delay in force since 2025."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.terms import Sex


@dataclass(frozen=True, slots=True)
class _Group:
    """Age before the reform, first birth month concerned, birth months for one month's delay, greatest delay."""

    base_years: int
    first_birth: date
    step_months: int
    most_months: int


_MEN = _Group(60, date(1965, 1, 1), 4, 36)
_WOMEN = {False: _Group(55, date(1970, 1, 1), 4, 36), True: _Group(50, date(1975, 1, 1), 2, 60)}


def retirement_months(sex: Sex, born_on: date, *, worker: bool) -> int:
    """Age of retirement in months; `worker`: the woman's post was one with age 50 before the reform.

    《国务院关于渐进式延迟法定退休年龄的办法》第一条.
    """
    group = _MEN if sex is Sex.MALE else _WOMEN[worker]
    behind = months_between(group.first_birth, born_on)
    delay = 0 if behind < 0 else min(group.most_months, behind // group.step_months + 1)
    return group.base_years * 12 + delay


def months_between(earlier: date, later: date) -> int:
    """Calendar months from one date's month to the other's; negative backwards."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
