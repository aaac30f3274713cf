"""The twenty proofs a residents' committee must not issue (民发〔2020〕20号, first batch), as words to look for."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LIST: tuple[tuple[str, str], ...] = (
    ("亲属关系证明", r"亲属关系"),
    ("居民身份信息证明", r"居民身份信息|身份信息证明"),
    ("户口登记项目内容变更申请证明", r"户口(登记)?(项目|内容).*变更|户口变更"),
    ("居民养犬证明", r"养犬"),
    ("无犯罪记录证明", r"犯罪记录|无违法犯罪"),
    ("社区戒毒社区康复人员情况证明", r"社区戒毒|社区康复|戒毒"),
    ("人员失踪证明", r"失踪"),
    ("婚姻状况证明", r"婚姻状况|未婚证明|单身证明"),
    ("出生证明", r"出生(情况)?(证明|登记证明)|生育假|护理假|育儿假"),
    ("健在证明", r"健在|生存(证明|）证明)"),
    ("死亡证明", r"死亡"),
    ("疾病状况证明", r"疾病(状况|情况)?证明|患病证明"),
    ("残疾状况证明", r"残疾(状况|情况)?证明"),
    ("婚育状况证明", r"婚育(状况|情况)?证明"),
    ("居民就业状况证明", r"就业(状况|情况)证明|无业证明"),
    ("居民个人档案证明", r"个人档案"),
    ("居民财产证明", r"财产(状况)?证明|无住房证明|无房证明|收入证明"),
    ("遗产继承权证明", r"继承(权)?证明|继承权"),
    ("市场主体住所证明", r"市场主体住所|经营场所）?证明|住所（经营场所）"),
    ("证件遗失证明", r"(证件|身份证|户口簿|票据)遗失|遗失证明"),
)
_PATTERNS = tuple((title, re.compile(pattern)) for title, pattern in _LIST)
TITLES = tuple(title for title, _ in _LIST)


def matches(titles: Iterable[str]) -> str:
    """The entry of the list one of the titles falls under, empty if none does."""
    written = [re.sub(r"\s", "", title) for title in titles]
    return next((entry for entry, pattern in _PATTERNS for title in written if pattern.search(title)), "")
