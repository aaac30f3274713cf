"""The yearly notice, read from the text an officer pastes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormInvalid
from engine.policy.holiday_notice import parse_notice
from engine.policy.working_days import Holiday, YearArrangement
from engine.policy.year_arrangements import STATUTORY_FESTIVALS
from engine.terms import CalendarStatus

NUMERALS = "一二三四五六七"
WEEKDAYS = "一二三四五六日"

NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。
国务院办公厅
2025年11月4日
（此件公开发布）"""

NOTICE_2025 = """国务院办公厅关于２０２５年部分节假日安排的通知　国办发明电[２０２４]１２号
一、元旦：１月１日（周三）放假１天，不调休。
二、春节：１月２８日（农历除夕、周二）至２月４日（农历正月初七、周二）放假调休，共８天。１月２６日（周日）、２月８日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日），10月11日（周六）上班。
国务院办公厅 2024年11月12日"""

NOTICE_2024 = """关于2024年部分节假日安排的通知
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。"""


@pytest.mark.parametrize(("year", "text"), [(2025, NOTICE_2025), (2026, NOTICE_2026)])
def test_a_notice_gives_the_arrangement_that_the_calendar_holds(calendar, year, text):
    assert parse_notice(text) == calendar.arrangement_of(year)


def test_the_older_wording_without_weekdays_and_with_advice_is_read(calendar_mapping):
    found = parse_notice(NOTICE_2024, "国办发明电〔2023〕7号", date(2023, 10, 25))
    assert [(h.name, h.first_on.isoformat(), h.last_on.isoformat()) for h in found.days_off] == [
        ("元旦", "2024-01-01", "2024-01-01"),
        ("春节", "2024-02-10", "2024-02-17"),
        ("清明节", "2024-04-04", "2024-04-06"),
        ("劳动节", "2024-05-01", "2024-05-05"),
        ("端午节", "2024-06-10", "2024-06-10"),
        ("中秋节", "2024-09-15", "2024-09-17"),
        ("国庆节", "2024-10-01", "2024-10-07"),
    ]
    assert [day.strftime("%m%d") for day in found.working_weekends] == [
        *("0204", "0218", "0407", "0428", "0511", "0914", "0929", "1012"),
    ]
    assert (found.document_no, found.published_on) == ("国办发明电〔2023〕7号", date(2023, 10, 25))


def test_new_year_may_reach_back_into_december_when_the_year_is_written():
    text = NOTICE_2024.replace("1月1日放假，与周末连休", "2023年12月30日（周六）至2024年1月1日（周一）放假，共3天")
    assert parse_notice(text, "国办发明电〔2023〕7号").days_off[0] == Holiday(
        "元旦", date(2023, 12, 30), date(2024, 1, 1)
    )


def test_lines_may_be_broken_anywhere_and_one_sentence_may_say_both(calendar):
    broken = NOTICE_2026.replace("放假", "放\n  假").replace("共3天。1月4日", "共3天，1月4日")
    assert parse_notice(broken) == calendar.arrangement_of(2026)


