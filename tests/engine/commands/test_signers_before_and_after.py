"""Further signatures on a step (前加签、后加签、减签): advice before the decision, agreement before it takes effect."""

from __future__ import annotations

import pytest

from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.claim_work_item import ClaimWorkItem, release_work_item
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.step_hands import MOST_SIGNERS
from engine.errors import ActionNotAllowed, FormInvalid, NotPermitted
from engine.office import Office
from engine.queries.case_file import case_file
from tests.hands import Hands

OTHERS = ("d01-civil_affairs", "city", "m-civil_affairs")


@pytest.fixture
def hands(office: Office) -> Hands:
    return Hands(office).at_decision()


def state(hands: Hands) -> tuple[str, str, int]:
    """How the holder's item stands, by which rule, and how many others are to act."""
    return hands.main().status, hands.step_row().sign_rule, hands.step_row().signers


# --- 前加签 -------------------------------------------------------------------------------------------------------


def test_the_holder_waits_until_the_last_signer_before_has_signed(hands: Hands) -> None:
    hands.add("before", *OTHERS[:2])
    assert state(hands) == ("waiting", "", 2)
    with pytest.raises(ActionNotAllowed):
        hands.finish("grant")
    hands.sign(OTHERS[0])
    assert state(hands) == ("waiting", "", 1)
    hands.sign(OTHERS[1], "disagree", "收入证明存疑")
    assert state(hands) == ("claimed", "", 0)
    assert hands.faults() == []
    assert hands.finish("grant")["result"] == "granted"
    assert hands.faults() == []


def test_advice_is_seen_by_the_holder_on_the_file_and_nowhere_in_clear(hands: Hands) -> None:
    hands.add("before", OTHERS[0])
    hands.sign(OTHERS[0], "disagree", "收入证明存疑")
    steps = case_file(hands.office, hands.actor("district"), hands.number).steps
    advice = [(step.part, step.decision_label, step.opinion) for step in steps if step.part != "main"]
    assert advice == [("before", "不同意", "收入证明存疑")]
    assert "存疑" not in str([event.payload for event in hands.events()])


def test_more_signers_may_be_asked_while_the_first_still_ponder(hands: Hands) -> None:
    hands.add("before", OTHERS[0])
    hands.add("before", OTHERS[1])
    assert state(hands) == ("waiting", "", 2)
    for name in OTHERS[:2]:
        hands.sign(name)
    assert state(hands) == ("claimed", "", 0)
    assert hands.faults() == []


def test_a_signer_struck_off_last_gives_the_step_back(hands: Hands) -> None:
    hands.add("before", *OTHERS[:2])
    hands.remove(OTHERS[0])
    assert state(hands) == ("waiting", "", 1)
    hands.remove(OTHERS[1])
    assert state(hands) == ("claimed", "", 0)
    assert hands.faults() == []


# --- 后加签 -------------------------------------------------------------------------------------------------------


def test_a_decision_takes_effect_when_everybody_asked_after_agreed(hands: Hands) -> None:
    hands.add("after", *OTHERS[:2])
    assert state(hands) == ("claimed", "", 2)
    assert {row.status for row in hands.hands() if row.part == "after"} == {"waiting"}
    answer = hands.finish("refuse", opinion="收入超过标准")
    assert (answer["result"], answer["status"], answer["opened"]) == (None, "in_process", [])
    assert state(hands) == ("waiting", "", 2)
    assert hands.case().decided_at is None
    assert hands.faults() == []
    hands.sign(OTHERS[0])
    answer = hands.sign(OTHERS[1])
    assert (answer["result"], hands.case().status) == ("refused", "closed")
    assert hands.faults() == []


