"""Ends outside the flow (流程外结案): everything open is closed, the applicant is told, nothing is left over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from engine.commands.issue_certificate import ReserveCertificate, reserve_certificate
from engine.commands.merge_case import MergeCase, merge_case
from engine.commands.reject_case import RejectCase, reject_case
from engine.commands.terminate_case import TerminateCase, terminate_case
from engine.commands.void_case import VoidCase, void_case
from engine.commands.withdraw_case import WithdrawCase, withdraw_case
from engine.errors import ActionNotAllowed, CaseworkError, FormInvalid, NotFound, NotPermitted
from engine.policy.actors import SYSTEM
from engine.queries.due_work import due_timers
from tests.shapes import CALLED, PARALLEL, SEQUENTIAL, SHAPES, ShapedStory

Shaped = Callable[..., ShapedStory]


def reject(story: ShapedStory, node: str, **request: Any) -> dict[str, Any]:
    item = story.item(node)
    wanted = {"reason": "收入超过标准", "legal_basis": "《示例办法》第九条", **request}
    return reject_case(story.office, story.holder(item), RejectCase(work_item_id=item.id, **wanted))


def withdraw(story: ShapedStory, by: str = "street", **request: Any) -> dict[str, Any]:
    wanted = {"asked_by": "王秀英", "reason": "收入已改善", **request}
    return withdraw_case(story.office, story.actor(by), WithdrawCase(case_number=story.number, **wanted))


def void(story: ShapedStory, by: str = "district", **request: Any) -> dict[str, Any]:
    approver = story.rows("SELECT id FROM officers WHERE sign_in_name = 'd01-civil_affairs'")[0].id
    wanted = {"reason": "重复收件", "approver_id": approver, **request}
    return void_case(story.office, story.actor(by), VoidCase(case_number=story.number, **wanted))


def terminate(story: ShapedStory, by: str = "district", **request: Any) -> dict[str, Any]:
    wanted = {"reason": "申请人户籍已迁出", "legal_basis": "《示例办法》第十条", **request}
    return terminate_case(story.office, story.actor(by), TerminateCase(case_number=story.number, **wanted))


def merge(story: ShapedStory, into: ShapedStory, by: str = "street") -> dict[str, Any]:
    wanted = MergeCase(case_number=story.number, into=into.number, reason="同一申请")
    return merge_case(story.office, story.actor(by), wanted)


def closed(story: ShapedStory, result: str) -> None:
    """Nothing is open, nothing waits, and the checker agrees."""
    case = story.case()
    assert (case.status, case.result) == ("closed", result)
    assert case.closed_at == case.decided_at == story.office.clock.now()
    left = "SELECT 1 FROM {} WHERE case_id = :case AND {}"
    assert story.rows(left.format("work_items", "status NOT IN ('done', 'cancelled')")) == []
    assert story.rows(left.format("steps", "status = 'open'")) == []
    assert story.rows(left.format("timers", "fired_at IS NULL AND cancelled_at IS NULL")) == []
    assert story.rows(left.format("suspensions", "ended_at IS NULL")) == []
    assert story.faults() == []


def told(story: ShapedStory) -> list[str]:
    return [row.kind for row in story.rows("SELECT kind FROM outbox WHERE case_id = :case AND receiver = 'applicant'")]


def notices(story: ShapedStory) -> list[str]:
    return [row.kind for row in story.rows("SELECT kind FROM notices WHERE case_id = :case ORDER BY id")]


# --- each ending -----------------------------------------------------------------------------------------------------


def test_an_application_is_rejected_with_reason_law_and_remedies(shaped: Shaped) -> None:
    story = shaped().until("decide")
    answer = reject(story, "decide")
    closed(story, "refused")
    assert (story.kinds()[-1], told(story)[-1], notices(story)[-1]) == ("case_rejected", "case_rejected", "refusal")
    assert answer["notice"].endswith("号")
    facts = story.rows("SELECT facts_cipher FROM notices WHERE case_id = :case AND kind = 'refusal'")[0].facts_cipher
    printed = story.office.sealer.decrypt_json(facts)
    assert (printed["reason"], printed["legal_basis"]) == ("收入超过标准", "《示例办法》第九条")
    assert "收入" not in str(story.events()[-1].payload)


@pytest.mark.parametrize("node", ["visit", "summary"])
def test_a_case_is_rejected_where_it_is_decided_and_nowhere_below(shaped: Shaped, node: str) -> None:
    """A street that reviews must not issue the refusal that is the district's to decide."""
    story = shaped(PARALLEL if node == "summary" else SEQUENTIAL).until(node)
    with pytest.raises(ActionNotAllowed) as refused:
        reject(story, node)
    assert refused.value.detail["rule"] == "stage"


def test_an_accepted_case_is_not_merged_into_one_that_only_arrived(shaped: Shaped) -> None:
    """The applicant's running clock must not end in a case whose own has not begun."""
    accepted, arrived = shaped(), shaped()
    accepted.receive()
    arrived.receive()
    accepted.accept()
    with pytest.raises(ActionNotAllowed) as refused:
        merge(accepted, arrived)
    assert refused.value.detail["rule"] == "behind"
    merge(arrived, accepted)
    closed(arrived, "merged")


@pytest.mark.parametrize("blank", ["reason", "legal_basis"])
def test_rejecting_and_terminating_need_reason_and_law(shaped: Shaped, blank: str) -> None:
    story = shaped().until("decide")
    for end in (lambda: reject(story, "decide", **{blank: " "}), lambda: terminate(story, **{blank: " "})):
        with pytest.raises(FormInvalid) as refused:
            end()
        assert list(refused.value.detail["errors"]) == [blank]


