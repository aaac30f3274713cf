"""What is told around a case is held against its events too: supervision orders, copies and urgings."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.commands.answer_supervision import AnswerSupervision, answer_supervision
from engine.commands.copy_case import CopyCase, copy_case
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.urge_case import UrgeCase, urge_case
from tests.hands import Hands


@pytest.fixture
def told(office):
    story = Hands(office).at_opinion()
    street = story.actor("street")
    urge_case(office, story.actor("window"), UrgeCase(case_number=story.number))
    copy_case(office, street, CopyCase(case_number=story.number, officers=(story.actor("window").officer_id,)))
    order = order_supervision(
        office, story.actor("supervisor"), OrderSupervision(case_number=story.number, matter="请说明")
    )

    answer = AnswerSupervision(case_number=story.number, order_id=order["order_id"], answer="已办")
    answer_supervision(office, street, answer)
    return story


def test_a_case_urged_copied_and_supervised_is_sound(told):
    assert told.faults() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE supervision_orders SET status = 'closed' WHERE case_id = :case",
        "UPDATE supervision_orders SET reply_due_at = reply_due_at + interval '1 day' WHERE case_id = :case",
        "DELETE FROM supervision_orders WHERE case_id = :case",
        "DELETE FROM case_copies WHERE case_id = :case",
        "UPDATE case_copies SET officer_id = officer_id + 1 WHERE case_id = :case",
        "DELETE FROM urgings WHERE case_id = :case",
        "INSERT INTO urgings (case_id, urged_by, urged_at, for_applicant)"
        " SELECT case_id, urged_by, urged_at + interval '1 hour', false FROM urgings WHERE case_id = :case",
    ],
)
def test_a_difference_planted_silently_is_found(told, sql):
    with told.office.database.begin() as connection:
        assert connection.execute(text(sql), {"case": told.case_id}).rowcount
    assert len(told.faults()) == 1