def test_the_step_is_recorded_as_the_holders_and_the_paper_bears_the_holders_body(hands: Hands) -> None:
    hands.add("after", "city")
    hands.finish("refuse", opinion="收入超过标准")
    number = hands.sign("city")["notice"]
    main, step, event = (
        hands.main(),
        hands.step_row(),
        next(e for e in reversed(hands.events()) if "closed" in e.payload),
    )
    assert (main.status, main.officer_id, main.decision) == ("done", hands.officer_id("district"), "refuse")
    assert (step.status, step.decision, step.signers) == ("done", "refuse", 0)
    assert (event.kind, event.payload["item"], event.payload["by"]) == ("work_item_signed", main.id, main.officer_id)
    assert (event.payload["part"], event.payload["said"]) == ("after", "agree")
    body = hands.rows(
        "SELECT o.short_name FROM posts p JOIN organisations o ON o.id = p.organisation_id WHERE p.id = :p",
        p=main.post_id,
    )
    assert number.startswith(body[0].short_name)
    notice = hands.rows("SELECT facts_cipher FROM notices WHERE case_id = :case AND kind = 'refusal'")[0]
    assert hands.office.sealer.decrypt_json(notice.facts_cipher)["reason"] == "收入超过标准"


def test_nothing_is_announced_before_the_last_signature(hands: Hands) -> None:
    hands.add("after", OTHERS[0])
    told = "SELECT count(*) AS n FROM outbox WHERE case_id = :case AND kind = 'case_decided'"
    hands.finish("grant")
    assert hands.rows(told)[0].n == 0
    hands.sign(OTHERS[0])
    assert hands.rows(told)[0].n == 1


def test_one_who_disagrees_gives_the_step_back_with_the_reason(hands: Hands) -> None:
    hands.add("after", *OTHERS)
    hands.finish("grant", opinion="符合条件")
    with pytest.raises(FormInvalid, match=r"\S"):
        hands.sign(OTHERS[0], "disagree")
    hands.sign(OTHERS[0], "disagree", "应先核实存款")
    assert state(hands) == ("claimed", "", 0)
    assert hands.main().decision is None
    assert [row.status for row in hands.hands() if row.part == "after"] == ["done", "cancelled", "cancelled"]
    steps = case_file(hands.office, hands.actor("district"), hands.number).steps
    assert "应先核实存款" in [step.opinion for step in steps]
    assert "符合条件" not in [step.opinion for step in steps]
    assert hands.faults() == []
    assert hands.finish("refuse")["result"] == "refused"
    assert hands.faults() == []


def test_what_the_holder_wrote_before_a_disagreement_is_kept_as_a_draft(hands: Hands) -> None:
    hands.add("after", OTHERS[0])
    hands.finish("grant", opinion="符合条件")
    hands.sign(OTHERS[0], "disagree", "应先核实存款")
    draft = hands.rows("SELECT body_cipher FROM case_personal WHERE case_id = :case AND part LIKE 'draft:%'")[0]
    assert hands.office.sealer.decrypt_json(draft.body_cipher)["opinion"] == "符合条件"


def test_striking_off_the_last_signer_after_the_decision_completes_the_step(hands: Hands) -> None:
    hands.add("after", *OTHERS[:2])
    hands.finish("grant")
    hands.sign(OTHERS[0])
    answer = hands.remove(OTHERS[1])
    assert (answer["result"], hands.step_row().decision) == ("granted", "grant")
    assert hands.kinds()[-1] == "signer_removed"
    assert hands.faults() == []


def test_striking_off_a_signer_after_who_was_not_asked_yet_changes_nothing_for_the_holder(hands: Hands) -> None:
    hands.add("after", *OTHERS[:2])
    hands.remove(OTHERS[0])
    hands.remove(OTHERS[1])
    assert state(hands) == ("claimed", "", 0)
    assert hands.finish("grant")["result"] == "granted"
    assert hands.faults() == []


def test_answers_given_before_the_signatures_become_facts_when_the_step_closes(office: Office) -> None:
    hands = Hands(office).at_opinion()
    hands.add("after", "s0101")
    hands.finish(opinion="同意上报")
    read = "SELECT facts FROM case_states WHERE case_id = :case"
    assert "monthly_amount" not in hands.rows(read)[0].facts["form"]
    hands.sign("s0101")
    steps = case_file(hands.office, hands.actor("street"), hands.number).steps
    done = next(step for step in steps if step.node_id == "opinion" and step.part == "main")
    assert (done.status, done.opinion) == ("done", "同意上报")
    assert "opinion" not in hands.open_nodes()
    assert hands.faults() == []


