"""Several decide together (会签、或签、票签): one voice each, done once the outcome stands, and done exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.errors import ActionNotAllowed, CaseworkError, FormInvalid
from engine.office import Office
from tests.hands import AMOUNT, Hands
from tests.story import example_as, publish

OTHERS = ("d01-civil_affairs", "city", "m-civil_affairs")


@pytest.fixture
def hands(office: Office) -> Hands:
    return Hands(office).at_decision()


def parts(hands: Hands) -> list[tuple[str, str, str | None]]:
    return [(row.part, row.status, row.decision) for row in hands.hands()]


def vote(hands: Hands, ballot: dict[str, str]) -> dict[str, Any]:
    """The ballot cast in this order, as far as the step asks for it; the last answer."""
    answer: dict[str, Any] = {}
    for name, decision in ballot.items():
        assert hands.step_row().status == "open"
        answer = hands.finish(decision) if name == hands.boss else hands.sign(name, decision)
        assert hands.faults() == []
    return answer


def test_all_must_choose_the_affirmative(hands: Hands) -> None:
    hands.start("all", *OTHERS[:2])
    assert (hands.main().status, hands.step_row().sign_rule, hands.step_row().signers) == ("claimed", "all", 2)
    answer = vote(hands, {"district": "grant", OTHERS[0]: "grant", OTHERS[1]: "grant"})
    assert (answer["result"], hands.step_row().signers) == ("granted", 0)
    assert parts(hands) == [("main", "done", "grant"), ("joint", "done", "grant"), ("joint", "done", "grant")]


def test_the_holder_may_be_the_last_to_sign(hands: Hands) -> None:
    hands.start("all", *OTHERS[:2])
    answer = vote(hands, {OTHERS[1]: "grant", OTHERS[0]: "grant", "district": "grant"})
    assert answer["result"] == "granted"
    assert hands.events()[-1].payload["part"] == "main"
    assert hands.kinds()[-1] == "work_item_completed"


def test_a_holder_who_signed_waits_for_the_others(hands: Hands) -> None:
    hands.start("all", *OTHERS[:2])
    answer = vote(hands, {"district": "grant"})
    assert (answer["opened"], answer["result"], hands.main().status) == ([], None, "waiting")
    with pytest.raises(ActionNotAllowed):
        hands.finish("grant")


def test_the_most_frequent_other_choice_stands_where_not_all_agree(hands: Hands) -> None:
    hands.start("all", *OTHERS)
    vote(hands, {OTHERS[0]: "back", "district": "back", OTHERS[1]: "refuse"})
    assert hands.step_row().status == "open", "one more signature can still make it a tie"
    answer = vote(hands, {OTHERS[2]: "refuse"})
    assert answer["result"] == "refused", "of equally many, the one drawn first"


def test_signatures_that_can_change_nothing_are_no_longer_asked_for(hands: Hands) -> None:
    hands.start("all", *OTHERS)
    answer = vote(hands, {OTHERS[0]: "refuse", OTHERS[1]: "refuse"})
    assert answer["result"] == "refused", "two more for 退回 would only make it a tie"
    assert parts(hands)[0] == ("main", "cancelled", None)
    event = hands.events()[-1]
    assert (event.payload["item"], event.payload["by"]) == (hands.asked(OTHERS[1]).id, hands.officer_id(OTHERS[1]))


@pytest.mark.parametrize("first", ["district", *OTHERS[:2]])
def test_the_first_signature_is_enough_where_one_is(hands: Hands, first: str) -> None:
    hands.start("any", *OTHERS[:2])
    vote(hands, {first: "back"})
    assert hands.step_row().decision == "back"
    assert sorted(status for _, status, _ in parts(hands)) == ["cancelled", "cancelled", "done"]


def test_a_vote_is_carried_by_its_share_of_all_signers(hands: Hands) -> None:
    assert hands.start("share:0.67", *OTHERS)["label"].startswith("票签（67%")
    vote(hands, {"district": "refuse", OTHERS[0]: "grant", OTHERS[1]: "grant"})
    assert hands.step_row().status == "open"
    assert vote(hands, {OTHERS[2]: "grant"})["result"] == "granted"
    assert [event.payload["rule"] for event in hands.events() if event.kind == "joint_signing_started"] == [
        "share:0.67"
    ]


def test_a_vote_short_of_its_share_is_lost_at_once(hands: Hands) -> None:
    hands.start("share:0.67", *OTHERS)
    answer = vote(hands, {OTHERS[0]: "refuse", OTHERS[1]: "refuse"})
    assert answer["result"] == "refused"


def test_the_paper_gives_the_holders_reason_only_where_the_holder_prevailed(hands: Hands) -> None:
    hands.start("all", OTHERS[0])
    hands.finish("grant", opinion="符合条件")
    hands.sign(OTHERS[0], "refuse", "收入超过标准")
    notice = hands.rows("SELECT facts_cipher FROM notices WHERE case_id = :case AND kind = 'refusal'")[0]
    assert hands.office.sealer.decrypt_json(notice.facts_cipher)["reason"] == "收入超过标准"


def test_a_step_that_asks_for_answers_waits_for_its_holder(office: Office) -> None:
    hands = Hands(office).at_opinion()
    hands.start("any", "s0101", "district")
    hands.sign("s0101", "")
    assert hands.step_row().status == "open"
    hands.finish("", answers=AMOUNT)
    assert hands.step_row().status == "done"
    assert hands.faults() == []


def test_a_step_without_decisions_asks_for_signatures_alone(office: Office) -> None:
    hands = Hands(office).at_opinion()
    hands.start("all", "s0101")
    with pytest.raises(FormInvalid):
        hands.sign("s0101", "agree")
    hands.finish("")
    hands.sign("s0101", "")
    assert hands.step_row().status == "done"
    assert hands.faults() == []


# --- 减签 ---------------------------------------------------------------------------------------------------------


def test_striking_off_the_one_who_had_not_signed_lets_the_outcome_stand(hands: Hands) -> None:
    hands.start("all", *OTHERS[:2])
    vote(hands, {"district": "grant", OTHERS[0]: "grant"})
    assert hands.remove(OTHERS[1])["result"] == "granted"
    assert (hands.main().status, hands.step_row().decision, hands.kinds()[-1]) == ("done", "grant", "signer_removed")
    assert hands.faults() == []


def test_striking_off_everybody_leaves_the_holder_alone_as_before(hands: Hands) -> None:
    hands.start("all", *OTHERS[:2])
    hands.remove(OTHERS[0])
    hands.remove(OTHERS[1])
    assert (hands.main().status, hands.step_row().sign_rule, hands.step_row().signers) == ("claimed", "", 0)
    hands.add("before", OTHERS[0])
    assert hands.faults() == []


def test_others_may_still_carry_it_after_one_is_struck_off(hands: Hands) -> None:
    hands.start("share:0.60", *OTHERS)
    vote(hands, {OTHERS[0]: "grant", OTHERS[1]: "grant"})
    assert hands.remove(OTHERS[2])["result"] == "granted"
    assert parts(hands)[0] == ("main", "done", None)
    assert hands.faults() == []


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["", "most", "share:0.50", "share:1.20", "delegate"])
def test_only_rules_that_can_be_counted_start_a_signing(hands: Hands, rule: str) -> None:
    with pytest.raises(FormInvalid):
        hands.start(rule, OTHERS[0])


def test_a_decision_is_signed_jointly_only_by_those_who_may_decide_it(hands: Hands) -> None:
    for name in ("window", "street", "grid"):
        with pytest.raises(FormInvalid):
            hands.start("all", name)


def test_a_step_signed_jointly_is_not_signed_otherwise_at_the_same_time(hands: Hands) -> None:
    hands.start("all", OTHERS[0])
    for refused in (
        lambda: hands.start("any", OTHERS[1]),
        lambda: hands.add("after", OTHERS[1]),
        lambda: hands.delegate(OTHERS[1]),
        lambda: hands.transfer(hands.main().post_id, OTHERS[0]),
    ):
        with pytest.raises(ActionNotAllowed) as told:
            refused()
        assert told.value.detail["rule"] == "joint_running"
    hands.remove(OTHERS[0])
    hands.start("any", OTHERS[1])


def test_a_joint_signer_chooses_one_of_the_steps_own_buttons(hands: Hands) -> None:
    hands.start("all", OTHERS[0])
    with pytest.raises(FormInvalid, match="确认（grant）"):
        hands.sign(OTHERS[0], "agree")


def test_who_handled_the_case_does_not_decide_it_with_others(own_office: Office) -> None:
    separated = {"recertify: 每年复核": "recertify: 每年复核\nseparate_approval: true"}
    publish(own_office, example_as("MZ-902", "mz-902-separated", separated))
    hands = Hands(own_office)
    hands.receive(item="mz-902-separated")
    hands.accept()
    hands.step, hands.boss = "joint_check", "consult"
    for _ in range(2):
        hands.complete("joint_check")
    hands.step, hands.boss = "opinion", "street"
    hands.delegate("d01-civil_affairs")
    hands.hand_back("d01-civil_affairs")
    hands.finish()
    hands.complete("publicity")
    hands.step, hands.boss = "district_decision", "district"
    hands.start("all", "d01-civil_affairs", "city")
    with pytest.raises(ActionNotAllowed) as refused:
        hands.sign("d01-civil_affairs", "grant")
    assert refused.value.detail["rule"] == "separation"
    hands.remove("d01-civil_affairs")
    hands.sign("city", "grant")
    assert hands.finish("grant")["result"] == "granted"


# --- at the same instant ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "decided"), [("all", "grant"), ("share:0.51", "grant")])
def test_signers_at_the_same_instant_all_count_and_close_the_step_once(
    own_office: Office, rule: str, decided: str
) -> None:
    for _ in range(4):
        hands = Hands(own_office).at_decision()
        hands.start(rule, *OTHERS)
        hands.finish("grant")
        told: list[str] = []

        def sign(name: str, hands: Hands = hands, told: list[str] = told) -> None:
            try:
                hands.sign(name, "grant")
            except CaseworkError as error:
                told.append(type(error).__name__)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(sign, OTHERS))
        assert hands.step_row().decision == decided
        assert sum("closed" in e.payload and "signed" in e.payload for e in hands.events()) == 1
        # Whoever came after the outcome stood is told so; under 会签 everybody was in time.
        assert told == [] if rule == "all" else set(told) <= {"ActionNotAllowed"}
        assert hands.faults() == []


def test_the_last_two_signers_after_at_the_same_instant_close_the_step_once(own_office: Office) -> None:
    for _ in range(4):
        hands = Hands(own_office).at_decision()
        hands.add("after", *OTHERS[:2])
        hands.finish("grant")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(hands.sign, OTHERS[:2]))
        assert sorted(bool(answer["opened"]) for answer in answers) == [False, True]
        assert (hands.step_row().decision, hands.step_row().signers) == ("grant", 0)
        assert hands.faults() == []
