"""The State Council's yearly notice (部分节假日安排的通知), read from the Chinese text as an officer pastes it.

Nothing is guessed: every sentence that names a day off or a working weekend is understood whole and agrees with itself
(weekday, number of days), or the officer is shown the sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from engine.errors import FormInvalid
from engine.policy.year_arrangements import SATURDAY, STATUTORY_FESTIVALS, Holiday, YearArrangement, belongs_to
from engine.terms import CalendarStatus

_WEEKDAYS = "一二三四五六日"
_Told = TypeVar("_Told", str, date)

# After NFKC: digits, colons, commas, semicolons and brackets are ASCII; 。、〔〕 stay.
_TITLE = re.compile(r"(?:国务院办公厅)?关于(\d{4})年(?:部分)?节假日安排的通知")
_DOCUMENT_NO = re.compile(r"(国办发(?:明电)?)[〔\[(【](\d{4})[〕\])】](\d+)号")
_SIGNED = re.compile(r"国务院办公厅(\d{4})年(\d{1,2})月(\d{1,2})日")
_FESTIVAL = "|".join(STATUTORY_FESTIVALS)
_SECTION = re.compile(rf"(?:[一二三四五六七八九十]{{1,3}}、)?((?:{_FESTIVAL})(?:[、,和及暨]?(?:{_FESTIVAL}))*):")
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
_PARTS = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_OFF = re.compile(rf"({_DATE})(?:[至到]({_DATE}))?放假(?:调休)?((?:,?共?\d{{1,2}}天|,不调休|,与周末连休)*)")
_WORK = re.compile(rf"({_DATE}(?:[、,和及]{_DATE})*)(?:正常)?上班")
_SAID_LENGTH = re.compile(r"(\d{1,2})天")
_SPEAKS_OF_DAYS = re.compile(r"\d[月日]|放假|上班|调休|补休")
# Advice on private leave changes no calendar.
_ADVICE = "鼓励"


def parse_notice(text: str, document_no: str = "", published_on: date | None = None) -> YearArrangement:
    """The official arrangement of the year a notice speaks of (放假安排).

    document_no, published_on  where the pasted text does not carry them; they must not contradict it
    Raises FormInvalid; its errors under `text` quote each sentence and say what does not agree.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    faults: list[str] = []
    title, year = _title(plain)
    number = _agreed("文号", {f"{a}〔{y}〕{n}号" for a, y, n in _DOCUMENT_NO.findall(plain)}, document_no, faults)
    signed = {day for found in _SIGNED.findall(plain) if (day := _real_date(*map(int, found)))}
    published = _agreed("成文日期", signed, published_on, faults)
    if not number:
        faults.append("没有找到通知文号（如“国办发明电〔2025〕7号”），请连同文号一并粘贴或另行填写。")
    sections = _sections(_SIGNED.sub("", plain))
    readers = [_Section(name, body, year) for name, body in sections]
    faults += [fault for reader in readers for fault in reader.read()]
    faults += _missing_or_repeated([festival for name, _ in sections for festival in _festivals(name)])
    arrangement = YearArrangement(
        year=year,
        status=CalendarStatus.OFFICIAL,
        days_off=tuple(holiday for reader in readers for holiday in reader.days_off),
        working_weekends=tuple(sorted(day for reader in readers for day in reader.working)),
        document_no=number or "",
        title=title,
        published_on=published,
    )
    faults += _contradictions(arrangement)
    if faults:
        raise FormInvalid(
            f"通知有{len(faults)}处须核对：{faults[0]}",
            en="The notice does not agree with itself.",
            errors={"text": faults},
        )
    return arrangement


def _title(plain: str) -> tuple[str, int]:
    found = {match[1]: match[0] for match in sorted(_TITLE.finditer(plain), key=lambda match: len(match[0]))}
    if len(found) != 1:
        problem = "有不同年份的标题" if found else "没有找到标题“关于某年部分节假日安排的通知”"
        fault = f"{problem}，无法确定年份，请连同标题粘贴一份通知。"
        raise FormInvalid(fault, en="The year of the notice is not clear.", errors={"text": [fault]})
    ((year, title),) = found.items()
    return title, int(year)


def _agreed(what: str, told: set[_Told], given: _Told | None, faults: list[str]) -> _Told | None:
    """The one value that the text and the form agree on."""
    values = told | ({given} if given else set())
    if len(values) > 1:
        faults.append(f"{what}不一致：{'、'.join(sorted(map(str, values)))}，请核对。")
    return min(values, key=str, default=None)


