"""Facts of a person's life (人口、残疾、养老、教育、优抚): what those registers know of an invented person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from api.demo_city.people import SNAPSHOT_ON, Home, Person, Relation
from api.demo_city.places import CITY_CODE
from engine.terms import Sex

Facts = dict[str, Any]
FactSource = Callable[[Random, Person, Home], Facts]

_LEVEL_WORDS = ("", "一级", "二级", "三级", "四级")
_STAGES = ((3, "无"), (6, "学前"), (12, "小学"), (15, "初中"), (18, "高中"), (22, "本科"))
_SCHOOLS = {"小学": "小学", "初中": "初级中学", "高中": "高级中学"}
_PENSIONED_VETERANS = frozenset(("农村籍老年退役士兵", "参战参试", "带病回乡退伍军人"))


def _applicant(random: Random, person: Person, home: Home) -> Facts:
    months = random.randint(2, 200) if home.local else random.randint(1, 120)
    facts: Facts = {
        "marital_status": person.marital,
        "education": person.education,
        "hukou_type": "农业" if home.rural else "非农业",
        "resident_months": min(months, max(person.age * 12, 1)),
        "has_residence_permit": not home.local and random.random() < 0.6,
        "is_student": person.job == "在校",
        "civil_capacity": _civil_capacity(person),
        "work_capable": person.working_age and not (person.disability and person.disability.level <= 2),
        "volunteer_hours": person.volunteer_hours,
        "is_party_member": person.party_member,
        "is_union_member": person.job == "就业" and random.random() < 0.5,
    }
    facts["resident_days"] = facts["resident_months"] * 30
    if person.age >= 16:
        facts["retirement_age"] = round(person.retires_at_months / 12, 2)
    if person.age >= 18:
        facts["credit_blacklist"] = random.random() < 0.004
    if person.age >= 80:
        facts["longevity_paid_elsewhere"] = not home.local and random.random() < 0.2
    if person.age < 18:
        facts["is_orphan_recipient"] = person.parents == ("死亡", "死亡") and random.random() < 0.7
    if person.party_member:
        facts["party_here"] = random.random() < 0.8
    if person.disability:
        facts["has_nursing_subsidy"] = False
    return facts


def _civil_capacity(person: Person) -> str:
    if person.age < 8:
        return "无"
    impaired = person.disability and person.disability.category in ("智力", "精神") and person.disability.level <= 2
    return "限制" if person.age < 18 or impaired else "完全"


def _subject(random: Random, person: Person, home: Home) -> Facts:
    level = person.disability.level if person.disability else 0
    facts: Facts = {"disability_level": level, "disability_card": level > 0, "serious_illness": random.random() < 0.02}
    if level:
        facts["subsidy_active"] = level <= 2 and random.random() < 0.5
    if person.died_on:
        facts |= {"death_date": person.died_on.isoformat(), "pension_overpaid": random.random() < 0.15}
    return facts | (_childhood(random, person) if person.age < 18 else {})


def _childhood(random: Random, person: Person) -> Facts:
    father, mother = person.parents
    stage = _stage(person)
    facts = {
        "father_status": father,
        "mother_status": mother,
        "guardianship": "正常" if "正常" in person.parents else "委托",
        "welfare_registered": "正常" not in person.parents and random.random() < 0.5,
        "edu_stage": stage,
        "in_school": stage != "无",
        "has_school_record": person.age >= 6,
    }
    return facts | ({"childcare_subsidy_elsewhere": random.random() < 0.03} if person.age < 3 else {})


def _stage(person: Person) -> str:
    if person.age >= 18 and person.job != "在校":
        return "无"
    return next((stage for below, stage in _STAGES if person.age < below), "无")


def _ability(random: Random, person: Person) -> str:
    words = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
    if person.age < 80:
        return random.choices(words, (85, 8, 4, 2, 1))[0]
    return random.choices(words, (45, 25, 15, 10, 5))[0]


def _disability(random: Random, person: Person, home: Home) -> Facts:
    if person.disability is None:
        return {"has_card": False, "level": 0}
    return {
        "has_card": True,
        "card_valid": random.random() < 0.93,
        "category": person.disability.category,
        "level": person.disability.level,
        "level_text": f"{person.disability.category}{_LEVEL_WORDS[person.disability.level]}",
        "last_assess_date": (SNAPSHOT_ON - timedelta(random.randint(60, 3_600))).isoformat(),
        "device_years_left": random.choice((0, 0, 0, 1, 2)),
        "fuel_paid_this_year": False,
        "in_institution": random.random() < 0.03,
        "ride_card": random.random() < 0.4,
        "startup_grant_used": False,
        "other_nursing_benefit": random.random() < 0.03,
    }


def _elder(random: Random, person: Person, home: Home) -> Facts:
    if person.age < 60:
        return {}
    alone = person.relation is Relation.HEAD and person.marital == "丧偶"
    return {
        "ability_level": _ability(random, person),
        "living_state": "独居" if alone else random.choice(("与家人同住", "与家人同住", "空巢")),
        "card_valid": person.age >= 65 and random.random() < 0.6,
        "allowance_active": person.age >= 80 and home.local and random.random() < 0.8,
        "transit_card_count": int(person.age >= 65 and random.random() < 0.6),
        "checkup_this_year": person.age >= 65 and random.random() < 0.4,
    }


def birth_facts(random: Random, person: Person, children: Sequence[Person]) -> Facts:
    """What the health register knows of a person's children (生育)."""
    if person.age < 20:
        return {}
    single = len(children) == 1 and person.age >= 40
    return {
        "child_count": len(children),
        "daughter_count": sum(child.sex is Sex.FEMALE for child in children),
        "registered": False,
        "lawful": True,
        "honour_cert_issued": single and random.random() < 0.7,
        "reward_active": single and person.age >= 60 and random.random() < 0.3,
    }


