"""Local exceptions (本地例外) from the national calendar: a typhoon day of one district, a make-up Saturday of one bureau.

An exception of a region holds for everything below it, and only for limits of bodies in that place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from engine.errors import FormInvalid
from engine.policy.identifiers import significant_prefix
from engine.policy.year_arrangements import calendar_invalid, days_from, read_span

_KEYS = frozenset({"regions", "departments", "name", "from", "through", "working", "document_no"})


@dataclass(frozen=True)
class LocalException:
    """Consecutive days that one place rests or works otherwise than the country, both ends included.

    prefixes     significant digits of the regions it holds for
    departments  folder names; none means every department
    """

    prefixes: tuple[str, ...]
    departments: tuple[str, ...]
    name: str
    first_on: date
    last_on: date
    is_working: bool
    document_no: str

    @property
    def region_codes(self) -> tuple[str, ...]:
        """The regions it holds for, by their 12 digits."""
        return tuple(prefix.ljust(12, "0") for prefix in self.prefixes)

    def holds_for(self, region_code: str, department: str | None) -> bool:
        """Whether a body of this region and department keeps it; one of no known department keeps the general ones."""
        return region_code.startswith(self.prefixes) and (not self.departments or department in self.departments)

    def days(self) -> Iterator[date]:
        return days_from(self.first_on, self.last_on)

    def _meets(self, other: LocalException) -> bool:
        """Whether both speak of one day of one body."""
        return (
            self.first_on <= other.last_on
            and other.first_on <= self.last_on
            and any(a.startswith(b) or b.startswith(a) for a in self.prefixes for b in other.prefixes)
            and (not self.departments or not other.departments or not {*self.departments}.isdisjoint(other.departments))
        )


def local_exceptions(entries: Any) -> tuple[LocalException, ...]:
    """The exceptions listed under `local`; DefinitionInvalid for an unknown shape or two that speak of the same day."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise calendar_invalid("local", "local 须为列表，每项写一次本地放假或上班。")
    exceptions = tuple(_exception(entry, f"local.{number}") for number, entry in enumerate(entries, 1))
    for one, other in combinations(exceptions, 2):
        if one._meets(other):
            raise calendar_invalid("local", f"本地例外“{one.name}”与“{other.name}”的日期和适用范围重叠，请合并或更正。")
    return exceptions


def _exception(entry: Any, key: str) -> LocalException:
    if not isinstance(entry, Mapping):
        raise calendar_invalid(key, "每项本地例外须写明 regions、name、from、working、document_no。")
    if unknown := sorted(str(name) for name in entry if name not in _KEYS):
        raise calendar_invalid(key, f"本地例外不认识：{'、'.join(unknown)}。")
    for name, meaning in (("name", "名称"), ("document_no", "文号")):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise calendar_invalid(key, f"本地例外须写明{meaning} {name}。")
    if not isinstance(entry.get("working"), bool):
        raise calendar_invalid(key, f"{entry['name']}须写明 working：true（上班）或 false（不上班）。")
    first, last = read_span(entry, key)
    return LocalException(
        prefixes=_prefixes(entry.get("regions"), key),
        departments=_departments(entry.get("departments", ()), key),
        name=entry["name"].strip(),
        first_on=first,
        last_on=last,
        is_working=entry["working"],
        document_no=entry["document_no"].strip(),
    )


def _prefixes(regions: Any, key: str) -> tuple[str, ...]:
    if not isinstance(regions, Sequence) or isinstance(regions, str) or not regions:
        raise calendar_invalid(key, "本地例外须用 regions 列出适用的区划代码（12位）。")
    try:
        return tuple(significant_prefix(str(code)) for code in regions)
    except FormInvalid as error:
        raise calendar_invalid(key, error.message) from None


def _departments(names: Any, key: str) -> tuple[str, ...]:
    if not isinstance(names, Sequence) or isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise calendar_invalid(key, "departments 须列出部门的文件夹名；适用于所有部门时请删去这一项。")
    return tuple(names)
