"""Residents with a known story (固定居民), first in every population whatever the seed: for demonstrations and tests.

Their identity numbers are written out, so that guides and walks may quote them. Facts that the story depends on are set;
the others are drawn once from a source of their own and are never forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from random import Random
from typing import Any

from api.demo_city.household import Household, Resident, settle
from api.demo_city.licences import Licence
from api.demo_city.people import OUTSIDE_ADDRESS, OUTSIDE_REGION, Disability, Home, Means, Person, Relation
from api.demo_city.places import full_name
from engine.policy.identifiers import ResidentId

WINDOW_COMMUNITY = "990101001001"
"""石板路社区, where the demo account `window` sits and most of the stories live."""
OTHER_COMMUNITY = "990102002003"
"""茶亭社区 of another district, to show acceptance anywhere in the city (全市通办)."""


@dataclass(frozen=True, slots=True)
class FixedResident:
    """One person of a story: `situation` says in Chinese what they may come to the counter for."""

    name: str
    identity_number: str
    community: str
    situation: str


@dataclass(frozen=True)
class _Member:
    """A person of a story; `facts` are set over what was drawn, by fact root; None makes a fact unknown."""

    name: str
    number: str
    relation: Relation = Relation.HEAD
    traits: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def person(self) -> Person:
        identity = ResidentId(self.number)
        return Person(self.name, identity.sex, identity.born_on, self.relation, **self.traits)


@dataclass(frozen=True)
class _Story:
    situation: str
    members: tuple[_Member, ...]
    means: Means = Means.ORDINARY
    household: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    community: str = WINDOW_COMMUNITY
    local: bool = True

    def home(self, number: int) -> Home:
        address = f"{full_name(self.community)}演示里{number}号"
        hukou = self.community if self.local else OUTSIDE_REGION
        hukou_address = address if self.local else f"{OUTSIDE_ADDRESS}{number}号"
        return Home(self.community, hukou, address, hukou_address, self.means, owned=self.local)


_TRUSTED_UNTIL = date(2035, 12, 31)
_MARRIED = {"marital": "已婚"}
_AT_SCHOOL = {"education": "高中", "job": "在校"}
_POOR_AND_UNLISTED = {"vehicle_count": 0, "is_dibao": False, "is_tekun": False, "authorisation_expired": False}
_UNKNOWN_MEANS = frozenset(
    (
        "income_per_capita",
        "income_12m",
        "rigid_expense_12m",
        "financial_assets",
        "vehicle_count",
        "authorisation_expired",
    )
)
_NO_BAR = {"archived": True, "card_valid": False, "card_barred": False}

_STORIES = (
    _Story(
        "家庭人均月收入520元，低于低保标准，尚未申请；丈夫二级肢体残疾，女儿在读高中",
        (
            _Member("王秀英", "990101197403120027", traits=_MARRIED | {"job": "失业", "education": "初中"}),
            _Member(
                "张德福",
                "990101197005200013",
                Relation.SPOUSE,
                _MARRIED | {"job": "失业", "disability": Disability("肢体", 2)},
                {"disability": {"card_valid": True}, "job": {"is_hard_to_employ": False, "hard_type": None}},
            ),
            _Member("张小梅", "99010120081102002X", Relation.DAUGHTER, _AT_SCHOOL),
        ),
        Means.ELIGIBLE,
        _POOR_AND_UNLISTED
        | {"income_per_capita": 520, "income_12m": 18_720, "financial_assets": 18_000, "is_margin": False},
    ),
    _Story(
        "家庭人均月收入860元，略高于低保标准，可申请低保边缘家庭认定",
        (
            _Member("陈建国", "99010119720815001X", traits=_MARRIED | {"job": "灵活就业", "education": "初中"}),
            _Member("林芳", "99010119740203002X", Relation.SPOUSE, _MARRIED | {"job": "失业", "education": "初中"}),
            _Member("陈宇航", "990101200605180014", Relation.SON, _AT_SCHOOL),
        ),
        Means.ELIGIBLE,
        _POOR_AND_UNLISTED
        | {"income_per_capita": 860, "income_12m": 30_960, "financial_assets": 42_000, "is_margin": False},
    ),
    _Story(
        "2025年本科毕业未就业，可办离校未就业毕业生实名登记",
        (
            _Member(
                "李晓雨",
                "990101200309010029",
                traits={"education": "本科", "job": "失业", "graduated_in": 2025},
                facts={"job": {"registered_unemployed": False, "register_date": None, "unemployed_months": None}},
            ),
        ),
    ),
    _Story(
        "志愿服务126.5小时，可开具志愿服务记录证明",
        (
            _Member(
                "赵志强",
                "990101198507070014",
                traits={"education": "大专", "job": "就业", "graduated_in": 2006, "volunteer_hours": 126.5},
            ),
        ),
    ),
    _Story(
        "参战退役军人，已建档，未领优待证，独居",
        (
            _Member(
                "周国庆",
                "990101194910010013",
                traits={"marital": "丧偶", "job": "退休", "veteran": "参战参试", "party_member": True},
                facts={"veteran": _NO_BAR | {"pension_active": True}},
            ),
        ),
    ),
    _Story(
        "烈士遗属，已建档，未领优待证，可申领遗属优待证",
        (
            _Member(
                "刘桂兰",
                "990101195204160027",
                traits={"marital": "丧偶", "job": "退休", "survivor": True},
                facts={"veteran": _NO_BAR},
            ),
        ),
    ),
    _Story(
        "外孙孙小宝父亲死亡、母亲失联，可申请事实无人抚养儿童认定（服务对象孙小宝）",
        (
            _Member("吴玉珍", "990101195809230024", traits={"marital": "丧偶", "job": "退休"}),
            _Member(
                "孙小宝",
                "990101201606010011",
                Relation.GRANDCHILD,
                {"education": "小学", "job": "在校", "parents": ("死亡", "失联")},
                {"applicant": {"is_orphan_recipient": False}, "subject": {"welfare_registered": False}},
            ),
        ),
        Means.ELIGIBLE,
        _POOR_AND_UNLISTED | {"income_per_capita": 610, "income_12m": 14_640, "financial_assets": 9_000},
    ),
    _Story(
        "本市户籍夫妻，新生儿待办出生一件事",
        (
            _Member("张伟", "99010119950303001X", traits=_MARRIED | {"education": "本科", "job": "就业"}),
            _Member(
                "何静",
                "990101199612120022",
                Relation.SPOUSE,
                _MARRIED | {"education": "本科", "job": "就业"},
                {"birth": {"registered": True}},
            ),
        ),
    ),
    _Story(
        "53岁，连续失业登记14个月，可申请就业困难人员认定",
        (
            _Member(
                "郑建平",
                "990101197301200018",
                traits={"marital": "离婚", "education": "高中", "job": "失业"},
                facts={
                    "job": {
                        "registered_unemployed": True,
                        "register_date": "2025-04-01",
                        "unemployed_months": 14,
                        "is_hard_to_employ": False,
                        "is_shareholder": False,
                    },
                    "pension": {"receiving": False},
                },
            ),
        ),
    ),
    _Story(
        "83岁独居老人，未领高龄津贴",
        (
            _Member(
                "黄淑贞",
                "99010119421130002X",
                traits={"marital": "丧偶", "education": "小学", "job": "退休"},
                facts={
                    "applicant": {"longevity_paid_elsewhere": False},
                    "elder": {"allowance_active": False, "living_state": "独居"},
                },
            ),
        ),
    ),
    _Story(
        "低保边缘家庭中的一级肢体残疾人，可申请单人保（申请人许丽）",
        (
            _Member("沈秀兰", "990101196003140024", traits={"marital": "丧偶", "job": "退休"}),
            _Member(
                "许丽",
                "990101198806060027",
                Relation.DAUGHTER,
                {"education": "高中", "job": "失业", "disability": Disability("肢体", 1)},
                {"disability": {"card_valid": True}, "subject": {"subsidy_active": False}},
            ),
        ),
        Means.MARGIN,
        _POOR_AND_UNLISTED
        | {"income_per_capita": 1_050, "income_12m": 25_200, "financial_assets": 51_000, "is_margin": True},
    ),
    _Story(
        "从未授权核对经济状况，收入财产未知，低保条件转人工核验",
        (_Member("马文涛", "990101197902280017", traits={"marital": "离婚", "job": "灵活就业"}),),
        unknown=_UNKNOWN_MEANS,
    ),
    _Story(
        "姓名含生僻字的一家四口，检验录入、检索和打印",
        (
            _Member("刘䶮", "990101199001150011", traits=_MARRIED | {"education": "大专", "job": "就业"}),
            _Member("张㛃", "990101199204090020", Relation.SPOUSE, _MARRIED | {"education": "本科", "job": "就业"}),
            _Member("刘𠅤", "990101201910100011", Relation.SON, {"education": "小学", "job": "在校"}),
            _Member("王𬭼", "990101196507210022", Relation.PARENT, {"marital": "丧偶", "job": "退休"}),
        ),
    ),
    _Story(
        "外市户籍，持居住证，姓名含间隔号，在本市居住30个月",
        (
            _Member(
                "古丽娜尔·艾合买提",
                "990101199408080027",
                traits={"education": "大专", "job": "就业", "graduated_in": 2015},
                facts={"applicant": {"has_residence_permit": True, "resident_months": 30, "resident_days": 912}},
            ),
        ),
        local=False,
    ),
    _Story(
        "居住在望溪区的在册低保户，在石板路社区办理时演示全市通办",
        (_Member("罗明", "990101198005050013", traits={"marital": "离婚", "education": "初中", "job": "失业"}),),
        Means.DIBAO,
        {
            "is_dibao": True,
            "income_per_capita": 380,
            "income_12m": 4_560,
            "financial_assets": 3_000,
            "vehicle_count": 0,
        },
        community=OTHER_COMMUNITY,
    ),
    _Story(
        "丈夫何守义2026年6月10日去世，可办身后一件事与丧葬类事项（服务对象何守义）",
        (
            _Member("方菊香", "990101194105060026", traits={"marital": "丧偶", "education": "小学", "job": "退休"}),
            _Member(
                "何守义",
                "990101193809180013",
                Relation.SPOUSE,
                {"marital": "已婚", "education": "小学", "job": "退休", "died_on": date(2026, 6, 10)},
            ),
        ),
    ),
)

FIXED_RESIDENTS: tuple[FixedResident, ...] = tuple(
    FixedResident(member.name, member.number, story.community, story.situation)
    for story in _STORIES
    for member in story.members
)


@cache
def fixed_households() -> tuple[Household, ...]:
    """The households of the stories, numbered from 1."""
    return tuple(_household(number, story) for number, story in enumerate(_STORIES, start=1))


def _household(number: int, story: _Story) -> Household:
    people = tuple(member.person() for member in story.members)
    identities = [member.number for member in story.members]
    random, told = Random(f"fixed:{number}"), [member.facts for member in story.members]
    drawn = settle(random, number, story.home(number), people, identities, told)
    known = {**drawn.attributes, **story.household}
    return replace(
        drawn,
        attributes={name: value for name, value in known.items() if name not in story.unknown},
        members=tuple(_with_trusted_licences(resident) for resident in drawn.members),
    )


def _with_trusted_licences(resident: Resident) -> Resident:
    """The resident with licences all good enough to replace a document, and for years to come."""
    return replace(resident, licences=tuple(_trusted(licence) for licence in resident.licences))


def _trusted(licence: Licence) -> Licence:
    valid_until = licence.valid_until and max(licence.valid_until, _TRUSTED_UNTIL)
    return replace(licence, trust_grade="A", valid_until=valid_until)