FAULTS = {
    "a weekday that is not that of the date": (
        ("至3日（周六）", "至3日（周五）"),
        r"元旦：.*“3日\(周五\)”写作周五，2026年的这一天是星期六",
    ),
    "a number of days that is not that of the span": (("共9天", "共8天"), "春节：.*写明共8天，按起止日期为9天"),
    "work on a weekday": (("5月9日（周六）上班", "5月11日（周一）上班"), r"劳动节：.*5月11日（星期一）不是周末"),
    "a festival that is missing": (
        ("五、端午节：6月19日（周五）至21日（周日）放假，共3天。", ""),
        "缺少法定节日：端午节",
    ),
    "a date that does not exist": (("4月4日（周六）至6日", "4月4日（周六）至31日"), "清明节：.*不是存在的日期"),
    "a sentence that cannot be read": (("放假，共3天。\n六", "放假，6月22日补休。\n六"), "端午节：.*读不懂"),
    "words before the dates": (("七、国庆节：10月1日", "七、国庆节：从10月1日"), "国庆节：.*读不懂"),
    "words after the dates": (("5月9日（周六）上班", "5月9日（周六）上班半天"), "劳动节：.*读不懂"),
    "a section without a day off": (("4月4日（周六）至6日（周一）放假，共3天", "另行通知"), "清明节”一节没有写明"),
    "a span that runs backwards": (("4月4日（周六）至6日（周一）", "4月6日至4日"), "清明节：.*结束日早于开始日"),
    "a date without a month": (("4月4日（周六）至6日", "4日（周六）至6日"), "没有写明月份"),
    "a day of another year": (("4月4日（周六）至6日（周一）", "2027年4月4日至6日"), "2027-04-04不属于2026年"),
    "a day off in two festivals": (("9月25日（周五）至27日（周日）放假，共3天", "10月7日放假"), "两个节日中"),
    "a day both off and at work": (("2月28日（周六）上班", "2月22日（周日）上班"), "既列为放假又列为上班"),
    "a working day told twice": (("2月28日（周六）上班", "2月14日（周六）上班"), "两次列为上班"),
    "a festival told twice": (("六、中秋节：", "六、国庆节、中秋节："), "节日重复：国庆节"),
    "two document numbers": (("国办发明电〔2025〕7号", "国办发明电〔2025〕7号 国办发明电〔2024〕12号"), "文号不一致"),
    "no document number": (("国办发明电〔2025〕7号", ""), "没有找到通知文号"),
    "no title": (("部分节假日安排的通知", "放假"), "没有找到标题"),
    "two titles": (("国办发明电", "关于2025年部分节假日安排的通知 国办发明电"), "不同年份的标题"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_agree_is_named_with_its_sentence(name):
    change, message = FAULTS[name]
    assert change[0] in NOTICE_2026
    with pytest.raises(FormInvalid) as refused:
        parse_notice(NOTICE_2026.replace(*change))
    told = refused.value.detail["errors"]["text"]
    assert len(told) == 1
    refused.match(message)


def test_all_faults_are_told_at_once():
    text = NOTICE_2026.replace("共9天", "共8天").replace("5月9日（周六）", "5月9日（周日）")
    with pytest.raises(FormInvalid, match="2处") as refused:
        parse_notice(text)
    assert [fault[1:4] for fault in refused.value.detail["errors"]["text"]] == ["春节：", "劳动节"]


def test_what_is_filled_in_beside_the_text_must_not_contradict_it():
    assert parse_notice(NOTICE_2026, "国办发明电〔2025〕7号", date(2025, 11, 4)).published_on == date(2025, 11, 4)
    with pytest.raises(FormInvalid, match="文号不一致"):
        parse_notice(NOTICE_2026, "国办发明电〔2025〕8号")
    with pytest.raises(FormInvalid, match="成文日期不一致"):
        parse_notice(NOTICE_2026, published_on=date(2025, 11, 5))


# Any arrangement, written as a notice, is read back the same.


@st.composite
def arrangements(draw):
    year = draw(st.integers(2008, 2099))
    names = list(STATUTORY_FESTIVALS)
    if draw(st.booleans()):
        names[-2:] = ["国庆节、中秋节"]
    free = date(year - 1, 12, 20)
    days_off, working = [], []
    for name in names:
        first = free + timedelta(days=draw(st.integers(0, 30)))
        last = first + timedelta(days=draw(st.integers(0, 9)))
        days_off.append(Holiday(name, first, last))
        around = [last + timedelta(days=n) for n in range(1, 12)]
        weekends = [day for day in around if day.weekday() >= 5 and (day.year == year or day.month == 12)]
        working += draw(st.lists(st.sampled_from(weekends), max_size=2, unique=True))
        free = around[-1] + timedelta(days=1)
    return YearArrangement(
        year=year,
        status=CalendarStatus.OFFICIAL,
        days_off=tuple(days_off),
        working_weekends=tuple(sorted(working)),
        document_no=f"国办发明电〔{year - 1}〕{draw(st.integers(1, 40))}号",
        title=f"国务院办公厅关于{year}年部分节假日安排的通知",
        published_on=date(year - 1, 11, draw(st.integers(1, 30))),
    )


def _day(day, year, style):
    remark = {
        "plain": "",
        "short": f"（周{WEEKDAYS[day.weekday()]}）",
        "long": f"（农历初一、星期{WEEKDAYS[day.weekday()]}）",
    }
    return (f"{day.year}年" if day.year != year else "") + f"{day.month}月{day.day}日{remark[style]}"


def _notice(told, style, comma):
    lines = [told.title, told.document_no, "现将具体安排通知如下。"]
    left = list(told.working_weekends)
    for number, off in zip(NUMERALS, told.days_off, strict=False):
        span = _day(off.first_on, told.year, style)
        if off.last_on != off.first_on:
            same_month = style != "long" and off.last_on.month == off.first_on.month
            last = _day(off.last_on, told.year, style)
            # 2023年12月30日至2024年1月1日: once a year is written, the other one is too
            year = f"{off.last_on.year}年" if off.last_on.year != off.first_on.year else ""
            span += "至" + (last.partition("月")[2] if same_month else year + last)
        text = f"{number}、{off.name}：{span}放假，共{(off.last_on - off.first_on).days + 1}天。"
        if work := [day for day in left if day <= off.last_on + timedelta(days=11)]:
            text += comma.join(_day(day, told.year, style) for day in work) + "上班。"
            left = [day for day in left if day not in work]
        lines.append(text)
    signed = told.published_on
    return "\n".join([*lines, "国务院办公厅", f"{signed.year}年{signed.month}月{signed.day}日"])


@given(told=arrangements(), style=st.sampled_from(["plain", "short", "long"]), comma=st.sampled_from("、，,"))
def test_an_arrangement_written_as_a_notice_is_read_back_the_same(told, style, comma):
    assert parse_notice(_notice(told, style, comma)) == told


def _full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "0" <= c <= "9" else c for c in text)


@given(told=arrangements(), style=st.sampled_from(["plain", "short", "long"]))
def test_full_width_digits_change_nothing(told, style):
    assert parse_notice(_full_width(_notice(told, style, "、"))) == told
