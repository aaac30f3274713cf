"""Who lives together in the demo city: households of one to six people (家庭构成) with the traits their facts follow from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from api.demo_city.names import DOTTED_HOUSEHOLD_RATE, dotted_name, given_name, surname
from api.demo_city.places import CITY_CODE, communities, places_by_code
from api.demo_city.retirement import retirement_months
from engine.terms import Sex

# The day on which the register stands: ages, months and years in facts count to here.
SNAPSHOT_ON = date(2026, 6, 30)
OUTSIDE_REGION = "990201001003"
OUTSIDE_ADDRESS = "丰阳市东城区永安街道"


class Relation(StrEnum):
    """与户主关系, leading digits of GB/T 4761-2008."""

    HEAD = "02"
    SPOUSE = "10"
    SON = "20"
    DAUGHTER = "30"
    GRANDCHILD = "40"
    PARENT = "50"


class Means(StrEnum):
    """How a household stands (家庭经济状况); facts and occupations follow from it."""

    DIBAO = "dibao"  # 在册低保
    ELIGIBLE = "eligible"  # below the standard, not yet applied
    MARGIN = "margin"  # 低保边缘
    ORDINARY = "ordinary"
    WELL_OFF = "well_off"


@dataclass(frozen=True, slots=True)
class Disability:
    """残疾类别与等级: level 1 is the gravest of four."""

    category: str
    level: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where and how a household lives."""

    region_code: str
    hukou_region: str
    reside_address: str
    hukou_address: str
    means: Means
    owned: bool = True
    area_per_capita: float = 28.5
    public_tenant: bool = False

    @property
    def local(self) -> bool:
        """Whether the household is registered in this city (本市户籍)."""
        return self.hukou_region.startswith(CITY_CODE[:4])

    @property
    def rural(self) -> bool:
        """Whether it belongs to the one street with farmland."""
        return self.hukou_region.startswith("990103004")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person and the traits that decide the facts of the registry."""

    name: str
    sex: Sex
    born_on: date
    relation: Relation
    marital: str = "未婚"
    education: str = "初中"
    job: str = "未知"
    graduated_in: int | None = None
    disability: Disability | None = None
    veteran: str = "无"
    survivor: bool = False
    party_member: bool = False
    volunteer_hours: float = 0.0
    parents: tuple[str, str] = ("正常", "正常")
    died_on: date | None = None

    @property
    def age(self) -> int:
        """Completed years on the day of the register."""
        later_in_year = (SNAPSHOT_ON.month, SNAPSHOT_ON.day) < (self.born_on.month, self.born_on.day)
        return SNAPSHOT_ON.year - self.born_on.year - later_in_year

    @property
    def retires_at_months(self) -> int:
        """Age of retirement (法定退休年龄) in months; the less schooled women held workers' posts."""
        worker = self.education in ("小学", "初中", "高中")
        return retirement_months(self.sex, self.born_on, worker=worker)

    @property
    def working_age(self) -> bool:
        return 16 <= self.age < (60 if self.sex is Sex.MALE else 55)


@dataclass(frozen=True, slots=True)
class _Seat:
    """A place in a household still to be filled by a person."""

    relation: Relation
    sex: Sex
    age: int
    marital: str


_MEANS = tuple(Means)
_MEANS_WEIGHTS = (25, 20, 35, 780, 140)
_KINDS = ("single", "elder", "elder_couple", "couple", "family", "three_generations", "single_parent", "grandparent")
_KIND_WEIGHTS = (13, 8, 12, 13, 32, 12, 7, 3)
_DISABILITIES = ("肢体", "视力", "听力", "言语", "智力", "精神", "多重")
_DISABILITY_WEIGHTS = (45, 14, 16, 3, 9, 9, 4)


