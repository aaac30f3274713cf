"""Who holds the posts of the demo city: officers (工作人员) with sign-in names, and the demo accounts people try first.

The demo accounts form one chain: a case taken at `window` in 石板路社区 reaches `street` in 石板街道 and, in 青石区,
`consult`, `review` and `district`, whatever its department; `city` decides for the city's bureaus. Every other post is held by
an officer with a systematic name, `c` community, `g` grid, `s` street, `d` district, `m` city, and a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.demo_city.names import given_name, surname
from api.demo_city.places import places_by_code
from api.demo_city.posts import Post, posts
from engine.terms import Lane, Level, Role, Sex

DEMO_PASSWORD = "yimen-demo"

_STREET = str(places_by_code()[WINDOW_COMMUNITY].parent_code)
_DISTRICT = str(places_by_code()[_STREET].parent_code)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in name worth remembering (演示账号), and what one does with it, in Chinese."""

    sign_in_name: str
    name: str
    does: str
    holds: Callable[[Post], bool]


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer (工作人员) and the posts held, by organisation and post name; never a real person."""

    sign_in_name: str
    name: str
    posts: tuple[tuple[str, str], ...]


def _in_lanes(region_code: str, *lanes: Lane) -> Callable[[Post], bool]:
    return lambda post: post.region_code == region_code and post.lane in lanes


def _with_role(role: Role) -> Callable[[Post], bool]:
    return lambda post: role in post.roles


def _is_district_post(post: Post) -> bool:
    return post.region_code == _DISTRICT and post.lane == Lane.DISTRICT


DEMO_ACCOUNTS = (
    DemoAccount(
        "window", "周雯", "石板路社区综合窗口：受理、当场办结、送达", _in_lanes(WINDOW_COMMUNITY, Lane.COMMUNITY)
    ),
    DemoAccount(
        "street",
        "郭志远",
        "石板街道：受理、入户调查、审核，记录服务机构与条线系统结果",
        _in_lanes(_STREET, Lane.STREET, Lane.SERVICE_PROVIDER, Lane.LINE_SYSTEM),
    ),
    DemoAccount("grid", "马小军", "石板路社区网格员：上门核实", _in_lanes(WINDOW_COMMUNITY, Lane.GRID_WORKER)),
    DemoAccount(
        "review",
        "顾敏",
        "青石区各局审核岗（演示兼任）：审核、抽查，不作决定",
        lambda post: _is_district_post(post) and Role.APPROVER not in post.roles,
    ),
    DemoAccount(
        "district",
        "沈岚",
        "青石区各局审批岗（演示兼任）：审批决定",
        lambda post: _is_district_post(post) and Role.APPROVER in post.roles,
    ),
    DemoAccount(
        "consult",
        "何立群",
        "青石区各局协查岗（演示兼任）：反馈协查、登记评定结论",
        _in_lanes(_DISTRICT, Lane.CONSULTED_DEPARTMENT, Lane.ASSESSOR),
    ),
    DemoAccount(
        "panel", "田桂芳", "石板路社区评议小组召集人：登记评议结果", _in_lanes(WINDOW_COMMUNITY, Lane.REVIEW_PANEL)
    ),
    DemoAccount(
        "city",
        "陆明哲",
        "云溪市各局审批岗与协查岗（演示兼任）：市级决定",
        lambda post: post.level is Level.CITY and post.lane in (Lane.CITY, Lane.CONSULTED_DEPARTMENT),
    ),
    DemoAccount("supervisor", "袁正", "效能监察：红黄牌、督办、统计", _with_role(Role.SUPERVISOR)),
    DemoAccount("policy", "苏敏", "业务管理员：修改、检查、演练、发布事项定义", _with_role(Role.POLICY_OFFICER)),
    DemoAccount("policy2", "傅文博", "业务管理员：复核并批准他人起草的定义", _with_role(Role.POLICY_OFFICER)),
    DemoAccount("admin", "程诚", "机构管理员：机构、岗位、人员", _with_role(Role.ORG_ADMIN)),
    DemoAccount("auditor", "严明", "审计员：查阅个人信息访问记录", _with_role(Role.AUDITOR)),
    DemoAccount("esupervision", "电子监察系统", "电子监察系统接口账号（供机器调用）", _with_role(Role.E_SUPERVISION)),
)

_TEAMS = {Level.COMMUNITY: "c", Level.STREET: "s", Level.DISTRICT: "d", Level.CITY: "m"}


@cache
def officers() -> tuple[Officer, ...]:
    """Every officer, the demo accounts first; together they hold every post."""
    return (*(_demo_officer(account) for account in DEMO_ACCOUNTS), *_systematic_officers())


def _demo_officer(account: DemoAccount) -> Officer:
    return Officer(account.sign_in_name, account.name, tuple(post.key for post in posts() if account.holds(post)))


def _systematic_officers() -> Iterator[Officer]:
    """One officer for each body that deals with cases, and one grid worker for the communities of each street."""
    random = Random("officers of Yunxi")
    for sign_in_name, held in _teams().items():
        sex = random.choice((Sex.MALE, Sex.FEMALE))
        yield Officer(sign_in_name, surname(random) + given_name(random, sex, random.randint(1966, 1999)), tuple(held))


def _teams() -> dict[str, list[tuple[str, str]]]:
    """Posts by the sign-in name of the officer who holds them."""
    demo_only = {Lane.COMMUNITY, Lane.GRID_WORKER, Lane.REVIEW_PANEL}
    teams: dict[str, list[tuple[str, str]]] = {}
    for post in posts():
        if not post.lane or (post.region_code == WINDOW_COMMUNITY and post.lane in demo_only):
            continue
        teams.setdefault(_sign_in_name(post), []).append(post.key)
    return teams


def _sign_in_name(post: Post) -> str:
    """Team letter and region digits, for a bureau also the code of its department: d01-civil_affairs, c010101.

    One officer, d01r, reviews for all bureaus of a district, so that none of them decides what they reviewed.
    """
    if post.lane == Lane.GRID_WORKER:
        return f"g{_region_digits(post.region_code[:9])}"
    name = _TEAMS[post.level] + _region_digits(post.region_code)
    if post.lane == Lane.STREET and Role.CLERK in post.roles:
        return f"{name}w"
    if post.lane == Lane.DISTRICT and Role.APPROVER not in post.roles:
        return f"{name}r"
    return f"{name}-{post.department}" if post.department else name


def _region_digits(code: str) -> str:
    """District, street and community as two digits each: 990101001003 gives 010103."""
    groups = (code[4:6], code[6:9], code[9:12])
    return "".join(f"{int(group):02d}" for group in groups if group.strip("0"))