def _health(random: Random, person: Person, home: Home) -> Facts:
    due = person.sex is Sex.FEMALE and 35 <= person.age <= 64
    return {"cancer_screened_this_cycle": random.random() < 0.4} if due else {}


def _marriage(random: Random, person: Person, home: Home) -> Facts:
    return {"registered_here": random.random() < 0.99} if person.marital == "已婚" else {}


def _edu(random: Random, person: Person, home: Home) -> Facts:
    stage = _stage(person)
    if stage in ("无", "学前"):
        return {"stage": stage} if person.age < 18 else {}
    ends = next(below for below, name in _STAGES if name == stage)
    return {
        "stage": stage,
        "school": "云溪学院" if stage == "本科" else f"云溪市第{random.randint(1, 12)}{_SCHOOLS[stage]}",
        "years_to_graduate": ends - person.age,
    }


def _veteran(random: Random, person: Person, home: Home) -> Facts:
    served = person.veteran != "无"
    facts: Facts = {"is_veteran": served, "is_survivor": person.survivor}
    if not (served or person.survivor):
        return facts
    archived = random.random() < 0.9
    facts |= {
        "archived": archived,
        "category": "三属" if person.survivor else person.veteran,
        "card_valid": archived and random.random() < 0.5,
        "card_barred": False,
        "pension_active": person.veteran in _PENSIONED_VETERANS or person.survivor,
    }
    if served:
        facts |= {
            "service_years": random.choice((2, 2, 2, 3, 5, 8, 12)),
            "disability_grade": random.choices((0, 8, 10), (95, 2, 3))[0],
            "placement_region": home.hukou_region if home.local else CITY_CODE,
        }
    return facts


LIFE_FACTS: dict[str, FactSource] = {
    "applicant": _applicant,
    "subject": _subject,
    "disability": _disability,
    "elder": _elder,
    "health": _health,
    "marriage": _marriage,
    "edu": _edu,
    "veteran": _veteran,
}
