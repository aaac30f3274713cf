"""The bodies that accept, decide and seal in the demo city (实施主体), with synthetic credit codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

from api.demo_city.places import CITY_CODE, CITY_NAME, Place, full_name, places
from engine.policy.identifiers import organisation_code_check, uscc_check
from engine.terms import Level


@dataclass(frozen=True, slots=True)
class Department:
    """One line of administration (部门); `key` is the folder name of its definitions."""

    key: str
    code: str
    name: str
    name_en: str
    # Registering authority and category of its bodies' credit codes: 11 organ, 12 institution, 13 mass organisation.
    registered_as: str = "11"


DEPARTMENTS = (
    Department("civil_affairs", "MZ", "民政局", "Civil Affairs"),
    Department("human_resources", "RS", "人力资源和社会保障局", "Human Resources and Social Security"),
    Department("healthcare_security", "YB", "医疗保障局", "Healthcare Security"),
    Department("health", "WJ", "卫生健康局", "Health"),
    Department("disabled_persons", "CL", "残疾人联合会", "Disabled Persons Federation", "13"),
    Department("veterans", "TY", "退役军人事务局", "Veterans Affairs"),
    Department("housing", "ZJ", "住房和城乡建设局", "Housing and Urban-Rural Development"),
    Department("public_security", "GA", "公安局", "Public Security"),
    Department("justice", "SF", "司法局", "Justice"),
    Department("natural_resources", "ZR", "自然资源和规划局", "Natural Resources, Planning and Forestry"),
    Department("market_regulation", "SC", "市场监督管理局", "Market Regulation"),
    Department("provident_fund", "GJ", "住房公积金管理中心", "Housing Provident Fund Centre", "12"),
    Department("party_work", "DJ", "党群工作部", "Party and Mass Work"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One body (实施主体) of the demo city, as a row of table `organisations`."""

    name: str
    short_name: str
    uscc: str
    region_code: str
    level: Level
    department: str | None
    seal_name: str
    address: str
    phone: str
    complaint_phone: str


@cache
def organisations() -> tuple[Organisation, ...]:
    """The city hall, 13 city and 39 district bureaus, 12 street offices and 64 residents' committees."""
    return tuple(_build(serial, *plan) for serial, plan in enumerate(_plans(), start=1))


def department_rows() -> tuple[dict[str, object], ...]:
    """Rows of table `departments`."""
    return tuple({"key": d.key, "code": d.code, "name": d.name, "name_en": d.name_en} for d in DEPARTMENTS)


def organisation_row(organisation: Organisation) -> dict[str, object]:
    """The row of table `organisations` for one body."""
    row = asdict(organisation)
    del row["level"]
    return row


def credit_code(registered_as: str, region6: str, serial: int) -> str:
    """A synthetic 统一社会信用代码 with valid check characters (GB 32100-2015; the body code after GB 11714)."""
    body = f"9900{serial:04d}"
    first17 = registered_as + region6 + body + organisation_code_check(body)
    return first17 + uscc_check(first17)


def _plans() -> Iterator[tuple[str, str, Place, Department | None, str]]:
    """Name, short name, place, department and registration of every body; the order gives the serial numbers."""
    everywhere = places()
    yield f"{CITY_NAME}人民政府", "市政府", everywhere[0], None, "11"
    for level in (Level.CITY, Level.DISTRICT):
        for place in (p for p in everywhere if p.level is level):
            for department in DEPARTMENTS:
                yield full_name(place.code) + department.name, _short(place, department), place, department, "11"
    for place in everywhere:
        if place.level is Level.STREET:
            yield f"{full_name(place.code)}办事处", place.name, place, None, "11"
        elif place.level is Level.COMMUNITY:
            # 55: a residents' committee is a special legal person of grass-roots self-government.
            yield f"{full_name(place.code)}居民委员会", place.name, place, None, "55"


def _short(place: Place, department: Department) -> str:
    return ("市" if place.code == CITY_CODE else place.name) + department.name


def _build(
    serial: int, name: str, short_name: str, place: Place, department: Department | None, registered_as: str
) -> Organisation:
    return Organisation(
        name=name,
        short_name=short_name,
        uscc=credit_code(department.registered_as if department else registered_as, place.code[:6], serial),
        region_code=place.code,
        level=place.level,
        department=department.key if department else None,
        seal_name=name,
        address=_address(place, serial),
        # No Chinese area code begins with 01 except 010 itself, so these numbers ring nowhere.
        phone=f"0199-8{serial:03d}001",
        complaint_phone=f"0199-8{serial:03d}945",
    )


def _address(place: Place, serial: int) -> str:
    street = f"云溪大道{serial * 2}号市民中心" if place.code == CITY_CODE else f"便民路{serial * 2}号"
    return full_name(place.code) + street
