"""Local exceptions: days that one place counts otherwise than the country."""

from __future__ import annotations

import copy
from datetime import date

import pytest

from engine.errors import DefinitionInvalid
from engine.policy.clocks import Limit, due
from engine.policy.working_days import calendar_from_mapping
from engine.terms import DayUnit, LedgerKind

TYPHOON = {
    "regions": [990103000000],
    "departments": ["civil_affairs"],
    "name": "台风停工",
    "from": date(2026, 8, 3),
    "through": date(2026, 8, 4),
    "working": False,
    "document_no": "云府办〔2026〕12号",
}
SATURDAY_AT_WORK = {
    "regions": [990103002000, 990104000000],
    "name": "集中办理日",
    "from": date(2026, 8, 8),
    "working": True,
    "document_no": "云府办〔2026〕15号",
}


@pytest.fixture
def with_local(calendar_mapping):
    return lambda *entries: calendar_from_mapping({**copy.deepcopy(calendar_mapping), "local": list(entries)})


def _kinds(found):
    return [(line.kind, line.first_on.isoformat(), line.last_on.isoformat()) for line in found.ledger[1:-1]]


@pytest.mark.parametrize(
    ("region", "department", "works"),
    [
        ("990103000000", "civil_affairs", False),  # the district itself
        ("990103001002", "civil_affairs", False),  # a community below it
        ("990103001002", "housing", True),  # another department of the place
        ("990103001002", None, True),  # no department known: only what holds for all
        ("990104001002", "civil_affairs", True),  # another district
        ("990100000000", "civil_affairs", True),  # the city above it
    ],
)
def test_an_exception_holds_for_its_region_all_below_it_and_its_departments(with_local, region, department, works):
    here = with_local(TYPHOON).for_place(region, department)
    assert here.is_working_day(date(2026, 8, 3)) is works


def test_the_country_does_not_know_local_exceptions(with_local, calendar):
    country = with_local(TYPHOON, SATURDAY_AT_WORK)
    assert country.is_working_day(date(2026, 8, 3))
    assert not country.is_working_day(date(2026, 8, 8))
    assert country.count_working_days(date(2026, 1, 1), date(2026, 12, 31)) == calendar.count_working_days(
        date(2026, 1, 1), date(2026, 12, 31)
    )


def test_the_same_exceptions_give_the_same_calendar_and_none_gives_the_national_one(with_local):
    country = with_local(TYPHOON)
    street = country.for_place("990103001000", "civil_affairs")
    assert street is country.for_place("990103001000", "civil_affairs")
    assert street is country.for_place("990103002003", "civil_affairs")
    assert country.for_place("990104001002", "civil_affairs") is country
    assert street.for_place("990103001002", "civil_affairs") is street
    assert street.for_place("990104001002", "civil_affairs") == country
    assert street.version == country.version


def test_a_typhoon_moves_the_due_dates_of_that_place_only(with_local, local):
    country = with_local(TYPHOON)
    here = country.for_place("990103001002", "civil_affairs")
    accepted = local("2026-07-31 09:00")
    assert due(accepted, Limit(5), [], country).due_on == date(2026, 8, 7)
    assert due(accepted, Limit(5), [], here).due_on == date(2026, 8, 11)
    # natural days run on; only a last day on which the office is closed is postponed
    assert due(accepted, Limit(4, DayUnit.NATURAL_DAY), [], here).due_on == date(2026, 8, 5)
    assert due(accepted, Limit(7, DayUnit.NATURAL_DAY), [], here).due_on == date(2026, 8, 7)


def test_the_ledger_names_the_local_exception_and_its_document(with_local, local):
    here = with_local(TYPHOON, SATURDAY_AT_WORK).for_place("990103002001", "civil_affairs")
    found = due(local("2026-07-31 09:00"), Limit(5), [], here)
    assert _kinds(found) == [
        (LedgerKind.WEEKEND, "2026-08-01", "2026-08-02"),
        (LedgerKind.HOLIDAY, "2026-08-03", "2026-08-04"),
        (LedgerKind.COUNTED, "2026-08-05", "2026-08-07"),
        (LedgerKind.MAKE_UP, "2026-08-08", "2026-08-08"),
        (LedgerKind.WEEKEND, "2026-08-09", "2026-08-09"),
        (LedgerKind.COUNTED, "2026-08-10", "2026-08-10"),
    ]
    closed, at_work = found.ledger[2], found.ledger[4]
    assert closed.text == "2026年8月3日至8月4日台风停工，不计"
    assert closed.basis == ("《行政许可法》第八十二条", "云府办〔2026〕12号")
    assert at_work.text == "2026年8月8日（星期六）集中办理日，调休上班，计1个工作日，累计4个工作日"
    assert at_work.basis == ("《行政许可法》第八十二条", "云府办〔2026〕15号")


