"""The ledger of a due date: what an applicant or a supervisor reads."""

from __future__ import annotations

import json

import pytest

from engine.policy.clocks import ACCEPTANCE_LIMIT, DELIVERY_LIMIT, Interval, Limit, basis_of, due
from engine.terms import ClockKind, DayUnit, LedgerKind


def _rows(found):
    return [(line.kind, line.first_on.isoformat(), line.last_on.isoformat(), line.consumed) for line in found.ledger]


def test_like_days_share_a_line_and_each_exception_has_its_own(calendar, local):
    found = due(local("2026-02-12 09:00"), Limit(5), [], calendar)
    assert _rows(found) == [
        (LedgerKind.START, "2026-02-12", "2026-02-12", 0),
        (LedgerKind.COUNTED, "2026-02-13", "2026-02-13", 1),
        (LedgerKind.MAKE_UP, "2026-02-14", "2026-02-14", 1),
        (LedgerKind.HOLIDAY, "2026-02-15", "2026-02-23", 0),
        (LedgerKind.COUNTED, "2026-02-24", "2026-02-26", 3),
        (LedgerKind.DUE, "2026-02-26", "2026-02-26", 0),
    ]
    texts = [line.text for line in found.ledger]
    assert texts[2] == "2026年2月14日（星期六）调休上班，计1个工作日，累计2个工作日"
    assert texts[3] == "2026年2月15日至2月23日春节放假，不计"
    assert texts[5] == "2026年2月26日（星期四）24时届满（5个工作日）"


def test_every_line_names_the_law_it_rests_on(calendar, local):
    pause = Interval(local("2026-03-05 15:00"), local("2026-03-12 10:00"), "听证")
    found = due(local("2026-03-02 09:00"), Limit(10), [pause], calendar)
    basis = {line.kind: line.basis for line in found.ledger}
    assert basis[LedgerKind.START] == ("《行政许可法》第四十二条", "《民法典》第二百零一条")
    assert basis[LedgerKind.COUNTED] == ("《行政许可法》第八十二条",)
    assert basis[LedgerKind.SUSPENDED] == ("《行政许可法》第四十五条",)
    assert "《民法典》第二百零三条" in basis[LedgerKind.DUE]


def test_a_holiday_cites_the_notice_that_gives_it(calendar, local):
    found = due(local("2026-02-12 09:00"), Limit(5), [], calendar)
    assert "国办发明电〔2025〕7号" in found.ledger[3].basis


def test_a_suspension_is_named_and_its_first_day_is_still_counted(calendar, local):
    pause = Interval(local("2026-03-05 15:00"), local("2026-03-12 10:00"), "听证")
    found = due(local("2026-03-02 09:00"), Limit(10), [pause], calendar)
    assert _rows(found)[1:4] == [
        (LedgerKind.COUNTED, "2026-03-03", "2026-03-05", 3),
        (LedgerKind.SUSPENDED, "2026-03-06", "2026-03-12", 0),
        (LedgerKind.COUNTED, "2026-03-13", "2026-03-13", 1),
    ]
    assert found.ledger[2].text == "2026年3月6日至3月12日听证，停表，不计"


def test_a_last_day_on_a_holiday_is_shown_as_postponed(calendar, local):
    found = due(local("2026-09-28 09:00"), Limit(3, DayUnit.NATURAL_DAY), [], calendar)
    assert _rows(found)[1:3] == [
        (LedgerKind.COUNTED, "2026-09-29", "2026-10-01", 3),
        (LedgerKind.POSTPONED, "2026-10-02", "2026-10-08", 0),
    ]


def test_a_provisional_due_date_says_so(calendar, local):
    assert "暂定" in due(local("2026-12-21 09:00"), Limit(20), [], calendar).ledger[-1].text


