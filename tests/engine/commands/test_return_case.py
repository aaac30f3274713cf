"""Sent back (退回): whoever did a step does it again; parallel branches stay, joins fire once, clocks start anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.errors import ActionNotAllowed, FormInvalid, NotPermitted, StaleVersion
from engine.policy.actors import SYSTEM
from engine.queries.due_work import cases_to_review, due_timers
from engine.queries.return_targets import return_targets
from tests.shapes import CALLED, MULTI_INSTANCE, PARALLEL, SHAPES, ShapedStory

Shaped = Callable[..., ShapedStory]


def send_back(
    story: ShapedStory, node: str, target: str, *, path: tuple[str, ...] = (), **request: Any
) -> dict[str, Any]:
    item = story.item(node)
    wanted = ReturnCase(work_item_id=item.id, target=target, path=path, **{"reason": "核实情况不清", **request})
    return return_case(story.office, story.holder(item), wanted)


def targets(story: ShapedStory, node: str) -> list[str]:
    item = story.item(node)
    return [t.node_id for t in return_targets(story.office, story.holder(item), item.id)]


def days(story: ShapedStory, count: int) -> None:
    story.office.clock.advance(timedelta(days=count))  # type: ignore[attr-defined]


def ended_well(story: ShapedStory) -> None:
    story.to_its_end()
    assert (story.case().status, story.case().result) == ("closed", "granted")
    assert story.faults() == []


@pytest.mark.parametrize("key", SHAPES)
def test_every_shape_runs_to_its_end(shaped: Shaped, key: str) -> None:
    ended_well(shaped(key).started())


# --- whom a step comes back to ---------------------------------------------------------------------------------------


def test_a_step_sent_back_opens_with_its_former_officer_and_a_new_limit(shaped: Shaped) -> None:
    story = shaped().until("review")
    visited = story.rows(
        "SELECT w.* FROM work_items w JOIN steps s USING (case_id, token) WHERE w.case_id = :case AND s.node_id = 'visit'"
    )
    days(story, 2)
    answer = send_back(story, "review", "visit")
    again = story.item("visit")
    assert (again.status, again.officer_id, again.post_id) == ("claimed", visited[0].officer_id, visited[0].post_id)
    # Three working days from Wednesday 4 March, not from Monday.
    assert local_date(again.due_at).isoformat() == "2026-03-09"
    assert [line["node"] for line in answer["opened"]] == ["visit"]
    assert story.faults() == []
    ended_well(story)


def test_the_sender_has_done_his_work_item_and_the_reason_is_kept_encrypted(shaped: Shaped) -> None:
    story = shaped().until("review")
    item = story.item("review")
    send_back(story, "review", "visit", reason="照片模糊")
    step = story.rows("SELECT * FROM steps WHERE case_id = :case AND token = :token", token=item.token)[0]
    mine = story.rows("SELECT * FROM work_items WHERE id = :id", id=item.id)[0]
    assert (step.status, step.decision, mine.status) == ("done", "return", "done")
    event = story.events()[-1]
    assert event.kind == "case_returned"
    assert "照片" not in str(event.payload)
    kept = story.rows(
        "SELECT body_cipher FROM case_personal WHERE case_id = :case AND part = :part", part=f"step:{item.token}"
    )
    assert story.office.sealer.decrypt_json(kept[0].body_cipher)["opinion"] == "照片模糊"


def test_an_officer_who_left_the_post_does_not_get_the_step_back(shaped: Shaped) -> None:
    story = shaped().until("review")
    with story.office.database.begin() as connection:
        connection.exec_driver_sql("UPDATE officers SET active = false WHERE sign_in_name = 'grid'")
    try:
        send_back(story, "review", "visit")
        again = story.item("visit")
        assert (again.status, again.officer_id) == ("open", None)
        assert story.faults() == []
    finally:
        with story.office.database.begin() as connection:
            connection.exec_driver_sql("UPDATE officers SET active = true WHERE sign_in_name = 'grid'")


def test_a_case_goes_back_to_the_acceptance_step_and_on_again(shaped: Shaped) -> None:
    story = shaped().until("review")
    send_back(story, "review", "accept")
    assert story.case().status == "in_process"
    item = story.item("accept")
    with pytest.raises(ActionNotAllowed):
        accept_case(story.office, story.holder(item), AcceptCase(work_item_id=item.id))
    story.complete("accept")
    assert story.open_nodes() == ["visit"]
    ended_well(story)


# --- what is offered -------------------------------------------------------------------------------------------------


def test_offered_are_the_steps_done_before_in_the_order_of_the_diagram(shaped: Shaped) -> None:
    story = shaped().until("decide")
    assert targets(story, "decide") == ["accept", "visit", "review", "publicity"]
    offered = return_targets(story.office, story.holder(story.item("decide")), story.item("decide").id)
    assert [(t.name, t.officer_name) for t in offered][1] == ("入户调查", "马小军")


def test_a_branch_offers_its_own_steps_and_those_before_the_fork(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    story.complete("visit")
    story.complete("check")
    assert targets(story, "family") == ["accept", "review", "visit"]
    assert targets(story, "assess") == ["accept", "review", "check"]
    assert targets(story, "publicity") == ["accept", "review"]


def test_what_led_to_a_decision_is_not_offered_once_it_is_made(shaped: Shaped) -> None:
    story = shaped().until("register")
    item = story.item("register")
    with pytest.raises(ActionNotAllowed) as refused:
        send_back(story, "register", "review")
    assert refused.value.detail["rule"] == "first_step"
    assert return_targets(story.office, story.holder(item), item.id) == ()
    story.complete("register")
    assert targets(story, "deliver") == ["register"]
    send_back(story, "deliver", "register")
    assert story.case().status == "decided"
    ended_well(story)


def test_a_step_that_was_not_done_is_no_target(shaped: Shaped) -> None:
    story = shaped().until("review")
    for target in ("decide", "review", "nowhere"):
        with pytest.raises(ActionNotAllowed) as refused:
            send_back(story, "review", target)
        assert refused.value.detail["rule"] == "not_a_target"


def test_a_return_needs_a_reason_the_post_and_the_version_seen(shaped: Shaped) -> None:
    story = shaped().until("review")
    item = story.item("review")
    with pytest.raises(FormInvalid):
        send_back(story, "review", "visit", reason=" ")
    with pytest.raises(NotPermitted):
        return_case(story.office, story.actor("grid"), ReturnCase(work_item_id=item.id, target="visit", reason="不清"))
    claim_work_item(story.office, story.holder(item), ClaimWorkItem(work_item_id=item.id))
    with pytest.raises(StaleVersion):
        send_back(story, "review", "visit", version=1)


# --- across branches, instances and calls ----------------------------------------------------------------------------


def test_a_return_inside_a_branch_leaves_the_other_branches_alone(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    story.complete("visit")
    others = {row.token for row in story.items() if row.node_id in ("check", "publicity")}
    send_back(story, "family", "visit")
    assert story.open_nodes() == ["check", "publicity", "visit"]
    assert others < {row.token for row in story.items()}
    ended_well(story)
    assert sum(row.node_id == "summary" for row in story.rows("SELECT node_id FROM steps WHERE case_id = :case")) == 1


def test_a_return_from_behind_the_join_into_a_branch_waits_for_that_branch_only(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("summary")
    send_back(story, "summary", "assess")
    assert story.open_nodes() == ["assess"]
    story.complete("assess")
    assert story.open_nodes() == ["summary"]
    ended_well(story)


def test_a_return_to_before_the_fork_closes_every_branch_and_ends_the_publicity(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    assert story.case().status == "suspended"
    send_back(story, "visit", "review")
    assert story.open_nodes() == ["review"]
    assert story.case().status == "in_process"
    assert story.faults() == []
    story.complete("review")
    assert story.case().status == "suspended"
    ended_well(story)


def test_every_department_is_asked_again_by_its_own_officer(shaped: Shaped) -> None:
    story = shaped(MULTI_INSTANCE).until("opinion")

    def asked(status: str) -> list[tuple[str, int]]:
        rows = story.rows(
            "SELECT s.department, w.officer_id FROM steps s JOIN work_items w USING (case_id, token)"
            " WHERE s.case_id = :case AND s.node_id = 'joint_check' AND s.status = :status ORDER BY 1",
            status=status,
        )
        return [(row.department, row.officer_id) for row in rows]

    before = asked("done")
    send_back(story, "opinion", "joint_check")
    assert asked("open") == before
    assert len(before) == 3
    ended_well(story)


def test_a_return_goes_into_a_called_process_that_was_left(shaped: Shaped) -> None:
    story = shaped(CALLED).until("review")
    assert targets(story, "review") == ["accept", "look", "talk"]
    send_back(story, "review", "look", path=("survey",))
    assert story.open_nodes() == ["look"]
    story.complete("look")
    assert story.open_nodes() == ["talk"]
    ended_well(story)


def test_a_return_out_of_a_called_process_closes_it(shaped: Shaped) -> None:
    story = shaped(CALLED).until("talk")
    send_back(story, "talk", "accept")
    assert story.open_nodes() == ["accept"]
    story.complete("accept")
    assert story.open_nodes() == ["look"]
    ended_well(story)


def test_a_number_reserved_for_a_certificate_is_not_touched_by_a_return_behind_the_seal(shaped: Shaped) -> None:
    story = shaped(CALLED).until("deliver")
    item = story.item("deliver")
    with pytest.raises(ActionNotAllowed) as refused:
        send_back(story, "deliver", "seal", path=("issue",))
    assert refused.value.detail["rule"] == "first_step"
    assert return_targets(story.office, story.holder(item), item.id) == ()


# --- clocks ----------------------------------------------------------------------------------------------------------


def test_the_reminder_beside_a_step_is_set_anew_when_the_step_is_done_again(shaped: Shaped) -> None:
    """The lost reminder of other systems: after a return the timer stands again, by the new date, and rings once."""
    story = shaped().until("publicity")
    assert story.rows("SELECT count(*) AS n FROM timers WHERE case_id = :case AND cancelled_at IS NULL")[0].n == 0
    days(story, 1)
    send_back(story, "publicity", "review")
    timers = story.rows("SELECT * FROM timers WHERE case_id = :case AND cancelled_at IS NULL AND fired_at IS NULL")
    assert [local_date(row.due_at).isoformat() for row in timers] == ["2026-03-07"]
    assert story.faults() == []
    days(story, 5)
    due = [token for case_id, token in due_timers(story.office, 100) if case_id == story.case_id]
    assert due == [timers[0].token]
    assert fire_timer(story.office, SYSTEM, FireTimer(case_id=story.case_id, token=due[0]))["fired"]
    assert story.open_nodes() == ["remind", "review"]
    ended_well(story)


def test_the_clock_runs_on_when_the_publicity_is_left_and_stands_again_when_it_comes_back(shaped: Shaped) -> None:
    story = shaped().until("publicity")
    promised = story.case().promised_due_at
    days(story, 2)
    send_back(story, "publicity", "review")
    assert story.case().status == "in_process"
    assert story.case().promised_due_at - promised == timedelta(days=2)
    assert story.case().card_check_at is not None
    story.complete("review")
    assert story.case().status == "suspended"
    assert story.faults() == []
    ended_well(story)


def test_a_publicity_that_a_return_opens_again_stops_the_clock_again(shaped: Shaped) -> None:
    story = shaped().until("decide")
    assert story.case().status == "in_process"
    send_back(story, "decide", "publicity")
    assert story.case().status == "suspended"
    stood = story.rows("SELECT token, ended_at FROM suspensions WHERE case_id = :case ORDER BY id")
    assert [row.ended_at is None for row in stood] == [False, True]
    assert stood[1].token == story.item("publicity").token
    ended_well(story)


def test_a_case_sent_back_still_turns_red_when_its_promise_is_broken(shaped: Shaped) -> None:
    story = shaped().until("review")
    send_back(story, "review", "visit")
    assert story.case().card_check_at is not None
    days(story, 60)
    assert story.case_id in cases_to_review(story.office, 1000)
    assert review_clocks(story.office, SYSTEM, ReviewClocks(case_id=story.case_id))["card"] == "red"
    assert story.faults() == []


# --- straight back ---------------------------------------------------------------------------------------------------


def test_the_case_comes_straight_back_to_the_sender(shaped: Shaped) -> None:
    story = shaped().until("decide")
    sender = story.item("decide")
    claim_work_item(story.office, story.holder(sender), ClaimWorkItem(work_item_id=sender.id))
    officer = story.item("decide").officer_id
    send_back(story, "decide", "visit", directly=True)
    assert story.open_nodes() == ["visit"]
    story.complete("visit")
    back = story.item("decide")
    assert (story.open_nodes(), back.officer_id, back.status) == (["decide"], officer, "claimed")
    assert story.faults() == []
    ended_well(story)


def test_branches_that_a_return_to_before_the_fork_cancelled_all_come_back(shaped: Shaped) -> None:
    story = shaped(PARALLEL).until("visit")
    story.complete("check")
    opened = story.open_nodes()
    send_back(story, "visit", "review", directly=True)
    assert story.open_nodes() == ["review"]
    story.complete("review")
    assert story.open_nodes() == opened == ["assess", "publicity", "visit"]
    assert story.case().status == "suspended"
    assert story.faults() == []
    ended_well(story)


def test_of_departments_asked_again_the_last_answer_brings_the_case_straight_back(shaped: Shaped) -> None:
    story = shaped(MULTI_INSTANCE).until("panel")
    send_back(story, "panel", "joint_check", directly=True)
    for _ in range(3):
        assert set(story.open_nodes()) == {"joint_check"}
        story.complete("joint_check")
    assert story.open_nodes() == ["panel"]
    ended_well(story)


def test_the_case_comes_straight_back_out_of_a_called_process(shaped: Shaped) -> None:
    story = shaped(CALLED).until("decide")
    send_back(story, "decide", "look", path=("survey",), directly=True)
    assert story.open_nodes() == ["look"]
    story.complete("look")
    assert story.open_nodes() == ["decide"]
    ended_well(story)


def test_a_return_of_a_return_comes_straight_back_by_the_same_way(shaped: Shaped) -> None:
    story = shaped().until("decide")
    send_back(story, "decide", "review", directly=True)
    send_back(story, "review", "visit", directly=True)
    story.complete("visit")
    assert story.open_nodes() == ["review"]
    story.complete("review")
    assert story.open_nodes() == ["decide"]
    ended_well(story)


def test_a_later_plain_return_forgets_the_straight_way_of_an_earlier_one(shaped: Shaped) -> None:
    story = shaped().until("decide")
    send_back(story, "decide", "visit", directly=True)
    story.complete("visit")
    send_back(story, "decide", "visit")
    story.complete("visit")
    assert story.open_nodes() == ["review"]
    ended_well(story)


def test_a_case_sent_back_to_its_decision_does_not_come_straight_back_from_it(shaped: Shaped) -> None:
    """Decided "back" before, the decision may be asked again; once made it goes on along the flow."""
    story = shaped().until("decide")
    story.complete("decide", "back")
    story.complete("visit")
    offered = return_targets(story.office, story.holder(story.item("review")), story.item("review").id)
    assert [t.node_id for t in offered if not t.may_go_straight_back] == ["decide"]
    with pytest.raises(ActionNotAllowed) as refused:
        send_back(story, "review", "decide", directly=True)
    assert refused.value.detail["rule"] == "decision_goes_on"
    send_back(story, "review", "decide")
    ended_well(story)
