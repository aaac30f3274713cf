"""Where the demo city's people live: one city, three districts, twelve streets, sixty-four communities (云溪市行政区划)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache

from engine.terms import Level

CITY_CODE = "990100000000"
CITY_NAME = "云溪市"
VALID_FROM = date(2015, 1, 1)

# district → street → community stems; order gives the codes, so append only.
_TREE: dict[str, dict[str, str]] = {
    "青石区": {
        "石板街道": "石板路 青石桥 文庙 水井巷 槐荫 东门",
        "书院街道": "书院路 墨香 砚池 学府 桂香 状元坊",
        "望江街道": "望江 渡口 船坞 江堤 灯塔",
        "银杏街道": "银杏 双槐 梧桐 百花 长青",
    },
    "望溪区": {
        "溪口街道": "溪口 听泉 石拱桥 柳荫 荷塘",
        "竹溪街道": "竹溪 翠竹 茶亭 新篁 笋岭",
        "望岳街道": "望岳 松鹤 晨曦 霞光 云岭",
        "双湖街道": "双湖 湖东 湖西 芦荡 白鹭",
    },
    "梅坞区": {
        "梅坞街道": "梅坞 红梅 香雪 疏影 岁寒 踏雪",
        "机床街道": "机床厂 轴承 铸造 锻压 工人村 厂前",
        "站前街道": "站前 铁道 月台 货场 信号",
        "田畈街道": "田畈 稻香 麦浪 桑园 晒场",
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """One region (行政区划) of the demo city, as a row of table `regions`."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    valid_from: date = VALID_FROM
    valid_to: date | None = None


@cache
def places() -> tuple[Place, ...]:
    """Every region of the city, parents before children."""
    return (Place(CITY_CODE, CITY_NAME, Level.CITY, None), *_districts())


@cache
def communities() -> tuple[Place, ...]:
    """The sixty-four communities (社区) in the order of their codes."""
    return tuple(place for place in places() if place.level is Level.COMMUNITY)


@cache
def places_by_code() -> dict[str, Place]:
    """Every region of the city under its twelve-digit code."""
    return {place.code: place for place in places()}


def full_name(code: str) -> str:
    """The place with everything above it: 云溪市青石区石板街道石板路社区."""
    place = places_by_code()[code]
    return (full_name(place.parent_code) if place.parent_code else "") + place.name


def regions() -> tuple[dict[str, object], ...]:
    """Rows of table `regions`, parents before children."""
    return tuple(asdict(place) | {"level": place.level.value} for place in places())


def _districts() -> Iterator[Place]:
    for d, (district, streets) in enumerate(_TREE.items(), start=1):
        code = f"{CITY_CODE[:4]}{d:02d}000000"
        yield Place(code, district, Level.DISTRICT, CITY_CODE)
        for s, (street, stems) in enumerate(streets.items(), start=1):
            yield from _street(code, f"{code[:6]}{s:03d}000", street, stems.split())


def _street(district: str, code: str, name: str, stems: list[str]) -> Iterator[Place]:
    yield Place(code, name, Level.STREET, district)
    for c, stem in enumerate(stems, start=1):
        yield Place(f"{code[:9]}{c:03d}", f"{stem}社区", Level.COMMUNITY, code)
