"""The calendar file rewritten: a year replaced by its notice, a local exception added or ended, and the text that is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from engine.policy.year_arrangements import YearArrangement

_HEAD = "# 工作日历。格式与规则见 docs/clocks.md。\n"
_KEYS = ("key", "title", "version", "assumed_until", "business_hours", "hours_count", "day_ends", "local", "years")
_YEAR_KEYS = ("year", "status", "title", "document_no", "published_on", "source", "days_off", "working_weekends")
_LOCAL_KEYS = ("regions", "departments", "name", "from", "through", "working", "document_no")
_VERSION = re.compile(r"(\d{4})\.(\d+)")


class _Plain(yaml.SafeDumper):
    """Writes a value that stands in two places twice: our reader takes no aliases (&, *)."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def with_year(mapping: Mapping[str, Any], arrangement: YearArrangement) -> dict[str, Any]:
    """The calendar file with one year replaced or added (录入放假安排), under a version that was never used before."""
    entry: dict[str, Any] = {
        "year": arrangement.year,
        "status": arrangement.status.value,
        "title": arrangement.title,
        "document_no": arrangement.document_no,
        "source": "notice",
        "days_off": [
            {"name": holiday.name, "from": holiday.first_on, "through": holiday.last_on}
            for holiday in arrangement.days_off
        ],
        "working_weekends": list(arrangement.working_weekends),
    }
    if arrangement.published_on:
        entry["published_on"] = arrangement.published_on
    years = [other for other in mapping["years"] if other["year"] != arrangement.year] + [entry]
    return {
        **mapping,
        "version": _next_version(mapping["version"], arrangement.year),
        "years": sorted(years, key=lambda one: int(one["year"])),
    }


def with_local(mapping: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """The calendar file with one more local exception (本地例外), written as in the file, under a new version."""
    year = int(str(entry["from"])[:4])
    return {
        **mapping,
        "version": _next_version(mapping["version"], year),
        "local": [*(mapping.get("local") or ()), dict(entry)],
    }


def without_local(mapping: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The calendar file without the local exception of this number, counted from 1; IndexError if there is none."""
    entries = list(mapping.get("local") or ())
    if not 1 <= number <= len(entries):
        raise IndexError(number)
    ended = entries.pop(number - 1)
    return {**mapping, "version": _next_version(mapping["version"], int(str(ended["from"])[:4])), "local": entries}


def _next_version(version: str, year: int) -> str:
    """Versions only grow, also when the notice of an earlier year is corrected later: 2026.2, 2027.1, 2027.2 …"""
    found = _VERSION.fullmatch(version)
    if found is None or int(found[1]) < year:
        return f"{year}.1"
    return f"{found[1]}.{int(found[2]) + 1}"


def calendar_to_yaml(mapping: Mapping[str, Any]) -> str:
    """The text of a calendar file: equal mappings give the same text, and reading it gives the mapping back."""
    ordered = _ordered(mapping, _KEYS)
    ordered["years"] = [_ordered(year, _YEAR_KEYS) for year in mapping["years"]]
    if "local" in mapping:
        ordered["local"] = [_ordered(entry, _LOCAL_KEYS) for entry in mapping["local"]]
    text: str = yaml.dump(
        ordered, Dumper=_Plain, allow_unicode=True, sort_keys=False, default_flow_style=None, width=200
    )
    return _HEAD + text


def _ordered(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    known = {key: entry[key] for key in keys if key in entry}
    return known | {key: entry[key] for key in sorted(entry) if key not in keys}
