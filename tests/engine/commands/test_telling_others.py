"""Others are told of a case (抄送、催办、督办): they may know of it, hurry it, or demand an answer, and change nothing in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine.commands.answer_supervision import AnswerSupervision, answer_supervision
from engine.commands.close_supervision import CloseSupervision, close_supervision
from engine.commands.copy_case import CopyCase, ReadCopy, copy_case, mark_copy_read
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.relay_outbox import RelayOutbox, relay_outbox
from engine.commands.urge_case import UrgeCase, urge_case
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.office import Office
from engine.office.redating import redated
from engine.policy.actors import SYSTEM
from engine.policy.dating import Dating
from engine.queries.case_file import case_file
from engine.queries.my_copies import my_copies
from engine.queries.supervision_orders import supervision_orders
from engine.queries.timeline import case_timeline
from engine.queries.worklist import WorklistFilter, worklist
from tests.hands import Hands

OUTSIDER = "d01-veterans"  # an officer whose posts see none of the example's cases


@pytest.fixture
def hands(office: Office) -> Hands:
    return Hands(office).at_opinion()


def copy(hands: Hands, *names: str, by: str = "street", note: str = "请关注") -> dict[str, Any]:
    officers = hands.officer_ids(*names)
    return copy_case(hands.office, hands.actor(by), CopyCase(case_number=hands.number, officers=officers, note=note))


def urge(hands: Hands, by: str = "window") -> dict[str, Any]:
    return urge_case(hands.office, hands.actor(by), UrgeCase(case_number=hands.number, for_applicant=True))


def order(hands: Hands, by: str = "supervisor", **request: Any) -> dict[str, Any]:
    wanted = OrderSupervision(case_number=hands.number, **{"matter": "说明超期原因", **request})
    return order_supervision(hands.office, hands.actor(by), wanted)


def answer(hands: Hands, order_id: int, by: str = "street", text_: str = "已安排入户") -> dict[str, Any]:
    wanted = AnswerSupervision(case_number=hands.number, order_id=order_id, answer=text_)
    return answer_supervision(hands.office, hands.actor(by), wanted)


def close(
    hands: Hands, order_id: int, *, satisfied: bool = True, by: str = "supervisor", **request: Any
) -> dict[str, Any]:
    wanted = CloseSupervision(case_number=hands.number, order_id=order_id, satisfied=satisfied, **request)
    return close_supervision(hands.office, hands.actor(by), wanted)


# --- 抄送 ---------------------------------------------------------------------------------------------------------


def test_a_copy_opens_the_case_to_whom_it_was_sent_and_to_nobody_else(hands: Hands) -> None:
    with pytest.raises(NotFound):
        case_file(hands.office, hands.actor(OUTSIDER), hands.number)
    copy(hands, OUTSIDER)
    assert case_file(hands.office, hands.actor(OUTSIDER), hands.number).header.number == hands.number
    with pytest.raises(NotFound):
        case_file(hands.office, hands.actor("d01-housing"), hands.number)
    with pytest.raises(NotFound):
        urge(hands, OUTSIDER)
    assert hands.faults() == []


def test_my_copies_show_the_note_the_unread_first_and_the_name_masked(own_office: Office) -> None:
    first, second = Hands(own_office).at_opinion(), Hands(own_office).at_opinion()
    copy(first, OUTSIDER, note="请核对优抚身份")
    copy(second, OUTSIDER, note="")
    me = first.actor(OUTSIDER)
    mark_copy_read(own_office, me, ReadCopy(case_number=second.number))
    lines = my_copies(own_office, me)
    assert [(line.case_number, line.note, line.read_at is None) for line in lines] == [
        (first.number, "请核对优抚身份", True),
        (second.number, "", False),
    ]
    assert all("秀英" not in line.applicant_name for line in lines)
    assert my_copies(own_office, first.actor("city")) == ()


def test_a_case_copied_again_is_unread_again(hands: Hands) -> None:
    copy(hands, OUTSIDER)
    read = ReadCopy(case_number=hands.number)
    mark_copy_read(hands.office, hands.actor(OUTSIDER), read)
    with pytest.raises(NotFound):
        mark_copy_read(hands.office, hands.actor(OUTSIDER), read)
    copy(hands, OUTSIDER, "city")
    mark_copy_read(hands.office, hands.actor(OUTSIDER), read)
    copies = hands.rows("SELECT * FROM case_copies WHERE case_id = :case")
    assert len(copies) == 2


@pytest.mark.parametrize("names", [(), ("street",), ("city", "city"), ("policy",), ("auditor", "city")])
def test_copies_go_to_colleagues_whose_duty_it_is_to_read_cases(hands: Hands, names: tuple[str, ...]) -> None:
    with pytest.raises(FormInvalid) as refused:
        copy(hands, *names)
    assert "officers" in refused.value.detail["errors"]


def test_no_copy_goes_to_the_applicants_own_relative(own_office: Office) -> None:
    hands = Hands(own_office).at_opinion()
    declared = (
        "INSERT INTO officer_relatives (officer_id, identity_index, relation, declared_at)"
        " SELECT :me, applicant_index, '父母', now() FROM cases WHERE id = :case"
    )
    with own_office.database.begin() as connection:
        connection.execute(text(declared), {"me": hands.officer_id("city"), "case": hands.case_id})
    with pytest.raises(FormInvalid):
        copy(hands, "city")


def test_only_those_whose_scope_holds_the_case_copy_it(hands: Hands) -> None:
    for by in (OUTSIDER, "policy"):
        with pytest.raises((NotFound, NotPermitted)):
            copy(hands, "city", by=by)


# --- 催办 ---------------------------------------------------------------------------------------------------------


def test_a_case_is_urged_once_a_day_and_the_worklist_shows_it(own_office: Office) -> None:
    hands = Hands(own_office).at_opinion()
    answered = urge(hands)
    assert answered["posts"] == [hands.main().post_id, *[i.post_id for i in hands.items() if i.node_id == "publicity"]]
    with pytest.raises(ActionNotAllowed) as refused:
        urge(hands, "street")
    assert refused.value.detail["rule"] == "urged_today"
    lines = worklist(own_office, hands.actor("street"), WorklistFilter()).page.lines
    assert next(line.urged_at for line in lines if line.case_number == hands.number) == own_office.clock.now()
    assert hands.faults() == []
    own_office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    urge(hands)
    assert len(hands.rows("SELECT * FROM urgings WHERE case_id = :case AND for_applicant")) == 2


def test_the_holders_mailbox_is_told(own_office: Office) -> None:

    hands = Hands(own_office).at_opinion()
    urge(hands)
    while relay_outbox(own_office, SYSTEM, RelayOutbox())["sent"]:
        pass
    told = hands.rows("SELECT text FROM outbox_deliveries WHERE case_id = :case AND receiver = 'officer'")
    assert [row.text for row in told] == [f"办件{hands.number}被催办，请尽快办理。"]


def test_a_closed_case_is_not_urged(hands: Hands) -> None:
    hands.finish()
    hands.complete("publicity")
    hands.complete("district_decision", "refuse")
    with pytest.raises(ActionNotAllowed) as refused:
        urge(hands)
    assert refused.value.detail["rule"] == "status"


# --- 督办 ---------------------------------------------------------------------------------------------------------


def test_an_order_is_numbered_dated_in_working_days_and_written_on_paper(hands: Hands) -> None:
    ordered = order(hands)
    assert "督〔2026〕" in ordered["number"]
    assert ordered["reply_due_at"] == datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC)  # Monday and three working days
    row = hands.rows("SELECT * FROM notices WHERE case_id = :case AND kind = 'supervision_order'")[0]
    facts = hands.office.sealer.decrypt_json(row.facts_cipher)
    assert (row.number, facts["matter"], facts["reply_by"]) == (ordered["number"], "说明超期原因", "2026-03-05")
    assert facts["holder"].endswith("街道审核岗、云溪市青石区石板街道石板路社区居民委员会综合窗口")
    issuer = hands.rows(
        "SELECT o.name FROM post_holdings h JOIN posts p ON p.id = h.post_id JOIN organisations o"
        " ON o.id = p.organisation_id WHERE h.officer_id = :me",
        me=hands.officer_id("supervisor"),
    )
    assert facts["body_name"] in {row.name for row in issuer}
    assert "超期" not in str(hands.events()[-1].payload)
    assert hands.faults() == []


def test_orders_of_a_series_are_numbered_one_after_the_other(own_office: Office) -> None:
    hands = Hands(own_office).at_opinion()
    numbers = [order(hands)["number"] for _ in range(3)]
    assert [number[-2:] for number in numbers] == ["1号", "2号", "3号"]


def test_an_answer_that_does_not_satisfy_is_asked_for_again_and_nothing_is_overwritten(hands: Hands) -> None:
    order_id = order(hands)["order_id"]
    answer(hands, order_id)
    with pytest.raises(FormInvalid):
        close(hands, order_id, satisfied=False)
    hands.office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    again = close(hands, order_id, satisfied=False, remark="没有说明原因", reply_working_days=1)
    assert (again["status"], again["reply_due_at"]) == ("issued", datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC))
    hands.office.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    assert [one.is_late for one in supervision_orders(hands.office, hands.actor("supervisor"), hands.number)] == [True]
    assert answer(hands, order_id, text_="因材料核对延误")["in_time"] is False
    assert close(hands, order_id, remark="同意")["status"] == "closed"
    (one,) = supervision_orders(hands.office, hands.actor("street"), hands.number)
    assert [(r.kind, r.text) for r in one.rounds] == [
        ("answer", "已安排入户"),
        ("remark", "没有说明原因"),
        ("answer", "因材料核对延误"),
        ("remark", "同意"),
    ]
    assert (one.status, one.matter, one.is_late) == ("closed", "说明超期原因", False)
    assert hands.faults() == []


@pytest.mark.parametrize("days", [0, 31, -1])
def test_the_reply_limit_is_one_to_thirty_working_days(hands: Hands, days: int) -> None:
    with pytest.raises(FormInvalid):
        order(hands, reply_working_days=days)
    with pytest.raises(FormInvalid):
        order(hands, matter=" ")


def test_supervisors_order_and_close_and_staff_answer(hands: Hands) -> None:
    with pytest.raises((NotFound, NotPermitted)):
        order(hands, by="street")
    order_id = order(hands)["order_id"]
    with pytest.raises((NotFound, NotPermitted)):
        answer(hands, order_id, by="supervisor")
    answer(hands, order_id)
    with pytest.raises((NotFound, NotPermitted)):
        close(hands, order_id, by="street")


def test_only_an_open_order_is_answered_and_only_an_answered_one_closed(hands: Hands) -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        answer(hands, 1)
    assert refused.value.detail["rule"] == "no_order"
    first, second = order(hands)["order_id"], order(hands)["order_id"]
    with pytest.raises(ActionNotAllowed) as refused:
        close(hands, first)
    assert refused.value.detail["rule"] == "no_answer"
    answer(hands, first)
    for wrong in (lambda: close(hands, second), lambda: answer(hands, first), lambda: answer(hands, 10**9)):
        with pytest.raises(ActionNotAllowed) as refused:
            wrong()
        assert refused.value.detail["rule"] == "order_status"


def test_an_order_outlives_the_case_it_was_given_for(hands: Hands) -> None:
    order_id = order(hands)["order_id"]
    hands.finish()
    hands.complete("publicity")
    hands.complete("district_decision", "refuse")
    answer(hands, order_id)
    assert close(hands, order_id)["status"] == "closed"
    assert hands.faults() == []


def test_every_event_of_these_verbs_is_told_in_words(hands: Hands) -> None:
    copy(hands, OUTSIDER)
    urge(hands)
    order_id = order(hands)["order_id"]
    answer(hands, order_id)
    close(hands, order_id, satisfied=False, remark="补充")
    hands.delegate("grid")
    hands.recall()
    hands.delegate("grid")
    hands.hand_back("grid")
    hands.add("before", "grid", "window")
    hands.sign("grid", "disagree", "收入不实")
    hands.remove("window")
    hands.transfer(hands.main().post_id, "s0101")
    hands.boss = "s0101"
    hands.start("all", "street")
    hands.finish()
    hands.sign("street", "")
    lines = case_timeline(hands.office, hands.actor("street"), hands.number)
    assert "流程记录" not in {line.title for line in lines}
    told = {line.title for line in lines}
    assert {"转办", "委派", "交回", "收回委派", "前加签", "减签", "会签", "签署意见", "抄送", "催办", "督办"} <= told
    assert hands.faults() == []


def test_the_reply_limit_of_an_order_sent_back_runs_from_then_and_is_not_stopped_by_the_first_answer(
    own_office: Office,
) -> None:
    hands = Hands(own_office).at_opinion()
    clock: Any = own_office.clock
    order_id = order(hands)["order_id"]
    answer(hands, order_id)
    clock.advance(timedelta(days=14))
    due_at = close(hands, order_id, satisfied=False, remark="请补充", reply_working_days=2)["reply_due_at"]
    (view,) = (c for c in case_file(own_office, hands.actor("street"), hands.number).clocks if c.kind == "reply")
    assert (view.due_at, view.is_stopped, view.is_overdue) == (due_at, False, False)
    with own_office.unit_of_work() as uow:
        (case,), parts = uow.redatings.batch(0, 5, lock=False)
        shelf = own_office.references.calendar(uow.definitions)
        shelved = own_office.definitions.by_id(uow.definitions, case.version_id)
        rows = {name: found.get(case.id, []) for name, found in parts.items()}
        assert redated(case, shelved.definition, rows, Dating(shelf.calendar)).others == ()
    assert hands.faults() == []
