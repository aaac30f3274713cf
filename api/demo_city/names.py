"""Personal names (姓名) for invented people: frequent surnames weighted, given names of their generation, and rare cases.

About one household in fifty bears names with U+00B7, about one person in two hundred a character outside the basic plane
or a hard-to-type one, because counters meet them every week.
"""

from __future__ import annotations

import re
from itertools import accumulate
from random import Random

from engine.terms import Sex


def _words(text: str) -> list[str]:
    return text.split()


_SURNAMES = _words(
    "王72 李72 张68 刘53 陈46 杨31 黄22 赵21 吴20 周20 徐15 孙15 马13 朱13 胡13 林12 郭12 何12 高11 罗10 郑9 梁9 谢8 宋8 唐7 许7"
    " 邓7 冯6 韩6 曹6 曾6 彭6 萧5 蔡5 潘5 田5 董5 袁5 于5 余4 叶4 蒋4 杜4 苏4 魏4 程4 吕4 丁4 沈4 任3 姚3 卢3 傅3 钟3 姜3 崔3 谭3 廖3"
    " 范3 汪3 陆3 金3 石3 戴2 贾2 韦2 夏2 邱2 方2 侯2 邹2 熊2 孟2 秦2 白2 江2 阎2 薛2 尹2 段1 雷1 黎1 史1 龙1 陶1 贺1 顾1 毛1 郝1 龚1"
    " 邵1 万1 钱1 覃1 武1 欧阳1 司马1 上官1 诸葛1 单1 仇1 解1"
)
_SURNAME_NAMES = [entry.rstrip("0123456789") for entry in _SURNAMES]
_SURNAME_WEIGHTS = list(accumulate(int(re.sub(r"\D", "", entry)) for entry in _SURNAMES))

# Given names by sex and generation: born before 1960, before 1990, later.
_GIVEN = {
    Sex.MALE: (
        _words(
            "建国 国庆 德福 长海 福生 金山 志明 文斌 永康 大勇 树林 玉堂 景和 国栋 春生 宝山 庆元 守义 明远 秉正 根生 水生 忠良 世昌 兴旺"
            " 学文 光荣 家瑞 炳坤 仁杰"
        ),
        _words(
            "伟 强 军 勇 涛 斌 鹏 建军 志刚 海波 晓东 国强 文华 永刚 俊峰 立新 红兵 建平 卫东 少华 志勇 春雷 新民 宏伟 立军 跃进 小龙 晓峰"
            " 振宇 家明 锐 凯 浩 磊 超 亮 健 峰"
        ),
        _words(
            "子轩 浩然 宇航 梓豪 一鸣 俊杰 博文 天佑 嘉懿 子墨 奕辰 明轩 思远 睿 泽宇 皓轩 文博 逸凡 晨阳 沐阳 景行 知行 云帆 子涵 书豪"
            " 承志 昊天 若谷 星野 怀瑾"
        ),
    ),
    Sex.FEMALE: (
        _words(
            "秀英 桂兰 玉珍 淑贞 凤英 秀兰 桂英 玉兰 素珍 淑芬 金花 翠英 月娥 秀珍 美英 惠珍 春梅 菊香 桂芳 玉梅 兰英 素芳 瑞云 巧云 腊梅"
            " 爱珍 银凤 淑华 玉英 秋菊"
        ),
        _words(
            "静 丽 敏 艳 燕 芳 娟 霞 玲 丽华 晓燕 海燕 红梅 丽娜 雪梅 春燕 小红 文静 亚男 丽萍 志红 晓梅 建华 秋月 慧敏 美玲 彩霞 爱华 颖"
            " 婷 倩 琳 莉 娜 洁 萍"
        ),
        _words(
            "雨涵 欣怡 梓涵 诗涵 晓雨 思琪 佳怡 若曦 语桐 一诺 梦洁 雨桐 心怡 可馨 子萱 嘉怡 静怡 雅琪 奕涵 锦书 清扬 沐晴 知夏 念安 书瑶"
            " 安然 芷若 蔓菁 舒窈 采薇"
        ),
    ),
}
# Extensions A, B and E of the ideographs, and one of the basic plane that most input methods lack.
RARE_CHARACTERS = "㛃𠅤𬭼䶮"
_RARE_RATE = 0.005

SEPARATOR = "\u00b7"
DOTTED_HOUSEHOLD_RATE = 0.02
_DOTTED_GIVEN = {
    Sex.MALE: _words("艾尔肯 买买提 阿不都 吐尔逊 叶尔江 巴合提 努尔兰 玉素甫"),
    Sex.FEMALE: _words("古丽娜尔 阿依古丽 热依汗 帕提古丽 古丽米热 阿娜尔 迪丽达 米娜瓦尔"),
}
_DOTTED_FATHERS = _words("艾合买提 买买提明 吐尔地 哈力克 托合提 赛买提 别克 吾斯曼")


def surname(random: Random) -> str:
    """A surname (姓) as often as it is met in life."""
    return random.choices(_SURNAME_NAMES, cum_weights=_SURNAME_WEIGHTS)[0]


def given_name(random: Random, sex: Sex, born_in: int) -> str:
    """A given name (名) of that sex and year of birth; seldom one with a rare character."""
    if random.random() < _RARE_RATE:
        return random.choice(RARE_CHARACTERS)
    return random.choice(_GIVEN[sex][(born_in >= 1960) + (born_in >= 1990)])


def dotted_name(random: Random, sex: Sex) -> str:
    """A name of two parts joined by U+00B7, the only separator the joint notice of 2016 allows."""
    return random.choice(_DOTTED_GIVEN[sex]) + SEPARATOR + random.choice(_DOTTED_FATHERS)
