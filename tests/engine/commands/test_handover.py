"""A departing officer's posts and open work pass to another in one act, however often the worker is interrupted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.bootstrap import Parts
from api.jobs import sweep_handovers
from api.settings import Settings
from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.case_change import CaseChange
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.handover.hand_over_item import FinishHandover, HandOverItem, finish_handover, hand_over_item
from engine.commands.handover.hand_over_work import HandOverWork, hand_over_work
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.verb import Desk
from engine.errors import CaseworkError, FormInvalid, NotFound, NotPermitted
from engine.policy.actors import SYSTEM, Actor
from engine.queries.handover import handover_preview, work_to_hand_over
from engine.terms import Part, WorkItemStatus
from tests.engine.commands.staffing import TODAY, Staffing
from tests.story import AMOUNT, ANSWERS, Story


@pytest.fixture
def review(staffing: Staffing) -> int:
    return staffing.post_id("街道审核岗", "street")


@pytest.fixture
def leaver(staffing: Staffing, review: int) -> Actor:
    return staffing.hire(review)


@pytest.fixture
def heir(staffing: Staffing) -> Actor:
    return staffing.hire()


def claimed(story: Story, officer: Actor) -> Story:
    """A case whose opinion this officer has claimed."""
    new = Story(story.office)
    new.receive()
    new.accept()
    for node in ("joint_check", "joint_check"):
        new.complete(node)
    claim_work_item(new.office, officer, ClaimWorkItem(work_item_id=new.item("opinion").id))
    return new


def hand_over(staffing: Staffing, leaver: Actor, heir: Actor, **request: Any) -> dict[str, Any]:
    wanted = {"reason": "调离", "effective_on": TODAY, **request}
    return hand_over_work(
        staffing.office,
        staffing.actor("admin"),
        HandOverWork(from_officer_id=leaver.officer_id, to_officer_id=heir.officer_id, **wanted),
    )


def sweep(staffing: Staffing, settings: Settings, day: int = 0) -> int:
    office = replace(staffing.office)
    office.clock.advance(timedelta(days=day))  # type: ignore[attr-defined]
    try:
        return sweep_handovers(Parts(settings, office, None))
    finally:
        office.clock.advance(-timedelta(days=day))  # type: ignore[attr-defined]


def test_posts_and_claimed_work_pass_to_the_receiver_who_can_go_on(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, review: int, shared_settings: Settings
) -> None:
    cases = [claimed(module_story, leaver) for _ in range(3)]
    answer = hand_over(staffing, leaver, heir)
    assert (answer["work_items"], answer["conflicts"], [p["id"] for p in answer["posts"]]) == (3, [], [review])
    assert sweep(staffing, shared_settings) == 3
    assert staffing.actor(leaver.name).posts == ()
    now_holds = staffing.actor(heir.name)
    for case in cases:
        item = case.item("opinion")
        assert (item.officer_id, item.status) == (heir.officer_id, "claimed")
        complete_work_item(case.office, now_holds, CompleteWorkItem(work_item_id=item.id, answers=AMOUNT["opinion"]))
    event = next(e for e in cases[0].events() if e.kind == "work_item_handed_over")
    assert (event.payload["from"], event.payload["to"]) == (leaver.officer_id, heir.officer_id)
    assert work_to_hand_over(staffing.office) == ()
    assert staffing.value("SELECT work_items FROM handovers WHERE id = :id", id=answer["handover_id"]) == 3
    assert staffing.faults() == ()


def test_an_interrupted_handover_goes_on_and_moves_nothing_twice(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, shared_settings: Settings
) -> None:
    first, second = claimed(module_story, leaver), claimed(module_story, leaver)
    handover = hand_over(staffing, leaver, heir)["handover_id"]
    request = HandOverItem(handover_id=handover, work_item_id=first.item("opinion").id)
    assert hand_over_item(staffing.office, SYSTEM, request)["moved"]
    assert not hand_over_item(staffing.office, SYSTEM, request)["moved"]
    assert not finish_handover(staffing.office, SYSTEM, FinishHandover(handover_id=handover))["is_finished"]
    assert sweep(staffing, shared_settings) == 1
    assert sweep(staffing, shared_settings) == 0
    assert [case.kinds().count("work_item_handed_over") for case in (first, second)] == [1, 1]
    assert staffing.faults() == ()


def test_a_case_the_receiver_must_avoid_goes_back_to_the_post_and_is_named(
    module_story: Story, staffing: Staffing, leaver: Actor, review: int, shared_settings: Settings
) -> None:
    heir = staffing.hire(identity=ANSWERS["applicant_id"])
    case = claimed(module_story, leaver)
    preview = handover_preview(staffing.office, staffing.actor("admin"), leaver.officer_id, heir.officer_id)
    assert [(i.number, i.is_conflict, i.part, i.status) for i in preview.items] == [
        (case.number, True, Part.MAIN, WorkItemStatus.CLAIMED)
    ]
    answer = hand_over(staffing, leaver, heir)
    assert [line["number"] for line in answer["conflicts"]] == [case.number]
    sweep(staffing, shared_settings)
    item = case.item("opinion")
    assert (item.officer_id, item.status, item.post_id) == (None, "open", review)
    assert case.events()[-1].payload["because"] == "conflict_of_interest"
    assert staffing.faults() == ()


def test_a_decision_does_not_pass_to_who_handled_the_case(
    module_story: Story, staffing: Staffing, shared_settings: Settings
) -> None:
    leaver = staffing.hire(staffing.post_id("区县审批岗", "district"))
    case = claimed(module_story, staffing.actor("street"))
    case.complete("opinion")
    heir = staffing.hire(case.item("publicity").post_id)
    complete_work_item(case.office, heir, CompleteWorkItem(work_item_id=case.item("publicity").id))
    claim_work_item(case.office, leaver, ClaimWorkItem(work_item_id=case.item("district_decision").id))
    hand_over(staffing, leaver, heir)
    sweep(staffing, shared_settings)
    assert case.item("district_decision").officer_id is None
    assert case.events()[-1].payload["because"] == "separation"
    assert staffing.faults() == ()


def test_what_waits_for_a_signature_or_is_to_be_signed_passes_too(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, review: int, shared_settings: Settings
) -> None:
    case = claimed(module_story, staffing.actor("street"))
    with case.office.unit_of_work() as uow:
        change = CaseChange.at_work_item(Desk(case.office, uow, SYSTEM), case.item("opinion").id, None)
        change.change_item(status=WorkItemStatus.WAITING, officer_id=leaver.officer_id)
        change.add_item(Part.BEFORE, review, leaver.officer_id)
        change.change_step(signers=1)
        change.happened("signer_added", {"item": case.item("opinion").id})
        change.save()
    hand_over(staffing, leaver, heir)
    assert sweep(staffing, shared_settings) == 2
    rows = case.rows(
        "SELECT part, status, officer_id FROM work_items WHERE case_id = :case AND status <> 'done' ORDER BY id"
    )
    assert {("main", "waiting", heir.officer_id), ("before", "open", heir.officer_id)} <= {tuple(row) for row in rows}
    assert staffing.faults() == ()


def test_a_step_that_waited_while_its_holder_left_without_heir_is_open_to_the_post_once_it_goes_on(
    module_story: Story, staffing: Staffing, leaver: Actor, shared_settings: Settings
) -> None:
    heir, case = staffing.hire(identity=ANSWERS["applicant_id"]), claimed(module_story, leaver)
    asked = staffing.officer_id("window")
    add_signer(case.office, leaver, AddSigner(work_item_id=case.item("opinion").id, place="before", officers=(asked,)))
    hand_over(staffing, leaver, heir)
    sweep(staffing, shared_settings)
    advice = next(item for item in case.items() if item.part == "before")
    sign_work_item(case.office, staffing.actor("window"), SignWorkItem(work_item_id=advice.id, decision="agree"))
    main = next(item for item in case.items() if item.part == "main")
    assert (main.status, main.officer_id) == ("open", None)
    assert staffing.faults() == ()


def test_a_handover_for_a_later_day_moves_nothing_before_it(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, review: int, shared_settings: Settings
) -> None:
    case = claimed(module_story, leaver)
    answer = hand_over(staffing, leaver, heir, effective_on=TODAY + timedelta(days=3))
    assert sweep(staffing, shared_settings) == 0
    assert [p.id for p in staffing.actor(leaver.name).posts] == [review]
    with pytest.raises(NotFound):
        hand_over_item(
            staffing.office,
            SYSTEM,
            HandOverItem(handover_id=answer["handover_id"], work_item_id=case.item("opinion").id),
        )
    assert sweep(staffing, shared_settings, day=3) == 1
    assert case.item("opinion").officer_id == heir.officer_id


def test_one_post_may_pass_to_one_officer_and_the_rest_stay(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, review: int, shared_settings: Settings
) -> None:
    counter = staffing.post_id("街道综合窗口", "street")
    both = staffing.hire(review, counter)
    case = claimed(module_story, both)
    hand_over(staffing, both, heir, post_ids=(counter,))
    assert sweep(staffing, shared_settings) == 0
    assert case.item("opinion").officer_id == both.officer_id
    assert [p.id for p in staffing.actor(both.name).posts] == [review]
    assert [p.id for p in staffing.actor(heir.name).posts] == [counter]


def test_leaves_and_seals_are_named_as_still_to_be_settled(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor, review: int
) -> None:
    staffing.leave(staffing.officer_id("street"), leaver.officer_id)
    body = staffing.value("SELECT organisation_id FROM posts WHERE id = :post", post=review)
    staffing.run(
        "INSERT INTO seal_custody (organisation_id, seal_name, custodian_id, held_from, made_at)"
        " VALUES (:body, '业务专用章', :officer, '2026-01-01', now())",
        body=body,
        officer=leaver.officer_id,
    )
    unsettled = hand_over(staffing, leaver, heir)["unsettled"]
    assert [line["deputy"] for line in unsettled["leaves"]] == [leaver.name]
    assert [line["seal"] for line in unsettled["seals"]] == ["业务专用章"]


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"reason": " "}, FormInvalid, "更正"),
        ({"effective_on": TODAY - timedelta(days=1)}, FormInvalid, "更正"),
        ({"post_ids": (1,)}, FormInvalid, "更正"),
        ({"to": "leaver"}, FormInvalid, "更正"),
        ({"to": "admin"}, NotPermitted, "交给自己"),
        ({"to": "auditor"}, FormInvalid, "不得兼任"),
        ({"to": "away"}, FormInvalid, "请假"),
        ({"to": "disabled"}, FormInvalid, "停用"),
        ({"by": "street"}, NotPermitted, "机构管理员"),
    ],
    ids=lambda value: "".join(map(str, value)) if isinstance(value, dict) else "",
)
def test_a_handover_that_may_not_be_is_refused_with_the_reason_and_changes_nothing(
    module_story: Story,
    staffing: Staffing,
    leaver: Actor,
    heir: Actor,
    change: dict[str, Any],
    kind: type[CaseworkError],
    words: str,
) -> None:
    wanted = dict(change)
    by, to = staffing.actor(wanted.pop("by", "admin")), wanted.pop("to", "heir")
    if to == "away":
        staffing.leave(heir.officer_id, staffing.officer_id("street"))
    if to == "disabled":
        staffing.run("UPDATE officers SET active = false WHERE id = :id", id=heir.officer_id)
    known = {"heir": heir, "away": heir, "disabled": heir, "leaver": leaver}
    receiver = known.get(to) or staffing.actor(to)
    values = {"reason": "调离", "effective_on": TODAY, **wanted}
    request = HandOverWork(from_officer_id=leaver.officer_id, to_officer_id=receiver.officer_id, **values)
    with pytest.raises(kind, match=words):
        hand_over_work(staffing.office, by, request)
    assert staffing.actor(leaver.name).posts == leaver.posts


def test_an_administrator_of_another_district_may_not_hand_over_here(
    module_story: Story, staffing: Staffing, leaver: Actor, heir: Actor
) -> None:
    admin = staffing.actor("admin")
    elsewhere = replace(admin, posts=tuple(replace(p, region_code="990102000000") for p in admin.posts))
    request = HandOverWork(
        from_officer_id=leaver.officer_id, to_officer_id=heir.officer_id, reason="调离", effective_on=TODAY
    )
    with pytest.raises(NotPermitted, match="辖区"):
        hand_over_work(staffing.office, elsewhere, request)
    with pytest.raises(NotFound):
        handover_preview(staffing.office, elsewhere, leaver.officer_id)
