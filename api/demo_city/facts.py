"""What the registers know of an invented person or household: facts under the paths rules read (事实).

A resident's `attributes` hold one mapping per fact root; a fact that is absent is unknown. Keys by root:

- `applicant` (read for both applicant and subject): marital_status retirement_age education hukou_type resident_months
  resident_days has_residence_permit civil_capacity work_capable is_student child_count volunteer_hours is_party_member
  party_here is_union_member credit_blacklist longevity_paid_elsewhere has_nursing_subsidy is_orphan_recipient
- `subject` (read only for the person served): disability_level disability_card subsidy_active ability_level edu_stage
  in_school has_school_record guardianship father_status mother_status welfare_registered serious_illness
  childcare_subsidy_elsewhere death_date pension_overpaid
- `disability`: has_card card_valid category level level_text last_assess_date device_years_left fuel_paid_this_year
  in_institution ride_card startup_grant_used other_nursing_benefit
- `elder`: ability_level living_state card_valid allowance_active transit_card_count checkup_this_year
- `job`: status registered_unemployed register_date unemployed_months is_hard_to_employ hard_type is_graduate graduate_years
  is_shareholder flex_subsidy_months public_post_active training_count_year union_hardship_file
- `unemployment`: paid_months receiving
- `pension`: type paid_years paid_months_local paid_as_flexible receiving months_to_retire exempt_old
  land_subsidy_used
- `social`: card_exists file_in_custody
- `medical`: insured type status duplicate employer_paid paid_years chronic_approved doctor_signed ltc_insured ltc_active
  illness_poverty
- `birth`: child_count daughter_count registered lawful reward_active honour_cert_issued
- `health`: cancer_screened_this_cycle      `marriage`: registered_here      `edu`: stage school years_to_graduate
- `house`: area_per_capita lawful_source mortgage_ok seized other_security_housing rental_qualified rental_tenant
  rental_last_review security_family
- `provident`: account_here account_normal balance base months months_since_withdraw loan_overdue
- `rural`: is_member contract_right contract_area land_left_per_capita homestead homestead_count
- `vehicle`: driver_licence valid
- `veteran`: is_veteran is_survivor archived category service_years placement_region disability_grade card_valid
  card_barred pension_active

A household's `attributes` are the facts of root `household`: size income_12m income_per_capita rigid_expense_12m
financial_assets vehicle_count house_count authorisation_expired is_dibao is_tekun is_margin is_rigid is_monitored
is_lifted last_review_date assist_paid_months assist_paid_total same_cause_relief_count has_disabled supporter_count
supporter_able working_age_members employed_members jobseekers renovation_years festival_gift_received.

Numbers are integers or short decimals, dates ISO text. Sensitive facts (criminal record, correction, infections) and
anything that names a person or a card are never here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from api.demo_city.facts_of_life import LIFE_FACTS, Facts, birth_facts
from api.demo_city.facts_of_work import WORK_FACTS
from api.demo_city.people import SNAPSHOT_ON, Home, Means, Person

_FORGOTTEN_RATE = 0.015
_CHECKED_RATE = 0.8  # of ordinary households, those whose means have ever been checked with their consent


def resident_facts(random: Random, person: Person, home: Home, children: Sequence[Person]) -> dict[str, Facts]:
    """What the registers know of one person, by fact root."""
    groups = {root: facts(random, person, home) for root, facts in (LIFE_FACTS | WORK_FACTS).items()}
    groups["applicant"]["child_count"] = len(children)
    if "ability_level" in groups["elder"]:
        groups["subject"]["ability_level"] = groups["elder"]["ability_level"]
    groups["birth"] = birth_facts(random, person, children)
    return {root: facts for root, facts in groups.items() if facts}


def household_facts(random: Random, members: Sequence[Person], home: Home) -> Facts:
    """What the registers know of a household (家庭): means, assistance, and who of it works."""
    living = [member for member in members if member.died_on is None]
    listed = home.means is Means.DIBAO
    supporters = random.choice((0, 1, 2, 2, 3))
    facts: Facts = {
        "size": len(living),
        "house_count": int(home.owned) + int(home.means is Means.WELL_OFF),
        "is_dibao": listed,
        "is_tekun": False,
        "is_margin": home.means is Means.MARGIN and random.random() < 0.6,
        "is_rigid": home.means is Means.MARGIN and random.random() < 0.1,
        "is_monitored": home.means is Means.ELIGIBLE and random.random() < 0.3,
        "is_lifted": home.rural and random.random() < 0.05,
        "same_cause_relief_count": 0,
        "has_disabled": any(member.disability for member in living),
        "supporter_count": supporters,
        "supporter_able": supporters > 0 and random.random() < 0.7,
        "renovation_years": random.choice((99, 99, 99, 2, 6)),
        "festival_gift_received": listed and random.random() < 0.5,
    }
    return (
        facts | _means(random, len(living), home.means) | _employment(living) | (_assistance(random) if listed else {})
    )


def forget(random: Random, facts: Facts) -> Facts:
    """The facts without the few that no register answered for; an absent fact is unknown."""
    return {name: value for name, value in facts.items() if random.random() >= _FORGOTTEN_RATE}


def _means(random: Random, size: int, means: Means) -> Facts:
    """What a check of economic means found; nothing where the household never consented to one."""
    if means in (Means.ORDINARY, Means.WELL_OFF) and random.random() >= _CHECKED_RATE:
        return {}
    low, high, assets, vehicles = {
        Means.DIBAO: (120, 760, 30_000, 0.0),
        Means.ELIGIBLE: (150, 770, 65_000, 0.05),
        Means.MARGIN: (790, 1_165, 88_000, 0.1),
        Means.ORDINARY: (1_300, 6_500, 400_000, 0.45),
        Means.WELL_OFF: (6_500, 22_000, 3_000_000, 0.9),
    }[means]
    per_capita = random.randint(low, high)
    return {
        "income_per_capita": per_capita,
        "income_12m": per_capita * 12 * size,
        "rigid_expense_12m": random.randint(0, 20) * 1_000,
        "financial_assets": random.randint(0, assets // 100) * 100,
        "vehicle_count": int(random.random() < vehicles),
        "authorisation_expired": random.random() < 0.1,
    }


def _employment(members: Sequence[Person]) -> Facts:
    able = [m for m in members if m.working_age and m.job != "在校" and not (m.disability and m.disability.level <= 2)]
    return {
        "working_age_members": len(able),
        "employed_members": sum(m.job in ("就业", "灵活就业") for m in able),
        "jobseekers": sum(m.job == "失业" for m in able),
    }


def _assistance(random: Random) -> Facts:
    months = random.randint(2, 60)
    return {
        "assist_paid_months": months,
        "assist_paid_total": months * random.randint(30, 90) * 10,
        "last_review_date": (SNAPSHOT_ON - timedelta(random.randint(20, 420))).isoformat(),
    }
