"""The facts rules may read, put together from the registry, the answers, the region and the dated parameters.

Only what a definition declares is kept with the case (`declared`); a fact nobody has is absent, which rules read as null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from engine.terms import Level

_REGION_DIGITS = {Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_SEXES = {1: "男", 2: "女"}


@dataclass(frozen=True)
class Person:
    """A registered resident as far as facts and prefill ask; `personal` holds id_number, phone, address, account."""

    name: str
    birth_on: date
    sex: int
    hukou_region: str
    reside_region: str
    alive: bool
    relation: str = "01"
    personal: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    household: Mapping[str, Any] | None = None


def full_years(birth_on: date, today: date) -> int:
    """Completed years of age (周岁)."""
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))


def region_facts(home_region: str) -> dict[str, str]:
    """`region.city` … `region.community`: the digits that codes inside each level share."""
    return {level.value: home_region[:digits] for level, digits in _REGION_DIGITS.items()}


def person_facts(person: Person, today: date) -> dict[str, Any]:
    """`applicant.*` or `subject.*` of a registered person."""
    derived = {
        "name": person.name,
        "age": full_years(person.birth_on, today),
        "birth_date": person.birth_on.isoformat(),
        "sex": _SEXES.get(person.sex),
        "alive": person.alive,
        "hukou_region": person.hukou_region,
        "reside_region": person.reside_region,
        "real_name_verified": True,
    }
    return {**derived, **person.attributes.get("applicant", {})}


def assemble_facts(
    *,
    today: date,
    home_region: str,
    policy: Mapping[str, Any],
    form: Mapping[str, Any],
    applicant: Person | None = None,
    subject: Person | None = None,
) -> dict[str, Any]:
    """Every fact at hand, as nested mappings keyed by the first word of the path."""
    facts: dict[str, Any] = {
        "today": today.isoformat(),
        "region": region_facts(home_region),
        "policy": dict(policy),
        "form": dict(form),
    }
    if applicant:
        facts.update({group: values for group, values in applicant.attributes.items() if group != "applicant"})
        facts["applicant"] = person_facts(applicant, today)
        facts["resident"] = {**facts["applicant"], **applicant.personal}
        if applicant.household is not None:
            facts["household"] = dict(applicant.household)
    if subject:
        facts["subject"] = person_facts(subject, today) | dict(subject.attributes.get("subject", {}))
    return facts


def declared(facts: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The part of the facts that these dotted paths name, as JSON values (dates and decimals as text)."""
    kept: dict[str, Any] = {}
    for path in sorted(paths):
        value = look_up(facts, path)
        if value is not None:
            place = kept
            *groups, last = path.split(".")
            for group in groups:
                place = place.setdefault(group, {})
            place[last] = _plain(value)
    return kept


def look_up(facts: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None when any part of it is missing."""
    value: Any = facts
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value
