"""Identity numbers (公民身份号码) of invented people: the unassigned prefix 990101, valid check digits, never given twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from stdnum.cn import ric

from engine.terms import Sex

TEST_PREFIX = "990101"
PER_DAY_AND_SEX = 499  # three digits, odd for men and even for women; 000 is not given
_STRIDE = 137  # coprime to 499, so the order is scattered and still meets every number once


class IdentityNumbers:
    """Gives unused identity numbers; the same requests in the same order give the same numbers.

    `taken` are numbers given elsewhere, which are passed over.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = frozenset(taken)
        self._given: defaultdict[tuple[date, Sex], int] = defaultdict(int)

    def take(self, born_on: date, sex: Sex) -> str:
        """The next free number of that day and sex; ValueError when all 499 are given."""
        while (count := self._given[born_on, sex]) < PER_DAY_AND_SEX:
            self._given[born_on, sex] = count + 1
            number = identity_number(born_on, _sequence(count, born_on, sex))
            if number not in self._taken:
                return number
        raise ValueError(f"no identity number left for {sex.value}s born on {born_on}")


def identity_number(born_on: date, sequence: int) -> str:
    """The number of that birth date and sequence (1–999; odd for men, even for women) under the test prefix."""
    body = f"{TEST_PREFIX}{born_on:%Y%m%d}{sequence:03d}"
    return body + ric.calc_check_digit(body + "0")


def _sequence(count: int, born_on: date, sex: Sex) -> int:
    slot = (count * _STRIDE + born_on.toordinal()) % PER_DAY_AND_SEX
    return slot * 2 + (1 if sex is Sex.MALE else 2)
