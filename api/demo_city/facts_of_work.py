"""Facts of work and property (就业、社保、医保、住房): what those registers know of an invented person."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from api.demo_city.facts_of_life import Facts, FactSource
from api.demo_city.people import SNAPSHOT_ON, Home, Person, Relation
from api.demo_city.retirement import months_between
from engine.terms import Sex


def _job(random: Random, person: Person, home: Home) -> Facts:
    if person.age < 16:
        return {}
    facts: Facts = {
        "status": person.job,
        "registered_unemployed": person.job == "失业" and random.random() < 0.65,
        "is_graduate": person.graduated_in is not None,
        "is_shareholder": person.job in ("就业", "灵活就业") and random.random() < 0.08,
        "is_hard_to_employ": False,
        "public_post_active": False,
        "flex_subsidy_months": 0,
        "training_count_year": int(person.working_age and random.random() < 0.05),
        "union_hardship_file": False,
    }
    if person.graduated_in is not None:
        facts["graduate_years"] = SNAPSHOT_ON.year - person.graduated_in
    if facts["registered_unemployed"]:
        facts |= _unemployed(random, person)
    return facts


def _unemployed(random: Random, person: Person) -> Facts:
    months = random.randint(1, 30)
    old = person.age >= (50 if person.sex is Sex.MALE else 40)
    kind = "残疾人员" if person.disability else "大龄失业人员" if old else "长期失业人员" if months >= 12 else ""
    hard = bool(kind) and random.random() < 0.4
    facts = {
        "register_date": months_before(SNAPSHOT_ON, months).isoformat(),
        "unemployed_months": months,
        "is_hard_to_employ": hard,
        "public_post_active": hard and random.random() < 0.1,
    }
    return facts | ({"hard_type": kind} if hard else {})


def _unemployment(random: Random, person: Person, home: Home) -> Facts:
    if not person.working_age or person.job not in ("就业", "失业"):
        return {}
    months = random.randint(0, max(0, min(240, (person.age - 18) * 12)))
    return {"paid_months": months, "receiving": person.job == "失业" and months >= 12 and random.random() < 0.4}


def _pension(random: Random, person: Person, home: Home) -> Facts:
    if person.age < 16 or person.job == "在校":
        return {}
    worker = person.job == "就业" or (person.job in ("退休", "灵活就业") and not home.rural and random.random() < 0.7)
    years = random.randint(0, max(0, min(38, person.age - 20)) * 2) / 2 if worker else random.randint(0, 15)
    return {
        "type": "职工" if worker else "城乡居民" if random.random() < 0.85 else "无",
        "paid_years": years,
        "paid_months_local": int(years * 12) if home.local else random.randint(0, int(years * 12)),
        "paid_as_flexible": person.job == "灵活就业" and worker,
        "receiving": person.job == "退休" and random.random() < 0.95,
        "months_to_retire": months_between(SNAPSHOT_ON, person.born_on) + person.retires_at_months,
        "exempt_old": person.age >= 75,
        "land_subsidy_used": False,
    }


def _social(random: Random, person: Person, home: Home) -> Facts:
    custody = person.age >= 22 and person.job in ("灵活就业", "失业") and random.random() < 0.3
    return {"card_exists": random.random() < 0.96, "file_in_custody": custody}


def _medical(random: Random, person: Person, home: Home) -> Facts:
    insured = random.random() < 0.96
    worker = person.job == "就业" or (person.job == "退休" and random.random() < 0.6)
    facts: Facts = {
        "insured": insured,
        "type": "无" if not insured else "职工" if worker else "居民",
        "status": "正常" if insured and random.random() < 0.98 else "暂停" if insured else "终止",
        "duplicate": not home.local and random.random() < 0.05,
        "employer_paid": insured and person.job == "就业",
        "chronic_approved": person.age >= 50 and random.random() < 0.15,
        "doctor_signed": person.age >= 60 and random.random() < 0.6,
        "ltc_insured": insured and worker,
        "ltc_active": False,
        "illness_poverty": False,
    }
    return facts | ({"paid_years": random.randint(0, min(35, person.age - 18))} if worker and insured else {})


def _provident(random: Random, person: Person, home: Home) -> Facts:
    if person.age < 18 or not person.working_age:
        return {}
    if person.job != "就业" or random.random() < 0.4:
        return {"account_here": False}
    months = random.randint(1, max(2, min(300, (person.age - 18) * 12)))
    base = random.randint(20, 160) * 100
    return {
        "account_here": True,
        "account_normal": random.random() < 0.97,
        "months": months,
        "base": base,
        "balance": base * months // 10,
        "months_since_withdraw": random.choice((999, 999, 4, 13, 26)),
        "loan_overdue": random.random() < 0.01,
    }


def _house(random: Random, person: Person, home: Home) -> Facts:
    if person.relation not in (Relation.HEAD, Relation.SPOUSE):
        return {}
    facts: Facts = {
        "area_per_capita": home.area_per_capita,
        "other_security_housing": False,
        "rental_qualified": home.public_tenant,
        "rental_tenant": home.public_tenant,
        "security_family": home.public_tenant,
    }
    if home.public_tenant:
        facts["rental_last_review"] = (SNAPSHOT_ON - timedelta(random.randint(30, 900))).isoformat()
    if home.owned:
        facts |= {"lawful_source": True, "seized": random.random() < 0.005, "mortgage_ok": random.random() < 0.9}
    return facts


def _rural(random: Random, person: Person, home: Home) -> Facts:
    if not home.rural:
        return {"is_member": False}
    homestead = person.relation is Relation.HEAD and random.random() < 0.8
    return {
        "is_member": random.random() < 0.9,
        "contract_right": random.random() < 0.8,
        "contract_area": random.randint(1, 12) / 2,
        "land_left_per_capita": random.choice((0.2, 0.5, 0.8, 1.1)),
        "homestead": homestead,
        "homestead_count": int(homestead),
    }


def _vehicle(random: Random, person: Person, home: Home) -> Facts:
    if person.age < 18:
        return {}
    return {"driver_licence": person.age < 75 and random.random() < 0.45, "valid": random.random() < 0.3}


def months_before(day: date, months: int) -> date:
    """The first of the month so many months before."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


WORK_FACTS: dict[str, FactSource] = {
    "job": _job,
    "unemployment": _unemployment,
    "pension": _pension,
    "social": _social,
    "medical": _medical,
    "house": _house,
    "provident": _provident,
    "rural": _rural,
    "vehicle": _vehicle,
}