def draw_home(random: Random) -> Home:
    """A flat in one of the communities; one household in seven is registered in another city."""
    community = random.choice(communities())
    street = places_by_code()[community.parent_code or ""]
    district = places_by_code()[street.parent_code or ""]
    flat = f"{random.randint(1, 198)}号{random.randint(1, 18)}幢{random.randint(1, 4)}单元{random.randint(1, 18)}0{random.randint(1, 4)}室"
    address = (
        f"{district.name}{street.name}{community.name}{community.name.removesuffix('社区').removesuffix('路')}路{flat}"
    )
    outside = random.random() < 0.14
    owned = random.random() < (0.35 if outside else 0.85)
    return Home(
        region_code=community.code,
        hukou_region=OUTSIDE_REGION if outside else community.code,
        reside_address=address,
        hukou_address=f"{OUTSIDE_ADDRESS}{random.randint(1, 200)}号" if outside else address,
        means=random.choices(_MEANS, _MEANS_WEIGHTS)[0],
        owned=owned,
        area_per_capita=(random.randint(24, 90) if owned else random.randint(8, 40)) / 2,
        public_tenant=not owned and not outside and random.random() < 0.3,
    )


def draw_people(random: Random, means: Means) -> tuple[Person, ...]:
    """The members of one household, its head (户主) first."""
    dotted = random.random() < DOTTED_HOUSEHOLD_RATE
    family_name = surname(random)
    return tuple(_person(random, seat, family_name, dotted, means) for seat in _seats(random))


def _seats(random: Random) -> list[_Seat]:
    kind = random.choices(_KINDS, _KIND_WEIGHTS)[0]
    if kind == "single":
        return [_Seat(Relation.HEAD, _sex(random), random.randint(19, 64), random.choice(("未婚", "未婚", "离婚")))]
    if kind == "elder":
        return [_Seat(Relation.HEAD, _sex(random), random.randint(65, 96), "丧偶")]
    if kind == "elder_couple":
        return _couple(random, random.randint(61, 90))
    if kind == "grandparent":
        elder = _Seat(Relation.HEAD, _sex(random), random.randint(58, 78), "丧偶")
        return [elder, _Seat(Relation.GRANDCHILD, _sex(random), random.randint(1, 17), "未婚")]
    if kind == "single_parent":
        age = random.randint(27, 55)
        return [_Seat(Relation.HEAD, _sex(random), age, "离婚"), _child(random, age)]
    seats = _couple(random, random.randint(25, 59))
    if kind != "couple":
        seats += [_child(random, seats[0].age) for _ in range(random.choices((1, 2), (6, 4))[0])]
    if kind == "three_generations":
        seats += _parents(random, seats[0].age)
    return seats


def _sex(random: Random) -> Sex:
    return Sex.MALE if random.random() < 0.51 else Sex.FEMALE


def _couple(random: Random, age: int) -> list[_Seat]:
    head = Sex.MALE if random.random() < 0.75 else Sex.FEMALE
    spouse = Sex.FEMALE if head is Sex.MALE else Sex.MALE
    spouse_age = max(22, age + random.randint(-4, 3))
    return [_Seat(Relation.HEAD, head, age, "已婚"), _Seat(Relation.SPOUSE, spouse, spouse_age, "已婚")]


def _child(random: Random, parent_age: int) -> _Seat:
    sex = _sex(random)
    relation = Relation.SON if sex is Sex.MALE else Relation.DAUGHTER
    return _Seat(relation, sex, max(0, min(30, parent_age - random.randint(23, 34))), "未婚")


def _parents(random: Random, child_age: int) -> list[_Seat]:
    ages = [min(95, child_age + random.randint(23, 31)) for _ in range(2)]
    both = [_Seat(Relation.PARENT, Sex.MALE, ages[0], "已婚"), _Seat(Relation.PARENT, Sex.FEMALE, ages[1], "已婚")]
    if random.random() < 0.5:
        return both
    left = random.choice(both)
    return [_Seat(Relation.PARENT, left.sex, left.age, "丧偶")]


