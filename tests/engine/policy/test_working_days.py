"""The working calendar: which days count, and counting them."""

from __future__ import annotations

import copy
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CalendarMissing, DefinitionInvalid
from engine.policy.working_days import WorkingCalendar, calendar_from_mapping
from engine.terms import CalendarStatus

DAYS = st.dates(date(2025, 1, 1), date(2027, 6, 30))


@pytest.mark.parametrize("year", [2025, 2026])
def test_an_official_year_has_248_working_days(calendar, year):
    assert calendar.count_working_days(date(year, 1, 1) - timedelta(days=1), date(year, 12, 31)) == 248


def test_2027_keeps_the_thirteen_statutory_holidays_until_its_notice_is_published(calendar):
    assert calendar.status_of(2027) is CalendarStatus.PROVISIONAL
    assert sum(1 for day in calendar.arrangement_of(2027).listed_days()) == 13


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # a Saturday at work
        ("2026-02-16", False),  # a Monday off
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-03-07", False),  # a plain Saturday
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2027-02-05", False),
        ("2027-02-09", True),
    ],
)
def test_working_day_follows_the_arrangement_not_the_weekday(calendar, day, works):
    assert calendar.is_working_day(date.fromisoformat(day)) is works


def test_a_day_off_knows_its_holiday_and_the_notice(calendar):
    assert calendar.holiday_name(date(2026, 2, 17)) == "春节"
    assert calendar.document_no_of(date(2026, 2, 17)) == "国办发明电〔2025〕7号"
    assert calendar.holiday_name(date(2026, 3, 7)) is None
    assert calendar.document_no_of(date(2026, 3, 7)) == ""


def test_a_year_nobody_has_entered_is_refused_rather_than_guessed(calendar):
    with pytest.raises(CalendarMissing, match="2036年"):
        calendar.is_working_day(date(2036, 3, 1))
    with pytest.raises(CalendarMissing, match="2024年"):
        calendar.count_working_days(date(2024, 12, 30), date(2025, 1, 5))
    with pytest.raises(CalendarMissing, match="2036年"):
        calendar.add_working_days(date(2035, 12, 30), 5)
    with pytest.raises(CalendarMissing, match="2038年"):
        calendar.add_working_days(date(2038, 5, 1), 1)
    with pytest.raises(CalendarMissing, match="2024年"):
        calendar.working_days_between(date(2024, 12, 1), date(2025, 1, 3))