def test_signers_before_and_after_may_be_asked_on_the_same_step(hands: Hands) -> None:
    hands.add("after", OTHERS[0])
    hands.add("before", OTHERS[1])
    assert state(hands) == ("waiting", "", 2)
    with pytest.raises(ActionNotAllowed):
        hands.sign(OTHERS[0])
    hands.sign(OTHERS[1])
    assert state(hands) == ("claimed", "", 1)
    hands.finish("grant")
    hands.sign(OTHERS[0])
    assert hands.step_row().decision == "grant"
    assert hands.faults() == []


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [(), ("city", "city"), ("district",), ("supervisor",), ("city", "d01-veterans")])
def test_one_to_twenty_present_colleagues_are_asked_each_once_and_never_the_holder(
    hands: Hands, names: tuple[str, ...]
) -> None:
    for place in ("before", "after"):
        with pytest.raises(FormInvalid) as refused:
            hands.add(place, *names)
        assert "officers" in refused.value.detail["errors"]
    assert state(hands)[2] == 0


def test_more_than_twenty_are_too_many(hands: Hands) -> None:
    many = AddSigner(work_item_id=hands.main().id, place="before", officers=tuple(range(1, MOST_SIGNERS + 2)))
    with pytest.raises(FormInvalid, match=r"\S"):
        add_signer(hands.office, hands.actor("district"), many)


def test_whoever_is_asked_already_is_not_asked_twice(hands: Hands) -> None:
    hands.add("before", "city")
    with pytest.raises(FormInvalid):
        hands.add("before", "city")


def test_a_place_nobody_knows_is_refused(hands: Hands) -> None:
    with pytest.raises(FormInvalid):
        hands.add("beside", "city")


def test_only_the_person_asked_signs_and_only_once(hands: Hands) -> None:
    item = hands.add("before", "city")["work_items"][0]
    with pytest.raises(NotPermitted):
        sign_work_item(hands.office, hands.actor("m-civil_affairs"), SignWorkItem(work_item_id=item, decision="agree"))
    hands.sign("city")
    with pytest.raises(ActionNotAllowed) as refused:
        hands.sign("city")
    assert (refused.value.detail["rule"], hands.asked("city").id) == ("work_status", item)


@pytest.mark.parametrize("decision", ["", "grant", "perhaps"])
def test_advice_is_agreement_or_disagreement(hands: Hands, decision: str) -> None:
    hands.add("before", "city")
    with pytest.raises(FormInvalid):
        hands.sign("city", decision)


def test_a_signature_given_cannot_be_struck_off(hands: Hands) -> None:
    hands.add("before", *OTHERS[:2])
    hands.sign(OTHERS[0])
    with pytest.raises(ActionNotAllowed) as refused:
        hands.remove(OTHERS[0])
    assert refused.value.detail["rule"] == "not_pending"
    with pytest.raises(FormInvalid):
        hands.remove(OTHERS[1], reason="")


def test_the_holder_signs_nothing_as_a_signer_and_removes_nobody_where_nobody_is_asked(hands: Hands) -> None:

    with pytest.raises(ActionNotAllowed) as refused:
        sign_work_item(
            hands.office, hands.actor("district"), SignWorkItem(work_item_id=hands.main().id, decision="agree")
        )
    assert refused.value.detail["rule"] == "part"
    hands.add("before", "city")
    asked = hands.asked("city").id
    hands.sign("city")
    with pytest.raises(ActionNotAllowed) as refused:
        hands.remove("city", signer=asked)
    assert refused.value.detail["rule"] == "no_signers"


def test_a_step_that_asks_others_is_neither_released_nor_passed_on_to_nobody_in_particular(hands: Hands) -> None:

    hands.add("after", "city")
    with pytest.raises(ActionNotAllowed) as refused:
        release_work_item(hands.office, hands.actor("district"), ClaimWorkItem(work_item_id=hands.main().id))
    assert refused.value.detail["rule"] == "signers_pending"
    city_post = hands.asked("city").post_id
    for to in ("", "city"):
        with pytest.raises(FormInvalid):
            hands.transfer(city_post, to)
    hands.transfer(city_post, "m-civil_affairs")
    hands.boss = "m-civil_affairs"
    hands.finish("grant")
    hands.sign("city")
    assert hands.main().officer_id == hands.officer_id("m-civil_affairs")
    assert hands.faults() == []