def test_an_immediate_case_accepted_on_a_saturday_is_due_on_monday_and_says_why(calendar, local):
    found = due(local("2026-03-07 09:00"), Limit(0), [], calendar)
    assert [line.kind for line in found.ledger] == [LedgerKind.START, LedgerKind.POSTPONED, LedgerKind.DUE]
    assert "即时办结" in found.ledger[-1].text


def test_a_limit_in_hours_is_told_in_moments(calendar, local):
    pause = Interval(local("2026-03-02 11:00"), local("2026-03-02 13:00"), "检验")
    found = due(local("2026-03-02 10:00"), Limit(24, DayUnit.HOUR), [pause], calendar)
    assert [line.text for line in found.ledger] == [
        "2026年3月2日10:00受理，自此时起按小时计算",
        "2026年3月2日11:00至2026年3月2日13:00检验，停表，不计",
        "2026年3月2日10:00至2026年3月3日12:00，计24小时",
        "2026年3月3日12:00届满（24小时）",
    ]
    assert sum(line.consumed for line in found.ledger) == 24


def test_the_acceptance_and_delivery_clocks_are_the_same_function_with_other_inputs(calendar, local):
    acceptance = due(local("2026-03-02 09:00"), ACCEPTANCE_LIMIT, [], calendar, kind=ClockKind.ACCEPTANCE)
    assert acceptance.due_on.isoformat() == "2026-03-09"
    assert acceptance.ledger[0].text.endswith("收件，当日不计")
    assert basis_of(ClockKind.ACCEPTANCE) == "《行政许可法》第三十二条"
    delivery = due(local("2026-03-02 09:00"), DELIVERY_LIMIT, [], calendar, kind=ClockKind.DELIVERY)
    assert delivery.due_on.isoformat() == "2026-03-16"
    assert basis_of(ClockKind.DELIVERY) in delivery.ledger[0].basis


def test_every_kind_of_clock_can_be_explained(calendar, local):
    for kind in ClockKind:
        opening = due(local("2026-03-02 09:00"), Limit(3), [], calendar, kind=kind).ledger[0]
        assert opening.text.endswith("当日不计")
        assert all(opening.basis)


@pytest.mark.parametrize(
    ("kind", "opening"),
    [(ClockKind.DEFERRED, "容缺受理"), (ClockKind.REPLY, "督办送达"), (ClockKind.STEP, "进入环节")],
)
def test_a_clock_that_no_law_gives_names_none(calendar, local, kind, opening):
    found = due(local("2026-03-02 09:00"), Limit(3), [], calendar, kind=kind)
    assert found.ledger[0].text == f"2026年3月2日（星期一）{opening}，当日不计"
    assert basis_of(kind) == ""
    assert found.ledger[0].basis == ("《民法典》第二百零一条",)


def test_a_period_that_crosses_the_year_and_a_year_not_yet_told_says_both(calendar, local):
    found = due(local("2027-12-30 09:00"), Limit(2), [], calendar)
    assert _rows(found)[1:-1] == [
        (LedgerKind.COUNTED, "2027-12-31", "2027-12-31", 1),
        (LedgerKind.HOLIDAY, "2028-01-01", "2028-01-01", 0),
        (LedgerKind.WEEKEND, "2028-01-02", "2028-01-02", 0),
        (LedgerKind.COUNTED, "2028-01-03", "2028-01-03", 1),
    ]
    assert found.ledger[2].basis == ("《行政许可法》第八十二条", "《全国年节及纪念日放假办法》")
    assert "暂定" in found.ledger[-1].text


def test_a_line_becomes_plain_values(calendar, local):
    line = due(local("2026-03-02 09:00"), Limit(1), [], calendar).ledger[1]
    assert json.loads(json.dumps(line.to_dict())) == {
        "first_on": "2026-03-03",
        "last_on": "2026-03-03",
        "kind": "counted",
        "label": "计入",
        "consumed": 1,
        "total": 1,
        "text": "2026年3月3日（星期二），计1个工作日，累计1个工作日",
        "basis": ["《行政许可法》第八十二条"],
    }
