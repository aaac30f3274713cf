"""Every active rule fires on its side of its threshold and is silent on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import LOCAL_ZONE
from engine.policy.card_rules import (
    CasePicture,
    Happening,
    IssuedCard,
    PlacedClock,
    ProcedureFact,
    called_cards,
    cards_to_issue,
    look_wanted_at,
    next_look_at,
    warnings_over,
)
from engine.policy.clocks import CaseClock, Interval, Limit, due
from engine.policy.rule_book import supplied_rule_book
from engine.policy.working_days import WorkingCalendar
from engine.terms import CardStatus, ClockKind, Signal

BOOK = supplied_rule_book()
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 8, 1)).map(lambda at: at.replace(tzinfo=LOCAL_ZONE))
LIMITS = st.integers(1, 25).map(Limit)
SECOND = timedelta(seconds=1)


def clock(kind: ClockKind, started_at: datetime, limit: Limit, place: str = "", **rest: Any) -> PlacedClock:
    return PlacedClock(place, CaseClock(kind, started_at, limit, **rest))


def fired(picture: CasePicture, calendar: WorkingCalendar, now: datetime) -> list[tuple[str, Signal]]:
    return [(one.rule.id, one.signal) for one in called_cards(picture, BOOK, calendar, now)]


def rules(picture: CasePicture, calendar: WorkingCalendar, now: datetime) -> set[str]:
    return {rule for rule, _ in fired(picture, calendar, now)}


def lapse(placed: PlacedClock, calendar: WorkingCalendar) -> datetime:
    one = placed.clock
    return due(one.started_at, one.limit, one.suspensions, calendar, kind=one.kind, now=one.started_at).lapses_at


PAST = {
    ClockKind.ACCEPTANCE: ("T03", Signal.YELLOW),
    ClockKind.STEP: ("T04", Signal.YELLOW),
    ClockKind.DELIVERY: ("T04", Signal.YELLOW),
    ClockKind.REPLY: ("T04", Signal.YELLOW),
    ClockKind.PROMISED: ("T05", Signal.YELLOW),
    ClockKind.STATUTORY: ("T06", Signal.RED),
    ClockKind.PROCEDURE: ("P04", Signal.WARNING),
}


@given(kind=st.sampled_from(list(PAST)), started_at=STARTS, limit=LIMITS, beyond=st.integers(0, 40_000))
def test_a_clock_calls_from_its_lapse_on_and_not_a_second_before(calendar, kind, started_at, limit, beyond) -> None:
    """T03, T04, T05, T06 and the warning of P04; a stopped clock keeps what it showed when it was stopped."""
    placed = clock(kind, started_at, limit, "7")
    rule, signal = PAST[kind]
    at = lapse(placed, calendar)
    assert rule not in rules(CasePicture((placed,)), calendar, at - SECOND)
    assert (rule, signal) in fired(CasePicture((placed,)), calendar, at)
    in_time = PlacedClock("7", replace(placed.clock, stopped_at=at - SECOND))
    too_late = PlacedClock("7", replace(placed.clock, stopped_at=at))
    assert rule not in rules(CasePicture((in_time,)), calendar, at + timedelta(minutes=beyond))
    assert rule in rules(CasePicture((too_late,)), calendar, at + timedelta(minutes=beyond))


@given(started_at=STARTS, limit=LIMITS, hours=st.integers(1, 900))
def test_a_warning_calls_while_the_limit_is_near_and_ends_with_it(calendar, started_at, limit, hours) -> None:
    """T01 and T02 at the bound of days left, neither before it nor once the clock is past."""
    for kind, rule in ((ClockKind.PROMISED, "T01"), (ClockKind.ACCEPTANCE, "T02")):
        placed = clock(kind, started_at, limit)
        now, at = started_at + timedelta(hours=hours), lapse(placed, calendar)
        left = calendar.count_working_days(
            now.astimezone(LOCAL_ZONE).date(), (at - SECOND).astimezone(LOCAL_ZONE).date()
        )
        share = limit.amount // 5 if kind is ClockKind.PROMISED and limit.amount >= 10 else 0
        is_near = now < at and left <= min(max(1, share), limit.amount - 1)
        # The near rate of T02 stays the default, so that limits of ten days and more are near earlier there too.
        if kind is ClockKind.PROMISED or limit.amount < 10:
            assert (rule in rules(CasePicture((placed,)), calendar, now)) is is_near


@given(started_at=STARTS, limit=LIMITS)
def test_no_time_rule_calls_while_the_clock_stands_lawfully(calendar, started_at, limit) -> None:
    stands = Interval(started_at + timedelta(minutes=5))
    placed = (
        clock(ClockKind.PROMISED, started_at, limit, suspensions=(stands,)),
        clock(ClockKind.STEP, started_at, limit, "3", suspensions=(stands,)),
    )
    assert rules(CasePicture(placed), calendar, started_at + timedelta(days=90)) == set()


@given(started_at=STARTS, limit=LIMITS, days=st.integers(0, 30))
def test_an_overdue_step_counts_only_while_the_case_is_inside_its_limit(calendar, started_at, limit, days) -> None:
    step = clock(ClockKind.STEP, started_at, Limit(0), "3")
    case = clock(ClockKind.PROMISED, started_at, limit)
    now = lapse(step, calendar) + timedelta(days=days)
    found = rules(CasePicture((step, case)), calendar, now)
    assert ("T04" in found) is ("T05" not in found)


@given(started_at=STARTS, limit=LIMITS)
def test_a_procedure_over_its_limit_is_a_warning_that_turns_yellow_after_three_working_days(
    calendar, started_at, limit
) -> None:
    placed = clock(ClockKind.PROCEDURE, started_at, limit, "procedure:1")
    at = lapse(placed, calendar)
    yellow_at = due(at - SECOND, Limit(3), (), calendar).lapses_at
    picture = CasePicture((placed,))
    assert fired(picture, calendar, yellow_at - SECOND) == [("P04", Signal.WARNING)]
    assert fired(picture, calendar, yellow_at) == [("P04", Signal.YELLOW)]
    warned = replace(picture, cards=(card(rule="P04", place="procedure:1", signal=Signal.WARNING),))
    (escalated,) = cards_to_issue(warned, BOOK, calendar, yellow_at)
    assert (escalated.signal, escalated.replaces) == (Signal.YELLOW, 1)


def card(**changes: Any) -> IssuedCard:
    known = {"id": 1, "number": "市政府黄〔2026〕1号", "rule": "T05", "place": "", "signal": Signal.YELLOW}
    return IssuedCard(**{**known, "status": CardStatus.NOTIFIED, **changes})


@given(
    issued_at=STARTS,
    status=st.sampled_from(list(CardStatus)),
    signal=st.sampled_from(list(Signal)),
    late=st.integers(-100, 100),
)
def test_only_an_unanswered_yellow_card_past_its_date_calls_for_red(calendar, issued_at, status, signal, late) -> None:
    until = due(issued_at, Limit(3), (), calendar).due_at
    picture = CasePicture(cards=(card(status=status, signal=signal, answer_due_at=until),))
    calls = signal is Signal.YELLOW and status in (CardStatus.ISSUED, CardStatus.NOTIFIED) and late > 0
    expected = [("T07", Signal.RED)] if calls else []
    assert fired(picture, calendar, until + late * SECOND) == expected


def happenings(*told: tuple[str, dict[str, Any]]) -> tuple[Happening, ...]:
    return tuple(Happening(seq, kind, payload) for seq, (kind, payload) in enumerate(told, 1))


NOW = datetime(2026, 3, 2, 9, tzinfo=LOCAL_ZONE)


@given(approved=st.lists(st.booleans(), max_size=5))
def test_every_correction_notice_after_the_first_calls_unless_it_was_approved(calendar, approved) -> None:
    told = [("correction_requested", {"documents": [], **({"approver": 5} if one else {})}) for one in approved]
    found = fired(CasePicture(happenings=happenings(*told)), calendar, NOW)
    assert found == [("P01", Signal.YELLOW)] * sum(not one for one in approved[1:])


@given(
    kind=st.sampled_from(["acceptance_refused", "case_rejected"]),
    basis=st.sampled_from(["", "  ", "《社会救助暂行办法》第九条"]),
)
def test_a_refusal_without_its_law_calls(calendar, kind, basis) -> None:
    found = fired(CasePicture(happenings=happenings((kind, {"legal_basis": basis}))), calendar, NOW)
    assert found == ([] if basis.strip() else [("P02", Signal.YELLOW)])


@given(result=st.sampled_from([None, "granted", "refused"]), opinion=st.sampled_from([None, "3f2a"]))
def test_a_negative_decision_without_a_reason_calls(calendar, result, opinion) -> None:
    picture = CasePicture(happenings=happenings(("work_item_completed", {"result": result, "opinion": opinion})))
    assert ("P02" in rules(picture, calendar, NOW)) is (result == "refused" and opinion is None)


@given(code=st.sampled_from(["publicity", "hearing"]), lacks=st.booleans())
def test_a_special_procedure_must_be_listed_and_approved(calendar, code, lacks) -> None:
    picture = CasePicture(procedures=(ProcedureFact(4, code, lacks),), procedures_offered=frozenset({"publicity"}))
    assert ("P03" in rules(picture, calendar, NOW)) is (code == "hearing" or lacks)


@given(times=st.integers(0, 4), late=st.booleans())
def test_an_extension_is_lawful_once_and_in_time(calendar, times, late) -> None:
    picture = CasePicture(happenings=happenings(*[("limit_extended", {})] * times), extended_late=late)
    found = fired(picture, calendar, NOW)
    assert found == [("P05", Signal.RED)] * (times if late else max(times - 1, 0))


@given(asked=st.lists(st.sampled_from(["identity_card", "income_statement", "gift"]), max_size=3))
def test_only_documents_of_the_catalogue_may_be_asked_for(calendar, asked) -> None:
    picture = CasePicture(
        happenings=happenings(("correction_requested", {"documents": asked})),
        documents=frozenset({"identity_card", "income_statement"}),
    )
    assert ("P06" in rules(picture, calendar, NOW)) is ("gift" in asked)


@given(is_forbidden=st.booleans(), is_issued=st.booleans())
def test_a_certificate_of_a_forbidden_type_calls_when_it_was_issued(calendar, is_forbidden, is_issued) -> None:
    told = [("certificate_issued", {"number": "证1"})] if is_issued else []
    picture = CasePicture(happenings=happenings(*told), is_forbidden=is_forbidden)
    assert fired(picture, calendar, NOW) == ([("P07", Signal.RED)] if is_forbidden and is_issued else [])


@given(handlers=st.frozensets(st.integers(1, 4)), decider=st.integers(1, 4))
def test_handling_and_deciding_by_one_officer_calls(calendar, handlers, decider) -> None:
    picture = CasePicture(handlers=handlers, deciders={"9": decider})
    assert ("P08" in rules(picture, calendar, NOW)) is (decider in handlers)


# Rule → a picture that must call for it; `test_every_active_rule_is_seen_to_fire` keeps the list whole.
FIRING: dict[str, tuple[CasePicture, datetime]] = {}


def _firing() -> None:
    started = datetime(2026, 3, 2, 9, tzinfo=LOCAL_ZONE)
    far, near = started + timedelta(days=60), datetime(2026, 3, 6, 9, tzinfo=LOCAL_ZONE)
    for kind, (rule, _) in PAST.items():
        FIRING[rule] = CasePicture((clock(kind, started, Limit(5), "7"),)), far
    FIRING["T01"] = CasePicture((clock(ClockKind.PROMISED, started, Limit(5)),)), near
    FIRING["T02"] = CasePicture((clock(ClockKind.ACCEPTANCE, started, Limit(5)),)), near
    FIRING["T07"] = CasePicture(cards=(card(answer_due_at=started),)), far
    twice = happenings(("correction_requested", {}), ("correction_requested", {"documents": ["gift"]}))
    FIRING["P01"] = FIRING["P06"] = CasePicture(happenings=twice), far
    FIRING["P02"] = CasePicture(happenings=happenings(("acceptance_refused", {}))), far
    FIRING["P03"] = CasePicture(procedures=(ProcedureFact(1, "hearing"),)), far
    FIRING["P05"] = CasePicture(happenings=happenings(("limit_extended", {}), ("limit_extended", {}))), far
    FIRING["P07"] = CasePicture(happenings=happenings(("certificate_issued", {})), is_forbidden=True), far
    FIRING["P08"] = CasePicture(handlers=frozenset({4}), deciders={"9": 4}), far


_firing()


def test_every_active_rule_is_seen_to_fire(calendar: WorkingCalendar) -> None:
    assert set(FIRING) == {rule.id for rule in BOOK.active}
    for rule, (picture, now) in FIRING.items():
        assert rule in rules(picture, calendar, now)


@pytest.mark.parametrize("rule", sorted(FIRING))
def test_a_card_is_issued_once_whatever_became_of_it(rule: str, calendar: WorkingCalendar) -> None:
    picture, now = FIRING[rule]
    called = [one for one in cards_to_issue(picture, BOOK, calendar, now) if one.rule.id == rule]
    for status in CardStatus:
        issued = tuple(
            card(id=9 + n, rule=rule, place=one.place, signal=one.signal, status=status) for n, one in enumerate(called)
        )
        again = replace(picture, cards=(*picture.cards, *issued))
        assert [one for one in cards_to_issue(again, BOOK, calendar, now) if one.rule.id == rule] == []


def test_a_rule_that_rests_calls_for_nothing(calendar: WorkingCalendar) -> None:
    resting = replace(BOOK, rules=tuple(replace(rule, active=False, inactive_because="停用") for rule in BOOK.rules))
    for picture, now in FIRING.values():
        assert called_cards(picture, resting, calendar, now) == ()
        assert next_look_at(picture, resting, calendar, now) is None


def test_only_warnings_end_by_themselves(calendar: WorkingCalendar) -> None:
    issued = tuple(
        card(id=n, rule="T01", signal=signal, status=status)
        for n, (signal, status) in enumerate((s, t) for s in Signal for t in CardStatus)
    )
    over = warnings_over(CasePicture(cards=issued), BOOK, calendar, NOW)
    assert {one.signal for one in over} == {Signal.WARNING}
    finished = {CardStatus.REVOKED, CardStatus.CLOSED, CardStatus.REPLACED}
    assert not finished & {one.status for one in over}
    near, now = FIRING["T01"]
    assert warnings_over(replace(near, cards=(card(rule="T01", signal=Signal.WARNING),)), BOOK, calendar, now) == ()


@given(
    kind=st.sampled_from(list(PAST)),
    started_at=STARTS,
    limit=LIMITS,
    seen=st.integers(0, 1500),
    percent=st.integers(0, 99),
    answer=st.integers(0, 40),
)
def test_nothing_new_is_called_for_before_the_instant_foretold(
    calendar, kind, started_at, limit, seen, percent, answer
) -> None:
    """The sweep may sleep until then: for any clock with an unanswered card beside it."""
    yellow = card(rule="X", answer_due_at=started_at + timedelta(days=answer))
    picture = CasePicture((clock(kind, started_at, limit, "7"),), cards=(yellow,))
    now = started_at + timedelta(hours=seen)
    before, look = fired(picture, calendar, now), next_look_at(picture, BOOK, calendar, now)
    if look is None:
        assert fired(picture, calendar, now + timedelta(days=60)) == before
    else:
        assert look > now
        assert fired(picture, calendar, now + (look - now) * percent // 100) == before


WANTED: dict[str, tuple[str, dict[str, Any], Callable[[datetime], datetime | None]]] = {
    "a step with a limit": (
        "case_accepted",
        {"opened": [{"token": "2", "due": "2026-03-09T15:59:59+00:00"}]},
        lambda now: datetime.fromisoformat("2026-03-09T16:00:00+00:00"),
    ),
    "a timer": (
        "case_accepted",
        {"opened": [{"token": "2", "timer": True, "due": "2026-03-09T15:59:59+00:00"}]},
        lambda now: None,
    ),
    "a procedure": (
        "procedure_started",
        {"due": "2026-03-09T15:59:59+00:00"},
        lambda now: datetime.fromisoformat("2026-03-09T16:00:00+00:00"),
    ),
    "the decision": (
        "work_item_completed",
        {"result": "granted", "delivery_due": "2026-03-16T15:59:59+00:00"},
        lambda now: datetime.fromisoformat("2026-03-16T16:00:00+00:00"),
    ),
    "a refusal without a reason": ("work_item_completed", {"result": "refused"}, lambda now: now),
    "a second notice": ("correction_requested", {"round": 2}, lambda now: now),
    "a first notice": ("correction_requested", {}, lambda now: None),
    "an extension": ("limit_extended", {}, lambda now: now),
    "a claim": ("work_item_claimed", {}, lambda now: None),
}


@pytest.mark.parametrize("name", WANTED)
def test_an_event_brings_the_next_look_forward(name: str) -> None:
    kind, payload, expected = WANTED[name]
    assert look_wanted_at(kind, payload, NOW) == expected(NOW)
