"""The residents of the demo city (居民与家庭): an endless stream, the same for the same seed, fixed residents first.

Each household has its own random source, so the first persons do not depend on how many are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random

from api.demo_city.fixed_residents import FIXED_RESIDENTS, fixed_households
from api.demo_city.household import Household, Resident, settle
from api.demo_city.identity_numbers import IdentityNumbers
from api.demo_city.people import draw_home, draw_people


def households(seed: int) -> Iterator[Household]:
    """Households without end: the fixed ones, then drawn ones."""
    fixed = fixed_households()
    yield from fixed
    numbers = IdentityNumbers(taken=(resident.identity_number for resident in FIXED_RESIDENTS))
    for number in count(len(fixed) + 1):
        random = Random(f"{seed}:{number}")
        home = draw_home(random)
        people = draw_people(random, home.means)
        identities = [numbers.take(person.born_on, person.sex) for person in people]
        yield settle(random, number, home, people, identities)


def residents(seed: int, limit: int) -> Iterator[Resident]:
    """The first `limit` residents of the stream."""
    return islice((member for household in households(seed) for member in household.members), limit)
