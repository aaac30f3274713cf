"""A step goes to somebody else (转办), or somebody else does its work and hands it back (委派、交回、收回委派)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted, StaleVersion
from engine.office import Office
from engine.queries.candidates import CandidatePost, Purpose, candidates
from tests.hands import AMOUNT, Hands


@pytest.fixture
def hands(office: Office) -> Hands:
    return Hands(office).at_opinion()


def found(hands: Hands, purpose: Purpose, by: str = "") -> dict[str, CandidatePost]:
    """Candidate posts by name."""
    posts = candidates(hands.office, hands.actor(by or hands.boss), hands.main().id, purpose)
    return {f"{post.organisation_name}{post.post_name}": post for post in posts}


def post_like(hands: Hands, ending: str, purpose: Purpose = Purpose.HOLD) -> CandidatePost:
    return next(post for name, post in found(hands, purpose).items() if name.endswith(ending))


def test_a_transferred_work_item_keeps_its_number_and_its_due_date(hands: Hands) -> None:
    before = hands.main()
    answer = hands.transfer(post_like(hands, "区县审批岗").post_id)
    after = hands.main()
    assert (after.id, after.due_at, after.sort_at, after.status) == (before.id, before.due_at, before.sort_at, "open")
    assert after.post_id != before.post_id
    assert answer["version"] == after.version
    hands.boss = "district"
    hands.finish()
    assert hands.faults() == []


def test_an_officer_named_holds_the_work_item_at_once(hands: Hands) -> None:
    hands.transfer(hands.main().post_id, "s0101")
    assert (hands.main().status, hands.main().officer_id) == ("claimed", hands.officer_id("s0101"))
    with pytest.raises(NotPermitted, match="领取"):
        hands.finish()
    hands.boss = "s0101"
    hands.finish()
    assert hands.faults() == []


def test_the_reason_of_a_transfer_is_kept_encrypted(hands: Hands) -> None:
    hands.transfer(hands.main().post_id, "s0101", reason="经办人与申请人同村")
    assert "同村" not in str(hands.events()[-1].payload)
    part = hands.rows("SELECT body_cipher FROM case_personal WHERE case_id = :case AND part LIKE 'transfer:%'")[0]
    assert hands.office.sealer.decrypt_json(part.body_cipher)["reason"] == "经办人与申请人同村"
    hands.boss = "s0101"
    with pytest.raises(FormInvalid):
        hands.transfer(hands.main().post_id, "street", reason="  ")


def test_a_decision_is_handed_only_to_approvers_of_its_level_or_above(office: Office) -> None:
    hands = Hands(office).at_decision()
    lower = next(p for n, p in found(hands, Purpose.HELP).items() if n.endswith("街道审核岗"))
    assert {name[-5:] for name in found(hands, Purpose.HOLD)} == {"区县审批岗", "市级审批岗"}
    for post_id in (lower.post_id, 10**9, hands.main().post_id):
        with pytest.raises(FormInvalid):
            hands.transfer(post_id)


def test_the_counters_step_goes_only_to_a_counter(office: Office) -> None:
    hands = Hands(office)
    hands.receive()
    hands.step, hands.boss = "acceptance", "window"
    names = found(hands, Purpose.HOLD)
    assert names
    assert all(name.endswith("窗口") for name in names)
    hands.transfer(post_like(hands, "街道综合窗口").post_id, "s0101w")
    assert hands.main().officer_id == hands.officer_id("s0101w")
    assert hands.faults() == []


def test_a_consulted_departments_step_stays_in_that_department(office: Office) -> None:
    hands = Hands(office)
    hands.receive()
    hands.accept()
    hands.step, hands.boss = "joint_check", "consult"
    bureau = hands.rows("SELECT department FROM steps WHERE case_id = :case AND token = :t", t=hands.main().token)[0]
    departments = {
        row.department
        for row in hands.rows(
            "SELECT department FROM posts WHERE id = ANY(:posts)",
            posts=[post.post_id for post in found(hands, Purpose.HOLD).values()],
        )
    }
    assert departments <= {bureau.department, None}


@pytest.mark.parametrize("who", ["street", "window", "supervisor", "d01-veterans"])
def test_nobody_is_named_who_is_the_actor_holds_no_such_post_or_sits_elsewhere(hands: Hands, who: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        hands.transfer(hands.main().post_id, who)
    assert list(refused.value.detail["errors"]) == ["officer_id"]


def _officer(hands: Hands, sql: str, name: str = "s0101") -> None:
    with hands.office.database.begin() as connection:
        connection.execute(text(sql), {"me": hands.officer_id(name), "other": hands.officer_id("s0101w")})


LEAVE = (
    "INSERT INTO leaves (officer_id, deputy_id, from_on, to_on, made_by, made_at)"
    " VALUES (:me, :other, '2026-03-01', '2026-03-05', :me, now())"
)
LEAVE_OF_DEPUTY = LEAVE.replace("(:me, :other,", "(:other, :me,")
CONFLICT = (
    "UPDATE officers SET identity_index = (SELECT applicant_index FROM cases ORDER BY id DESC LIMIT 1) WHERE id = :me"
)
RELATIVE = (
    "INSERT INTO officer_relatives (officer_id, identity_index, relation, declared_at)"
    " SELECT :me, applicant_index, '父母', now() FROM cases ORDER BY id DESC LIMIT 1"
)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ([LEAVE], ""),
        ([LEAVE, LEAVE_OF_DEPUTY], "请假且无人代理"),
        ([LEAVE, "UPDATE officers SET active = FALSE WHERE id = :other"], "请假且无人代理"),
        ([LEAVE, LEAVE_OF_DEPUTY, "UPDATE leaves SET cancelled_at = now()"], ""),
        ([CONFLICT], "与申请人有利害关系，应当回避"),
        ([RELATIVE], "与申请人有利害关系，应当回避"),
    ],
)
def test_leave_and_conflict_of_interest_are_seen_in_the_list_and_refused_by_the_verb(
    own_office: Office, facts: list[str], refusal: str
) -> None:
    hands = Hands(own_office).at_opinion()
    for sql in facts:
        _officer(hands, sql)
    listed = [o for o in post_like(hands, "街道审核岗").officers if o.officer_id == hands.officer_id("s0101")]
    assert [officer.refusal for officer in listed] == [refusal]
    if refusal:
        with pytest.raises(FormInvalid):
            hands.transfer(hands.main().post_id, "s0101")
    else:
        hands.transfer(hands.main().post_id, "s0101")
        assert hands.main().officer_id == hands.officer_id("s0101")


def test_candidates_are_shown_to_the_holder_alone_and_without_choosing_the_actor(hands: Hands) -> None:
    with pytest.raises(NotFound):
        candidates(hands.office, hands.actor("window"), hands.main().id, Purpose.HELP)
    mine = [o for o in post_like(hands, "街道审核岗").officers if o.officer_id == hands.officer_id("street")]
    assert [officer.refusal for officer in mine] == ["本人或已参与本环节"]
    assert sum(officer.load for post in found(hands, Purpose.HOLD).values() for officer in post.officers) > 0


def test_an_outdated_view_and_a_foreign_post_transfer_nothing(hands: Hands) -> None:
    item, post = hands.main(), post_like(hands, "区县审批岗").post_id
    claim_work_item(hands.office, hands.actor("street"), ClaimWorkItem(work_item_id=item.id))
    wanted = TransferWorkItem(work_item_id=item.id, version=1, post_id=post, reason="调整")
    with pytest.raises(StaleVersion):
        transfer_work_item(hands.office, hands.actor("street"), wanted)
    with pytest.raises(NotPermitted):
        transfer_work_item(hands.office, hands.actor("window"), wanted)


# --- 委派 ---------------------------------------------------------------------------------------------------------


def test_the_holder_waits_for_the_delegate_and_decides_on_what_comes_back(hands: Hands) -> None:
    hands.delegate("grid")
    assert (hands.main().status, hands.step_row().sign_rule, hands.step_row().signers) == ("waiting", "delegate", 1)
    with pytest.raises(ActionNotAllowed) as refused:
        hands.finish()
    assert refused.value.detail["rule"] == "work_status"
    hands.hand_back("grid", answers=AMOUNT)
    assert (hands.main().status, hands.main().officer_id) == ("claimed", hands.officer_id("street"))
    assert (hands.step_row().sign_rule, hands.step_row().signers, hands.asked("grid").status) == ("", 0, "done")
    assert hands.faults() == []
    hands.finish()
    assert hands.faults() == []


def test_the_delegates_opinion_is_kept_encrypted_for_the_holder(hands: Hands) -> None:
    hands.delegate("grid")
    hands.hand_back("grid", opinion="邻居证明其独居", answers=AMOUNT)
    part = f"sign:{hands.asked('grid').id}"
    body = hands.rows("SELECT body_cipher FROM case_personal WHERE case_id = :case AND part = :part", part=part)[0]
    kept = hands.office.sealer.decrypt_json(body.body_cipher)
    assert (kept["opinion"], kept["answers"]) == ("邻居证明其独居", {"monthly_amount": "300"})
    assert "独居" not in str(hands.events()[-1].payload)


def test_a_delegate_without_an_opinion_or_with_wrong_answers_hands_nothing_back(hands: Hands) -> None:
    hands.delegate("grid")
    for wrong in ({"opinion": " "}, {"answers": {"monthly_amount": -1}}):
        with pytest.raises(FormInvalid):
            hands.hand_back("grid", **wrong)
    assert hands.main().status == "waiting"


def test_work_is_delegated_to_whoever_holds_a_post(hands: Hands) -> None:
    post = post_like(hands, "社区居民委员会综合窗口", Purpose.HELP)
    item = hands.delegate(post_id=post.post_id)["work_item_id"]
    claim_work_item(hands.office, hands.actor("window"), ClaimWorkItem(work_item_id=item))
    hands.hand_back("window")
    assert hands.main().status == "claimed"
    assert hands.faults() == []


@pytest.mark.parametrize("to", [{}, {"post_id": 10**9}, {"to": "street"}, {"to": "supervisor"}])
def test_work_is_not_delegated_to_oneself_or_to_nobody(hands: Hands, to: dict[str, object]) -> None:
    with pytest.raises(FormInvalid):
        hands.delegate(**to)  # type: ignore[arg-type]
    with pytest.raises(FormInvalid):
        hands.delegate(post_id=hands.main().post_id)


def test_a_recalled_delegation_is_the_holders_again(hands: Hands) -> None:
    hands.delegate("grid")
    hands.recall()
    assert (hands.main().status, hands.asked("grid").status, hands.step_row().signers) == ("claimed", "cancelled", 0)
    with pytest.raises(ActionNotAllowed):
        hands.hand_back("grid")
    with pytest.raises(ActionNotAllowed):
        hands.recall()
    hands.delegate("grid")
    assert hands.faults() == []


def test_a_delegated_step_is_neither_delegated_again_nor_signed(hands: Hands) -> None:
    hands.delegate("grid")
    refusals: list[Callable[[], object]] = [
        lambda: hands.delegate("window"),
        lambda: hands.add("before", "window"),
        lambda: hands.start("all", "s0101"),
        lambda: hands.remove("grid"),
    ]
    for refused in refusals:
        with pytest.raises(ActionNotAllowed):
            refused()


def test_what_was_asked_of_a_person_stays_with_that_person_when_released(hands: Hands) -> None:
    item = hands.delegate("s0101")["work_item_id"]
    claim_work_item(hands.office, hands.actor("s0101"), ClaimWorkItem(work_item_id=item))
    release_work_item(hands.office, hands.actor("s0101"), ClaimWorkItem(work_item_id=item))
    assert (hands.asked("s0101").status, hands.asked("s0101").officer_id) == ("open", hands.officer_id("s0101"))
    assert hands.faults() == []
