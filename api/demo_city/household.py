"""A household as the register keeps it (户): people settled in a home, each with facts, licences and prefill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from api.demo_city.facts import forget, household_facts, resident_facts
from api.demo_city.facts_of_life import Facts
from api.demo_city.licences import Licence, LicenceDrawer
from api.demo_city.people import Home, Person, Relation
from engine.terms import Sex

_PHONE_PREFIXES = ("1990000", "1990101")  # never given to a subscriber
_CHILDREN = (Relation.SON, Relation.DAUGHTER)

Changes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Resident:
    """One resident (居民): what table `residents` holds, still in the clear; `personal` is stored encrypted."""

    name: str
    identity_number: str
    birth_on: date
    sex: Sex
    relation: str
    hukou_region: str
    reside_region: str
    alive: bool
    personal: dict[str, str]
    attributes: dict[str, Facts]
    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True)
class Household:
    """One household (家庭) with its members, head first; `number` counts the stream from 1."""

    number: int
    region_code: str
    attributes: Facts
    members: tuple[Resident, ...]


def settle(
    random: Random,
    number: int,
    home: Home,
    people: Sequence[Person],
    identities: Sequence[str],
    told: Sequence[Changes] | None = None,
) -> Household:
    """A household with facts and licences drawn for every member.

    `told` sets facts member by member, None making one unknown; without it the registers have forgotten a few.
    """
    children = [person for person in people if person.relation in _CHILDREN]
    changes = told or [{}] * len(people)
    members = []
    for person, identity, change in zip(people, identities, changes, strict=True):
        parent = person.relation in (Relation.HEAD, Relation.SPOUSE)
        facts = _overlay(resident_facts(random, person, home, children if parent else ()), change)
        licences = LicenceDrawer(random, person, identity, f"9901{number:08d}", home, facts).draw()
        known = facts if told else {root: forget(random, group) for root, group in facts.items()}
        members.append(_resident(random, person, identity, home, known, licences))
    attributes = household_facts(random, people, home)
    return Household(number, home.region_code, attributes if told else forget(random, attributes), tuple(members))


def _overlay(facts: dict[str, Facts], changes: Changes) -> dict[str, Facts]:
    merged = {root: {**facts.get(root, {}), **changes.get(root, {})} for root in {**facts, **changes}}
    return {root: {name: value for name, value in group.items() if value is not None} for root, group in merged.items()}


def _resident(
    random: Random,
    person: Person,
    identity: str,
    home: Home,
    attributes: dict[str, Facts],
    licences: tuple[Licence, ...],
) -> Resident:
    return Resident(
        name=person.name,
        identity_number=identity,
        birth_on=person.born_on,
        sex=person.sex,
        relation=person.relation.value,
        hukou_region=home.hukou_region,
        reside_region=home.region_code,
        alive=person.died_on is None,
        personal=_personal(random, person, home),
        attributes=attributes,
        licences=licences,
    )


def _personal(random: Random, person: Person, home: Home) -> dict[str, str]:
    """Prefill under the names of root `resident`: contact, addresses and the account of the social security card."""
    personal = {"hukou_address": home.hukou_address, "reside_address": home.reside_address}
    if person.age >= 12:
        personal["phone"] = f"{random.choice(_PHONE_PREFIXES)}{random.randrange(10**4):04d}"
    if person.age >= 16 and random.random() < 0.95:
        personal |= {"bank_name": "云溪演示银行", "bank_account": f"990101{random.randrange(10**13):013d}"}
    return personal