@pytest.mark.parametrize("node", ["accept", "visit", "publicity", "decide"])
def test_an_application_is_withdrawn_at_any_time_before_its_decision(shaped: Shaped, node: str) -> None:
    story = shaped()
    story.receive()
    if node != "accept":
        story.accept()
        story.on_to(node)
    withdraw(story)
    closed(story, "withdrawn")
    assert (told(story)[-1], notices(story)[-1]) == ("case_withdrawn", "withdrawal")


def test_after_the_decision_nothing_is_withdrawn(shaped: Shaped) -> None:
    story = shaped().until("register")
    with pytest.raises(ActionNotAllowed) as refused:
        withdraw(story)
    assert refused.value.detail["rule"] == "status"


def test_a_case_is_voided_with_the_approval_of_another(shaped: Shaped) -> None:
    story = shaped().until("register")
    with pytest.raises(FormInvalid):
        void(story, approver_id=story.actor("district").officer_id)
    void(story)
    assert (story.case().status, story.case().result) == ("closed", "void")
    assert story.case().decided_at is not None
    assert story.faults() == []
    assert (told(story)[-1], notices(story)) == ("case_voided", ["acceptance", "grant"])


def test_a_case_with_a_certificate_in_force_is_not_voided(shaped: Shaped) -> None:
    story = shaped(CALLED).until("deliver")
    with pytest.raises(ActionNotAllowed) as refused:
        void(story)
    assert refused.value.detail["rule"] == "certificate_in_force"


def test_the_number_reserved_for_a_certificate_is_voided_with_the_case(shaped: Shaped) -> None:
    story = shaped(CALLED).until("seal")
    reserve_certificate(story.office, SYSTEM, ReserveCertificate(work_item_id=story.item("seal").id))
    void(story)
    row = story.rows("SELECT status, void_reason FROM certificates WHERE case_id = :case")[0]
    assert (row.status, bool(row.void_reason)) == ("voided", True)
    assert story.faults() == []


def test_a_case_is_terminated_while_its_clock_stands(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    assert story.case().status == "suspended"
    terminate(story)
    closed(story, "terminated")
    assert (told(story)[-1], notices(story)[-1]) == ("case_terminated", "termination")
    story.office.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]
    assert [token for case_id, token in due_timers(story.office, 500) if case_id == story.case_id] == []


@pytest.mark.parametrize("key", SHAPES)
def test_every_shape_is_ended_from_every_step_before_its_decision(shaped: Shaped, key: str) -> None:
    probe = shaped(key).started()
    places = []
    while probe.case().status != "decided":
        places.append(probe.open_nodes())
        probe.step_on()
    for steps in range(len(places)):
        story = shaped(key).started()
        for _ in range(steps):
            story.step_on()
        assert story.open_nodes() == places[steps]
        terminate(story)
        closed(story, "terminated")


def test_nobody_ends_a_case_outside_his_region_or_without_the_power(shaped: Shaped) -> None:
    story = shaped().until("visit")
    with pytest.raises(NotFound):
        withdraw(story, by="d02-civil_affairs")
    with pytest.raises(NotPermitted):
        terminate(story, by="window")
    with pytest.raises(CaseworkError):
        void(story, by="supervisor")
    assert story.open_nodes() == ["visit"]


# --- merging ---------------------------------------------------------------------------------------------------------


def test_of_two_equal_applications_one_is_closed_into_the_other(shaped: Shaped) -> None:
    story, other = shaped().until("visit"), shaped().until("review")
    merge(story, other)
    closed(story, "merged")
    assert story.case().merged_into == other.case_id
    assert (told(story)[-1], other.kinds()[-1]) == ("case_merged", "case_absorbed")
    assert other.faults() == []
    other.to_its_end()
    assert other.faults() == []


def test_only_an_open_case_of_the_same_person_and_item_absorbs_another(shaped: Shaped) -> None:
    story = shaped().until("visit")
    form = {"applicant_name": "周德顺", "applicant_id": "990101194910010013", "applicant_phone": "13800000002"}
    stranger, decided, foreign = shaped(), shaped().until("register"), shaped(PARALLEL).until("visit")
    stranger.receive(form=form)
    refusals = []
    for other in (story, stranger, decided, foreign):
        with pytest.raises(ActionNotAllowed) as refused:
            merge(story, other)
        refusals.append(refused.value.detail["rule"])
    assert refusals == ["same_case", "other_applicant", "not_open", "other_item"]
    with pytest.raises(NotFound):
        merge_case(
            story.office, story.actor("street"), MergeCase(case_number=story.number, into="9" * 22, reason="同一申请")
        )


def test_a_merged_case_absorbs_no_other(shaped: Shaped) -> None:
    story, other, third = shaped().until("visit"), shaped().until("visit"), shaped().until("visit")
    merge(story, other)
    with pytest.raises(ActionNotAllowed):
        merge(third, story)
    merge(other, third)
    assert third.faults() == []


def test_two_cases_merged_into_each_other_at_the_same_moment_leave_one_open(shaped: Shaped) -> None:
    for _ in range(5):
        one, two = shaped(SEQUENTIAL).until("visit"), shaped(SEQUENTIAL).until("visit")
        ready = threading.Barrier(2)

        def attempt(pair: tuple[ShapedStory, ShapedStory], ready: threading.Barrier = ready) -> bool:
            ready.wait()
            try:
                merge(*pair)
            except ActionNotAllowed:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(attempt, [(one, two), (two, one)]))
        assert sorted(done) == [False, True]
        assert sorted(s.case().status for s in (one, two)) == ["closed", "in_process"]
        assert one.faults() == two.faults() == []
