"""The demo city's residents: valid and unique numbers, the same for the same seed, facts that rules can read."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import islice

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from api.demo_city.facts_of_life import Facts
from api.demo_city.fixed_residents import FIXED_RESIDENTS, WINDOW_COMMUNITY, fixed_households
from api.demo_city.household import Household, Resident
from api.demo_city.identity_numbers import PER_DAY_AND_SEX, IdentityNumbers, identity_number
from api.demo_city.names import RARE_CHARACTERS, SEPARATOR
from api.demo_city.people import SNAPSHOT_ON
from api.demo_city.places import communities
from api.demo_city.population import households, residents
from api.demo_city.retirement import retirement_months
from api.settings import PROJECT
from engine.policy.documents import REUSABLE_GRADES
from engine.policy.identifiers import ResidentId, resident_id_problem
from engine.terms import Sex

SEEDS = st.integers(min_value=0, max_value=10**9)


@cache
def crowd() -> tuple[Household, ...]:
    return tuple(islice(households(2026), 1500))


def crowd_residents() -> list[Resident]:
    return [member for household in crowd() for member in household.members]


def fixed(name: str) -> tuple[Household, Resident]:
    return next((h, m) for h in fixed_households() for m in h.members if m.name == name)


@cache
def listed_facts() -> dict[str, dict]:
    return yaml.safe_load((PROJECT / "forms/_shared/facts.yaml").read_text(encoding="utf-8"))["facts"]


def known_facts() -> dict[str, set]:
    """Every value met in the crowd under its fact path."""
    met: dict[str, set] = {}

    def meet(root: str, facts: Facts) -> None:
        for name, value in facts.items():
            met.setdefault(f"{root}.{name}", set()).add(value)

    for household in crowd():
        meet("household", household.attributes)
        for member in household.members:
            for root, facts in member.attributes.items():
                meet(root, facts)
    return met


# Identity numbers


def test_every_identity_number_is_valid_unique_and_under_the_test_prefix():
    numbers = [resident.identity_number for resident in crowd_residents()]
    assert all(resident_id_problem(number, SNAPSHOT_ON) is None for number in numbers)
    assert all(number.startswith("990101") for number in numbers)
    assert len(set(numbers)) == len(numbers) > 3000


def test_birth_date_and_sex_are_those_in_the_number():
    for resident in crowd_residents():
        identity = ResidentId(resident.identity_number)
        assert (identity.born_on, identity.sex) == (resident.birth_on, resident.sex)


@given(st.dates(date(1900, 1, 1), date(2026, 6, 30)), st.sampled_from(list(Sex)), st.integers(1, PER_DAY_AND_SEX))
def test_numbers_of_one_day_and_sex_never_repeat_and_tell_both(born_on, sex, count):
    numbers = IdentityNumbers()
    given_out = [numbers.take(born_on, sex) for _ in range(count)]
    assert len(set(given_out)) == count
    assert all(ResidentId.parse(number, SNAPSHOT_ON).sex is sex for number in given_out)


def test_a_day_without_free_numbers_is_an_error_and_never_a_second_use():
    numbers = IdentityNumbers()
    for _ in range(PER_DAY_AND_SEX):
        numbers.take(date(1990, 1, 1), Sex.MALE)
    with pytest.raises(ValueError, match="no identity number left"):
        numbers.take(date(1990, 1, 1), Sex.MALE)
    assert numbers.take(date(1990, 1, 1), Sex.FEMALE)


def test_numbers_taken_elsewhere_are_passed_over():
    first = IdentityNumbers().take(date(1990, 1, 1), Sex.MALE)
    assert IdentityNumbers(taken=[first]).take(date(1990, 1, 1), Sex.MALE) != first


def test_the_number_of_the_standard_test_person_is_reproduced():
    assert identity_number(date(1990, 1, 1), 1) == "990101199001010019"


# One seed, one city


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(0, 120), st.integers(0, 120))
def test_the_first_residents_do_not_depend_on_how_many_are_asked_for(seed, few, more):
    few, more = sorted((few, more))
    assert list(residents(seed, more))[:few] == list(residents(seed, few))


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_same_seed_gives_the_same_people_and_another_seed_others(seed):
    people = list(residents(seed, 80))
    assert people == list(residents(seed, 80))
    assert people[len(FIXED_RESIDENTS) :] != list(residents(seed + 1, 80))[len(FIXED_RESIDENTS) :]


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_fixed_residents_come_first_under_every_seed(seed):
    first = [resident.identity_number for resident in residents(seed, len(FIXED_RESIDENTS))]
    assert first == [fixed_resident.identity_number for fixed_resident in FIXED_RESIDENTS]


# Households


def test_households_have_one_to_six_members_and_the_head_first():
    for household in crowd():
        assert 1 <= len(household.members) <= 6
        assert [member.relation == "02" for member in household.members] == [True] + [False] * (
            len(household.members) - 1
        )


def test_parents_are_older_than_children_by_a_plausible_span():
    for household in crowd():
        head, *others = household.members
        for other in others:
            years = (other.birth_on - head.birth_on).days / 365.25
            if other.relation in ("20", "30"):
                assert 20 <= years <= 56
            if other.relation == "50":
                assert -40 <= years <= -20


def test_household_size_counts_the_living():
    for household in crowd():
        if "size" in household.attributes:
            assert household.attributes["size"] == sum(member.alive for member in household.members)


def test_residents_live_in_the_communities_of_the_city_and_some_are_registered_elsewhere():
    places = {place.code for place in communities()}
    assert {resident.reside_region for resident in crowd_residents()} == places
    outside = [r for r in crowd_residents() if r.hukou_region not in places]
    assert 0.08 < len(outside) / len(crowd_residents()) < 0.2
    assert {resident.hukou_region[:4] for resident in outside} == {"9902"}


def test_phones_are_in_ranges_given_to_no_subscriber():
    phones = [resident.personal["phone"] for resident in crowd_residents() if "phone" in resident.personal]
    assert phones
    assert all(len(phone) == 11 and phone.startswith(("1990000", "1990101")) for phone in phones)


def test_names_with_separator_and_rare_characters_occur_and_no_other_separator():
    names = [resident.name for resident in crowd_residents()]
    assert any(SEPARATOR in name for name in names)
    assert all(any(rare in name for name in names) for rare in RARE_CHARACTERS)
    assert not any(set(name) & set("•・･‧⋅. ") for name in names)


# Facts


def test_every_fact_is_listed_in_the_shared_vocabulary_with_its_type_and_choices():
    kinds = {"boolean": bool, "integer": int, "decimal": (int, float), "date": str, "choice": str}
    for path, values in known_facts().items():
        listed = listed_facts()[path]
        kind = kinds.get(listed["type"], str)
        assert all(isinstance(v, kind) and (kind is bool or not isinstance(v, bool)) for v in values), path
        assert "values" not in listed or values <= set(listed["values"]), path


def test_no_sensitive_fact_is_ever_invented():
    sensitive = {path for path, fact in listed_facts().items() if fact.get("sensitive")}
    assert sensitive
    assert not sensitive & known_facts().keys()


def test_dates_among_the_facts_are_iso_text_not_later_than_the_register():
    dated = {path for path, fact in listed_facts().items() if fact["type"] == "date"}
    met = {value for path, values in known_facts().items() if path in dated for value in values}
    assert met
    assert all(date.fromisoformat(value) <= SNAPSHOT_ON for value in met)


def test_some_facts_are_unknown_but_most_are_known():
    told = [("level" in r.attributes["disability"]) for r in crowd_residents()]
    assert 0.005 < told.count(False) / len(told) < 0.04
    checked = ["income_per_capita" in household.attributes for household in crowd()]
    assert 0.1 < checked.count(False) / len(checked) < 0.3


def test_listed_dibao_families_lie_below_the_standard_and_few_are_listed():
    listed = [h.attributes for h in crowd() if h.attributes.get("is_dibao")]
    assert 0.01 < len(listed) / len(crowd()) < 0.05
    assert all(facts["income_per_capita"] < 780 for facts in listed if "income_per_capita" in facts)


def test_registered_unemployment_goes_with_the_status_and_a_date():
    unemployed = [
        r.attributes["job"] for r in crowd_residents() if r.attributes.get("job", {}).get("registered_unemployed")
    ]
    assert unemployed
    assert {job["status"] for job in unemployed if "status" in job} == {"失业"}


@pytest.mark.parametrize(
    ("sex", "born_on", "worker", "months"),
    [
        (Sex.MALE, date(1964, 12, 31), False, 60 * 12),
        (Sex.MALE, date(1965, 1, 1), False, 60 * 12 + 1),
        (Sex.MALE, date(1976, 9, 1), False, 63 * 12),
        (Sex.MALE, date(1999, 1, 1), False, 63 * 12),
        (Sex.FEMALE, date(1970, 5, 1), False, 55 * 12 + 2),
        (Sex.FEMALE, date(1981, 9, 1), False, 58 * 12),
        (Sex.FEMALE, date(1974, 12, 1), True, 50 * 12),
        (Sex.FEMALE, date(1975, 3, 1), True, 50 * 12 + 2),
        (Sex.FEMALE, date(1984, 11, 1), True, 55 * 12),
    ],
)
def test_retirement_is_delayed_as_the_decision_of_2024_tables_it(sex, born_on, worker, months):
    assert retirement_months(sex, born_on, worker=worker) == months


# Licences


def test_licences_are_of_listed_types_and_not_issued_before_birth_or_after_the_register():
    types = yaml.safe_load((PROJECT / "forms/_shared/licences.yaml").read_text(encoding="utf-8"))
    for resident in crowd_residents():
        for licence in resident.licences:
            assert licence.type in types
            assert licence.trust_grade in "ABCD"
            if licence.type != "XLZ":
                assert resident.birth_on <= licence.issued_on <= SNAPSHOT_ON
            assert licence.valid_until is None or licence.valid_until > licence.issued_on


def test_every_trust_grade_and_some_expired_licences_occur():
    licences = [licence for resident in crowd_residents() for licence in resident.licences]
    assert {licence.trust_grade for licence in licences} == set("ABCD")
    counted = Counter(licence.status for licence in licences)
    assert 0 < counted["expired"] < counted["valid"] / 20


def test_cards_go_with_the_facts_they_prove():
    for resident in crowd_residents():
        types = {licence.type for licence in resident.licences}
        if "CJZ" in types:
            assert resident.attributes["disability"].get("has_card", True)
        if "TYZ" in types:
            assert resident.attributes["veteran"].get("is_veteran", True)
        if resident.attributes.get("veteran", {}).get("is_survivor"):
            assert "LSZM" in types


# Fixed residents


def test_fixed_numbers_are_written_once_and_each_names_its_situation():
    numbers = [resident.identity_number for resident in FIXED_RESIDENTS]
    assert len(set(numbers)) == len(numbers)
    assert all(resident_id_problem(number, SNAPSHOT_ON) is None for number in numbers)
    assert all(resident.situation for resident in FIXED_RESIDENTS)


def test_the_applicant_below_the_dibao_standard_and_the_one_above_it_differ_only_where_it_matters():
    poor, wang = fixed("王秀英")
    above, _ = fixed("陈建国")
    assert poor.region_code == above.region_code == WINDOW_COMMUNITY
    assert wang.identity_number == "990101197403120027"
    assert poor.attributes["income_per_capita"] < 780 < above.attributes["income_per_capita"] < 780 * 1.5
    for household in (poor, above):
        assert household.attributes["financial_assets"] < 60_000
        assert household.attributes["vehicle_count"] == 0
        assert household.attributes["is_dibao"] is False
        assert household.attributes["income_12m"] == household.attributes["income_per_capita"] * 12 * 3


def test_fixed_residents_bring_licences_that_replace_documents_for_years():
    for household in fixed_households():
        for member in household.members:
            for licence in member.licences:
                assert licence.trust_grade in REUSABLE_GRADES
                assert licence.valid_until is None or licence.valid_until > SNAPSHOT_ON + timedelta(days=3000)


@pytest.mark.parametrize(
    ("name", "root", "fact", "value"),
    [
        ("李晓雨", "job", "is_graduate", True),
        ("李晓雨", "job", "graduate_years", 1),
        ("李晓雨", "job", "status", "失业"),
        ("赵志强", "applicant", "volunteer_hours", 126.5),
        ("周国庆", "veteran", "is_veteran", True),
        ("刘桂兰", "veteran", "card_valid", False),
        ("孙小宝", "subject", "mother_status", "失联"),
        ("何静", "birth", "registered", True),
        ("郑建平", "job", "unemployed_months", 14),
        ("黄淑贞", "elder", "living_state", "独居"),
        ("许丽", "disability", "level", 1),
        ("古丽娜尔·艾合买提", "applicant", "has_residence_permit", True),
        ("何守义", "subject", "death_date", "2026-06-10"),
    ],
)
def test_the_story_of_a_fixed_resident_stands_in_the_facts(name, root, fact, value):
    assert fixed(name)[1].attributes[root][fact] == value


def test_a_fact_that_a_story_makes_unknown_is_absent():
    household, _ = fixed("马文涛")
    assert "income_per_capita" not in household.attributes
    assert "register_date" not in fixed("李晓雨")[1].attributes["job"]
    assert "JYCYZ" not in {licence.type for licence in fixed("李晓雨")[1].licences}


def test_a_deceased_resident_is_not_alive_in_the_register():
    assert fixed("何守义")[1].alive is False
    assert fixed("方菊香")[1].alive is True