def test_years_up_to_the_assumed_one_count_weekends_and_fixed_festivals_and_stay_provisional(calendar):
    assert calendar.status_of(2028) is calendar.status_of(2035) is CalendarStatus.PROVISIONAL
    off = [day for holiday in calendar.arrangement_of(2030).days_off for day in holiday.days()]
    assert off == [date(2030, *day) for day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
    assert calendar.is_provisional(date(2029, 3, 1), date(2029, 3, 5))
    assert "推定" in calendar.arrangement_of(2030).title


def test_without_an_assumed_year_nothing_beyond_the_entered_ones_is_counted(calendar_mapping):
    mapping = {key: value for key, value in calendar_mapping.items() if key != "assumed_until"}
    with pytest.raises(CalendarMissing, match="2028年"):
        calendar_from_mapping(mapping).is_working_day(date(2028, 3, 1))


def test_a_year_missing_between_entered_ones_is_not_assumed(calendar_mapping):
    mapping = copy.deepcopy(calendar_mapping)
    del mapping["years"][1]
    with pytest.raises(CalendarMissing, match="2026年"):
        calendar_from_mapping(mapping).add_working_days(date(2025, 12, 30), 3)


def test_a_gap_between_two_known_years_is_not_jumped_over(calendar):
    without_2026 = WorkingCalendar("gap", tuple(a for a in calendar.arrangements if a.year != 2026))
    with pytest.raises(CalendarMissing, match="2026年"):
        without_2026.add_working_days(date(2025, 12, 30), 3)


@given(start=DAYS, n=st.integers(1, 120))
def test_counting_undoes_adding(calendar, start, n):
    end = calendar.add_working_days(start, n)
    assert calendar.is_working_day(end)
    assert calendar.count_working_days(start, end) == n


@given(first=DAYS, span=st.integers(0, 90))
def test_the_days_between_are_those_that_are_counted(calendar, first, span):
    last = first + timedelta(days=span)
    days = calendar.working_days_between(first, last)
    assert list(days) == [d for d in (first + timedelta(days=i) for i in range(span + 1)) if calendar.is_working_day(d)]
    assert calendar.count_working_days(first - timedelta(days=1), last) == len(days) or first == date(2025, 1, 1)


@given(day=DAYS)
def test_the_next_working_day_is_the_first_one_not_earlier(calendar, day):
    following = calendar.next_working_day_on_or_after(day)
    assert calendar.working_days_between(day, following) == (following,)


def test_adding_no_days_gives_the_start_back_and_negative_days_are_refused(calendar):
    assert calendar.add_working_days(date(2026, 3, 7), 0) == date(2026, 3, 7)
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working_days(date(2026, 3, 7), -1)


def test_no_days_lie_between_days_in_the_wrong_order(calendar):
    assert calendar.count_working_days(date(2026, 3, 9), date(2026, 3, 2)) == 0
    assert calendar.working_days_between(date(2026, 3, 9), date(2026, 3, 2)) == ()


def test_a_notice_may_reach_back_into_december(calendar_mapping):
    mapping = copy.deepcopy(calendar_mapping)
    mapping["years"][2]["days_off"][0] |= {"from": "2026-12-31", "through": "2027-01-02"}
    calendar = calendar_from_mapping(mapping)
    assert not calendar.is_working_day(date(2026, 12, 31))


def _year(mapping, index=1):
    return mapping["years"][index]


BROKEN = {
    "working weekend on a Monday": (
        lambda m: _year(m)["working_weekends"].append(date(2026, 3, 2)),
        "不是周六或周日",
    ),
    "day off listed twice": (
        lambda m: _year(m)["days_off"].append({"name": "春节", "from": date(2026, 2, 20)}),
        "放假日重复：2026-02-20",
    ),
    "working weekend listed twice": (
        lambda m: _year(m)["working_weekends"].append(date(2026, 2, 14)),
        "调休上班日重复",
    ),
    "day both off and working": (
        lambda m: _year(m)["working_weekends"].append(date(2026, 2, 15)),
        "既列为放假又列为上班",
    ),
    "year listed twice": (lambda m: m["years"].append(copy.deepcopy(_year(m, 2))), "年度重复"),
    "day of another year": (
        lambda m: _year(m)["days_off"].append({"name": "元旦", "from": date(2027, 1, 2)}),
        "不属于2026年",
    ),
    "official without a document": (lambda m: _year(m).pop("document_no"), "通知文号"),
    "unknown status": (lambda m: _year(m).update(status="draft"), "official"),
    "holiday without a name": (lambda m: _year(m)["days_off"][0].pop("name"), "节日名称"),
    "holiday that ends before it starts": (
        lambda m: _year(m)["days_off"][0].update(through=date(2025, 12, 31)),
        "结束日早于开始日",
    ),
    "unreadable date": (lambda m: _year(m)["working_weekends"].append("2026-13-01"), "写法有误"),
    "year missing": (lambda m: _year(m).pop("year"), "year"),
    "version as a number": (lambda m: m.update(version=2026.1), "版本号"),
    "no years": (lambda m: m.update(years=[]), "任何年度"),
    "assumed without end": (lambda m: m.update(assumed_until="2035年"), "四位年份"),
    "assumed for ever": (lambda m: m.update(assumed_until=9999), "四位年份"),
    "business hours as a text": (lambda m: m.update(business_hours="09:00-17:00"), "列表"),
    "business hours that run backwards": (lambda m: m.update(business_hours=["12:00-09:00"]), "写法有误"),
    "business hours that overlap": (lambda m: m.update(business_hours=["09:00-12:00", "11:00-17:00"]), "重叠"),
    "unknown way to count hours": (lambda m: m.update(hours_count="office"), "wall"),
    "business hours counted but not told": (
        lambda m: m.update(hours_count="business", business_hours=[]),
        "business_hours",
    ),
    "day ending at an unreadable time": (lambda m: m.update(day_ends="下班"), "写法有误"),
    "unreadable date of publication": (lambda m: _year(m).update(published_on="去年"), "写法有误"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_calendar_is_refused_with_the_reason(calendar_mapping, name):
    breaking, message = BROKEN[name]
    mapping = copy.deepcopy(calendar_mapping)
    breaking(mapping)
    with pytest.raises(DefinitionInvalid, match=message):
        calendar_from_mapping(mapping)