def _person(random: Random, seat: _Seat, family_name: str, dotted: bool, means: Means) -> Person:
    born_on = _birthday(random, seat.age)
    # Who married in has a surname of her or his own; the parents living here are those of the head.
    own = family_name if seat.relation is not Relation.SPOUSE else surname(random)
    if seat.relation is Relation.PARENT and seat.sex is Sex.FEMALE:
        own = surname(random)
    education = _education(random, seat.age)
    job = _job(random, seat, education, means)
    return Person(
        name=dotted_name(random, seat.sex) if dotted else own + given_name(random, seat.sex, born_on.year),
        sex=seat.sex,
        born_on=born_on,
        relation=seat.relation,
        marital=seat.marital,
        education=education,
        job=job,
        graduated_in=_graduated_in(born_on, education, job),
        disability=_disability(random, seat.age, means),
        veteran=_veteran(random, seat),
        survivor=random.random() < 0.004,
        party_member=seat.age >= 20 and random.random() < 0.09,
        volunteer_hours=random.randint(1, 300) / 2 if seat.age >= 14 and random.random() < 0.12 else 0.0,
        parents=_parents_of_child(random, seat),
        died_on=SNAPSHOT_ON - timedelta(random.randint(5, 300)) if seat.age > 75 and random.random() < 0.02 else None,
    )


def _birthday(random: Random, age: int) -> date:
    """A birth date that makes the person `age` years old on the day of the register."""
    # From the day after the birthday that would make one year more, through the birthday of this age.
    latest = SNAPSHOT_ON.replace(year=SNAPSHOT_ON.year - age)
    return latest - timedelta(days=random.randint(0, 364))


def _education(random: Random, age: int) -> str:
    if age < 12:
        return "小学"
    if age < 15:
        return "小学" if age < 13 else "初中"
    if age < 18:
        return "初中"
    if age < 22:
        return random.choice(("高中", "高中", "大专"))
    if age >= 60:
        return random.choices(("小学", "初中", "高中", "大专"), (40, 35, 20, 5))[0]
    return random.choices(("初中", "高中", "大专", "本科", "研究生"), (30, 28, 22, 17, 3))[0]


def _job(random: Random, seat: _Seat, education: str, means: Means) -> str:
    """就业状态 as the human-resources register words it."""
    if 6 <= seat.age < 19:
        return "在校"
    if seat.age < 6:
        return "未知"
    if seat.age >= (60 if seat.sex is Sex.MALE else 55):
        return "退休"
    if seat.age < 23 and education in ("高中", "大专"):
        return "在校" if random.random() < 0.6 else "失业"
    poor = means in (Means.DIBAO, Means.ELIGIBLE)
    weights = (10, 25, 45, 20) if poor else (70, 17, 8, 5)
    return random.choices(("就业", "灵活就业", "失业", "未知"), weights)[0]


def _graduated_in(born_on: date, education: str, job: str) -> int | None:
    years = {"大专": 21, "本科": 22, "研究生": 25}.get(education)
    return min(born_on.year + years, SNAPSHOT_ON.year) if years and job != "在校" else None


def _disability(random: Random, age: int, means: Means) -> Disability | None:
    rate = 0.02 + age * 0.0009 + (0.12 if means in (Means.DIBAO, Means.MARGIN) else 0)
    if random.random() >= rate:
        return None
    category = random.choices(_DISABILITIES, _DISABILITY_WEIGHTS)[0]
    return Disability(category, random.choices((1, 2, 3, 4), (12, 24, 30, 34))[0])


def _veteran(random: Random, seat: _Seat) -> str:
    rate = 0.05 if seat.sex is Sex.MALE else 0.004
    if seat.age < 21 or random.random() >= rate:
        return "无"
    if seat.age >= 60:
        return random.choice(("农村籍老年退役士兵", "参战参试", "带病回乡退伍军人", "军转干部"))
    return random.choices(("自主就业退役士兵", "安置退役士兵", "军转干部"), (75, 15, 10))[0]


def _parents_of_child(random: Random, seat: _Seat) -> tuple[str, str]:
    """父亲、母亲状况 of a minor; a grandchild lives here because something is not as usual."""
    if seat.age >= 18 or seat.relation is not Relation.GRANDCHILD:
        return "正常", "正常"
    absent = ("死亡", "失联", "重残", "重病", "正常")
    return random.choice(absent), random.choice(absent)