def _sections(plain: str) -> list[tuple[str, str]]:
    """Name and text of each section `一、元旦：…`."""
    heads = list(_SECTION.finditer(plain))
    ends = [head.start() for head in heads[1:]] + [len(plain)]
    return [(head[1], plain[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _festivals(name: str) -> list[str]:
    return re.findall(_FESTIVAL, name)


class _Disagreement(Exception):
    """What is wrong with a sentence."""


@dataclass
class _Section:
    """One festival's section being read."""

    name: str
    body: str
    year: int
    days_off: list[Holiday] = field(default_factory=list)
    working: list[date] = field(default_factory=list)

    def read(self) -> Iterator[str]:
        """Read every sentence; yields what is wrong."""
        understood = True
        for sentence in filter(None, re.split("[。;]", self.body)):
            try:
                self._read_sentence(sentence)
            except _Disagreement as fault:
                understood = False
                yield f"“{self.name}：{sentence}”：{fault}。"
        if understood and not self.days_off:
            yield f"“{self.name}”一节没有写明放假日期。"

    def _read_sentence(self, sentence: str) -> None:
        if sentence.startswith(_ADVICE) or not _SPEAKS_OF_DAYS.search(sentence):
            return
        rest = sentence
        while rest:
            if found := _OFF.match(rest):
                self._read_off(*found.groups())
            elif found := _WORK.match(rest):
                self._read_working(found[1])
            if not found or rest[found.end() : found.end() + 1] not in ("", ","):
                raise _Disagreement("读不懂这一句，请按通知原文更正")
            rest = rest[found.end() + 1 :]

    def _read_off(self, first_text: str, last_text: str | None, said: str) -> None:
        first = self._day(first_text, None)
        last = self._day(last_text, first) if last_text else first
        if last < first:
            raise _Disagreement("结束日早于开始日，跨年的请写明年份")
        length = (last - first).days + 1
        for told in _SAID_LENGTH.findall(said):
            if int(told) != length:
                raise _Disagreement(f"写明共{told}天，按起止日期为{length}天")
        self.days_off.append(Holiday("、".join(_festivals(self.name)), first, last))

    def _read_working(self, days: str) -> None:
        before: date | None = None
        for text in re.findall(_DATE, days):
            before = self._day(text, before)
            if before.weekday() < SATURDAY:
                raise _Disagreement(f"{_day_zh(before)}不是周末，不能列为调休上班")
            self.working.append(before)

    def _day(self, text: str, before: date | None) -> date:
        """The date of one mention, `before` being the one mentioned before it in the same list or span."""
        year, month, on, remark = re.fullmatch(_PARTS, text).groups()  # type: ignore[union-attr]
        if not month and before is None:
            raise _Disagreement(f"“{text}”没有写明月份")
        day = self._dated(year, month, int(on), before)
        if day is None:
            raise _Disagreement(f"“{text}”不是存在的日期")
        if not belongs_to(day, self.year):
            raise _Disagreement(f"{day.isoformat()}不属于{self.year}年的放假安排")
        said = _WEEKDAY.search(remark or "")
        if said and _WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
            raise _Disagreement(f"“{text}”写作{said[0]}，{day.year}年的这一天是星期{_WEEKDAYS[day.weekday()]}")
        return day

    def _dated(self, year: str | None, month: str | None, on: int, before: date | None) -> date | None:
        """A month left out is that of `before`; a year left out too, unless the date would lie earlier: 12月29日、1月5日."""
        if year or before is None:
            return _real_date(int(year or self.year), int(month or 0), on)
        in_same_year = _real_date(before.year, int(month or before.month), on)
        if month and in_same_year and in_same_year < before:
            return _real_date(self.year, int(month), on)
        return in_same_year


def _real_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _missing_or_repeated(told: list[str]) -> Iterator[str]:
    if missing := [name for name in STATUTORY_FESTIVALS if name not in told]:
        yield f"缺少法定节日：{'、'.join(missing)}，请粘贴通知全文。"
    if repeated := sorted({name for name in told if told.count(name) > 1}):
        yield f"节日重复：{'、'.join(repeated)}，请只粘贴一份通知。"


def _contradictions(arrangement: YearArrangement) -> Iterator[str]:
    off = [day for holiday in arrangement.days_off for day in holiday.days()]
    for day in sorted({day for day in off if off.count(day) > 1}):
        yield f"{_day_zh(day)}在两个节日中都列为放假。"
    for day in sorted({*off}.intersection(arrangement.working_weekends)):
        yield f"{_day_zh(day)}既列为放假又列为上班。"
    for day in sorted({day for day in arrangement.working_weekends if arrangement.working_weekends.count(day) > 1}):
        yield f"{_day_zh(day)}两次列为上班。"


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"
