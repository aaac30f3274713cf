"""A calendar day by day, and what another calendar changes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.bundle import read_vocabulary
from engine.definitions.yaml_reader import load_yaml
from engine.policy.calendar_days import DayKind, YearStatus, day_of, days_of_year, difference, status_of_year
from engine.policy.calendar_file import calendar_to_yaml, with_local, with_year, without_local
from engine.policy.holiday_notice import parse_notice
from engine.policy.working_days import calendar_from_mapping
from tests.engine.policy.notices import NOTICE_2027

TYPHOON = {
    "regions": ["990103000000"],
    "name": "台风停工",
    "from": date(2026, 8, 3),
    "through": date(2026, 8, 4),
    "working": False,
    "document_no": "云府办〔2026〕12号",
}


@pytest.fixture(scope="module")
def mapping():
    _, text = read_vocabulary("calendar")
    return load_yaml(text, "calendar.yaml")


@pytest.fixture(scope="module")
def calendar(mapping):
    return calendar_from_mapping(mapping)


@given(year=st.integers(2025, 2035))
def test_the_days_that_count_are_the_working_days_of_the_year(year):
    calendar = calendar_from_mapping(load_yaml(read_vocabulary("calendar")[1], "calendar.yaml"))
    counted = [day.on for day in days_of_year(calendar, year) if day.kind.counts]
    assert tuple(counted) == calendar.working_days_between(date(year, 1, 1), date(year, 12, 31))


def test_each_kind_of_day_is_told_by_name_and_document(calendar):
    told = {on: day_of(calendar, date(2026, *on)) for on in ((1, 1), (1, 4), (1, 5), (1, 10))}
    assert [day.kind for day in told.values()] == [DayKind.HOLIDAY, DayKind.MAKE_UP, DayKind.WORKING, DayKind.WEEKEND]
    assert (told[1, 1].name, told[1, 1].document_no) == ("元旦", "国办发明电〔2025〕7号")


def test_official_provisional_assumed_and_unknown_years_are_told_apart(calendar):
    found = [status_of_year(calendar, year) for year in (2026, 2027, 2028, 2036)]
    assert found == [YearStatus.OFFICIAL, YearStatus.PROVISIONAL, YearStatus.ASSUMED, None]


def test_the_notice_changes_days_and_makes_its_year_official(mapping, calendar):
    after = calendar_from_mapping(with_year(mapping, parse_notice(NOTICE_2027)))
    found = difference(calendar, after)
    assert found.statuses == ((2027, YearStatus.PROVISIONAL, YearStatus.OFFICIAL),)
    assert found.years == (2027,)
    anew = {day.on: day.kind for day in found.days if day.counts_anew}
    assert anew[date(2027, 1, 31)] is DayKind.MAKE_UP
    assert anew[date(2027, 2, 9)] is DayKind.HOLIDAY
    assert date(2027, 1, 2) not in anew  # a Saturday rests under any name
    expected = [on for on in anew if calendar.is_working_day(on) is not after.is_working_day(on)]
    assert list(anew) == expected


def test_equal_calendars_differ_in_nothing(mapping, calendar):
    assert difference(calendar, calendar_from_mapping(mapping)).is_empty


def test_a_local_exception_is_told_as_a_whole_and_ends_again_under_new_versions(mapping, calendar):
    more = with_local(mapping, TYPHOON)
    found = difference(calendar, calendar_from_mapping(more))
    assert (found.days, [one.name for one in found.local_added]) == ((), ["台风停工"])
    back = without_local(more, 1)
    assert (more["version"], back["version"]) == ("2026.3", "2026.4")
    assert [one.name for one in difference(calendar_from_mapping(more), calendar_from_mapping(back)).local_ended]
    assert back["local"] == []
    with pytest.raises(IndexError):
        without_local(mapping, 1)


def test_a_day_that_stands_twice_in_an_entry_is_written_twice(mapping):
    """YAML would write an alias for the same value; our reader takes none."""
    on = date(2026, 8, 3)
    one_day = with_local(mapping, {**TYPHOON, "from": on, "through": on})
    assert load_yaml(calendar_to_yaml(one_day).encode(), "calendar.yaml") == one_day
