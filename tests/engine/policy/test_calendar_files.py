"""The calendar file rewritten when a notice is entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import yaml

from engine.definitions.yaml_reader import load_yaml
from engine.policy.calendar_file import calendar_to_yaml, with_year
from engine.policy.working_days import Holiday, YearArrangement, calendar_from_mapping
from engine.terms import CalendarStatus

OFFICIAL_2027 = YearArrangement(
    year=2027,
    status=CalendarStatus.OFFICIAL,
    days_off=(
        Holiday("元旦", date(2026, 12, 31), date(2027, 1, 2)),
        Holiday("春节", date(2027, 2, 5), date(2027, 2, 11)),
    ),
    working_weekends=(date(2027, 1, 30), date(2027, 2, 20)),
    document_no="国办发明电〔2026〕9号",
    title="国务院办公厅关于2027年部分节假日安排的通知",
    published_on=date(2026, 11, 3),
)


def test_the_notice_replaces_the_provisional_year_and_leaves_the_others(calendar, calendar_mapping):
    entered = calendar_from_mapping(with_year(calendar_mapping, OFFICIAL_2027))
    assert entered.arrangement_of(2027) == OFFICIAL_2027
    assert [entered.arrangement_of(year) for year in (2025, 2026, 2028)] == [
        calendar.arrangement_of(year) for year in (2025, 2026, 2028)
    ]
    assert calendar_mapping["years"][2]["status"] == "provisional"


def test_a_year_that_was_only_assumed_is_added_in_order(calendar_mapping):
    shift = replace(OFFICIAL_2027, year=2028, days_off=(), working_weekends=())
    entered = with_year({**calendar_mapping, "years": calendar_mapping["years"][::-1]}, shift)
    assert [year["year"] for year in entered["years"]] == [2025, 2026, 2027, 2028]
    assert calendar_from_mapping(entered).status_of(2028) is CalendarStatus.OFFICIAL
    assert calendar_from_mapping(entered).status_of(2029) is CalendarStatus.PROVISIONAL


def test_no_version_is_ever_used_twice(calendar_mapping):
    versions = [calendar_mapping["version"]]
    mapping = calendar_mapping
    for year in (2027, 2027, 2026, 2028, 2027):
        mapping = with_year(mapping, replace(OFFICIAL_2027, year=year))
        versions.append(mapping["version"])
    assert versions == ["2026.2", "2027.1", "2027.2", "2027.3", "2028.1", "2028.2"]
    assert with_year({**calendar_mapping, "version": "示范"}, OFFICIAL_2027)["version"] == "2027.1"


def test_the_text_reads_back_as_the_same_calendar(calendar_mapping):
    local = {
        "regions": [990103000000],
        "name": "台风停工",
        "from": date(2026, 8, 3),
        "working": False,
        "document_no": "云府办〔2026〕12号",
    }
    mapping = with_year({**calendar_mapping, "local": [local], "day_ends": "17:00"}, OFFICIAL_2027)
    text = calendar_to_yaml(mapping)
    assert load_yaml(text.encode(), "calendar.yaml") == yaml.safe_load(text) == mapping
    assert calendar_from_mapping(load_yaml(text.encode(), "calendar.yaml")) == calendar_from_mapping(mapping)


def test_equal_mappings_give_the_same_text_whatever_the_order_of_their_keys(calendar_mapping):
    turned = {key: calendar_mapping[key] for key in reversed(calendar_mapping)}
    turned["years"] = [{key: year[key] for key in reversed(year)} for year in turned["years"]]
    assert calendar_to_yaml(turned) == calendar_to_yaml(calendar_mapping)
    assert calendar_to_yaml(yaml.safe_load(calendar_to_yaml(turned))) == calendar_to_yaml(turned)
