"""The same request with the same key is done once, also when both come at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.organisation.declare_relative import DeclareRelative, declare_relative
from engine.errors import FormInvalid, IdempotencyConflict
from engine.office import Office
from tests.story import ANSWERS, Story

COUNT = 8


def together(count: int, work: Any) -> list[Any]:
    """What each of so many threads returned or raised, all let go at the same moment."""
    barrier = Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_a_repeated_receipt_is_told_the_first_answer_and_makes_no_second_case(own_story: Story) -> None:
    first = own_story.receive(key="k1")
    assert own_story.receive(key="k1") == first
    assert own_story.rows("SELECT count(*) FROM cases")[0][0] == 1


def test_the_same_key_in_parallel_makes_one_case_and_one_answer(own_office: Office) -> None:
    answers = together(COUNT, lambda _: Story(own_office).receive(key="same"))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert all(answer == answers[0] for answer in answers)
    assert Story(own_office).rows("SELECT count(*) FROM cases")[0][0] == 1


def test_the_same_acceptance_in_parallel_is_done_once_and_told_alike(own_story: Story) -> None:
    own_story.receive()
    item, clerk = own_story.item("acceptance"), own_story.actor("window")
    wanted = AcceptCase(work_item_id=item.id, version=item.version, idempotency_key="accept-1")
    answers = together(COUNT, lambda _: accept_case(own_story.office, clerk, wanted))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert all(answer == answers[0] for answer in answers)
    assert own_story.kinds() == ["case_received", "case_accepted"]


def test_the_same_key_with_another_content_is_refused(own_story: Story) -> None:
    own_story.receive(key="k1")
    with pytest.raises(IdempotencyConflict):
        own_story.receive(key="k1", form={**ANSWERS, "income_12m": 2})


def test_the_same_key_of_two_officers_is_two_requests(own_story: Story) -> None:
    first = own_story.receive(key="k1")
    second = Story(own_story.office).receive(key="k1", by="street")
    assert first["number"] != second["number"]


def test_a_refused_request_does_not_use_up_its_key(own_story: Story) -> None:
    with pytest.raises(FormInvalid):
        own_story.receive(key="k1", form={})
    with pytest.raises(FormInvalid):
        own_story.receive(key="k1", form={})
    assert own_story.receive(key="k1")["outcome"] == "received"


def test_the_remembered_answer_is_not_readable(own_story: Story) -> None:
    own_story.receive(key="k1")
    with own_story.office.database.connect() as connection:
        kept = bytes(connection.execute(text("SELECT answer_cipher FROM idempotency")).scalar_one())
    assert own_story.password.encode() not in kept
    assert own_story.office.sealer.decrypt_json(kept)["query_password"] == own_story.password


def test_what_a_request_said_cannot_be_found_out_by_hashing_guesses(own_story: Story) -> None:
    clerk = own_story.actor("window")
    guessed = DeclareRelative(id_number=ANSWERS["applicant_id"], relation="spouse", idempotency_key="relative-1")
    declare_relative(own_story.office, clerk, guessed)
    (row,) = own_story.rows("SELECT body_hash FROM idempotency WHERE key = 'relative-1'")
    assert bytes(row.body_hash) != guessed.body_hash()