def test_a_closure_over_a_weekend_or_a_holiday_leaves_those_days_what_they_are(with_local):
    long = {**TYPHOON, "from": date(2026, 9, 30), "through": date(2026, 10, 8)}
    here = with_local(long).for_place("990103001002", "civil_affairs")
    assert here.holiday_name(date(2026, 9, 30)) == "台风停工"
    assert here.holiday_name(date(2026, 10, 1)) == "国庆节"
    assert here.document_no_of(date(2026, 10, 1)) == "国办发明电〔2025〕7号"
    assert here.local_exception_on(date(2026, 10, 1)) is None
    assert not here.is_working_day(date(2026, 10, 8))


def test_a_local_closure_on_a_make_up_day_and_a_local_working_day_on_a_holiday_win(with_local):
    closure = {**TYPHOON, "from": date(2026, 10, 10), "through": date(2026, 10, 10)}
    at_work = {**SATURDAY_AT_WORK, "from": date(2026, 10, 6)}
    here = with_local(closure, at_work).for_place("990103002001", "civil_affairs")
    assert not here.is_working_day(date(2026, 10, 10))
    assert not here.is_make_up_day(date(2026, 10, 10))
    assert here.is_make_up_day(date(2026, 10, 6))
    assert here.holiday_name(date(2026, 10, 6)) is None


def test_two_exceptions_of_separate_places_departments_or_days_may_stand_side_by_side(with_local):
    elsewhere = {**TYPHOON, "regions": ["990104000000"]}
    other_department = {**TYPHOON, "departments": ["housing"]}
    other_days = {**TYPHOON, "from": date(2026, 8, 5), "through": date(2026, 8, 5)}
    assert len(with_local(TYPHOON, elsewhere, other_department, other_days).local) == 4


BROKEN = {
    "the same days twice": ([TYPHOON, {**TYPHOON, "name": "停工"}], "“台风停工”与“停工”.*重叠"),
    "a street within its district": ([TYPHOON, {**TYPHOON, "regions": [990103001000]}], "重叠"),
    "a department and all departments": ([TYPHOON, {**SATURDAY_AT_WORK, "from": date(2026, 8, 4)}], "重叠"),
    "an unknown key": ([{**TYPHOON, "region": 990103000000}], "不认识：region"),
    "no regions": ([{**TYPHOON, "regions": []}], "regions"),
    "a region as a single text": ([{**TYPHOON, "regions": "990103000000"}], "regions"),
    "a short region code": ([{**TYPHOON, "regions": [990103]}], "12位"),
    "a whole province": ([{**TYPHOON, "regions": [990000000000]}], "990000000000"),
    "departments as a text": ([{**TYPHOON, "departments": "civil_affairs"}], "departments"),
    "no name": ([{**TYPHOON, "name": " "}], "名称"),
    "no document": ([{k: v for k, v in TYPHOON.items() if k != "document_no"}], "文号"),
    "neither rest nor work": ([{**TYPHOON, "working": "no"}], "working"),
    "an end before the beginning": ([{**TYPHOON, "through": date(2026, 8, 1)}], "早于"),
    "an unreadable date": ([{**TYPHOON, "from": "八月三日"}], "写法有误"),
    "an entry that is a text": (["台风停工"], "每项本地例外"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_exception_is_refused_with_the_reason(with_local, name):
    entries, message = BROKEN[name]
    with pytest.raises(DefinitionInvalid, match=message):
        with_local(*entries)


def test_local_must_be_a_list(calendar_mapping):
    with pytest.raises(DefinitionInvalid, match="列表"):
        calendar_from_mapping({**calendar_mapping, "local": {"name": "台风停工"}})
