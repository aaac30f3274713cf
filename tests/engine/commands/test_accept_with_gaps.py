"""Acceptance with documents to follow (容缺受理): promised by a date, kept or broken, never the end of the case."""

from __future__ import annotations

from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.accept_with_gaps import AcceptWithGaps, accept_with_gaps
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.queries.case_file import case_file
from engine.queries.due_work import cases_to_review
from tests.story import ANSWERS, Story

ONE_MISSING = {"identity_card": "paper"}
# The registry does not know this applicant, so no electronic licence replaces a document.
STRANGER = {**ANSWERS, "applicant_name": "赵无极", "applicant_id": "11010519491231002X"}


def gaps(story: Story) -> Story:
    """Accepted on Monday 2 March 2026 with the income statement to follow."""
    story.receive(documents=ONE_MISSING)
    story.accept_with_gaps()
    return story


def statuses(story: Story) -> list[tuple[str, str, str]]:
    rows = story.rows("SELECT kind, document_id, status FROM commitments WHERE case_id = :case ORDER BY id")
    return [(row.kind, row.document_id, row.status) for row in rows]


def document(story: Story, name: str = "income_statement") -> str:
    sql = "SELECT status FROM case_documents WHERE case_id = :case AND document_id = :name"
    return str(story.rows(sql, name=name)[0].status)


def test_the_clock_starts_and_the_document_is_promised_within_ten_working_days(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    answer = story.accept_with_gaps()
    case = story.case()
    assert (case.status, local_date(case.promised_due_at).isoformat()) == ("in_process", "2026-03-30")
    assert local_date(case.deferred_due_at).isoformat() == "2026-03-16"
    assert answer["deferred_due_at"] == case.deferred_due_at
    assert statuses(story) == [("deferred", "income_statement", "open")]
    assert document(story) == "deferred"
    assert story.faults() == []


def test_the_promise_is_a_paper_beside_the_acceptance_notice(story: Story) -> None:
    gaps(story)
    rows = story.rows("SELECT kind, number, facts_cipher FROM notices WHERE case_id = :case ORDER BY id")
    assert [row.kind for row in rows] == ["acceptance", "gap_commitment"]
    received, promised = (story.office.sealer.decrypt_json(row.facts_cipher) for row in rows)
    assert "收入说明" not in [line["title"] for line in received["documents"]]
    assert [line["title"] for line in promised["missing"]] == ["收入说明"]
    assert promised["deadline"] == "2026-03-16"
    assert promised["consequence"]


def test_a_document_that_may_not_follow_is_refused(story: Story) -> None:
    story.receive(form=STRANGER, documents={"income_statement": "paper"}, home_region="990101001001")
    with pytest.raises(ActionNotAllowed) as refusal:
        story.accept_with_gaps("identity_card", insist_reason="坚持申请")
    assert refusal.value.detail["rule"] == "not_deferrable"
    assert story.case().status == "received"


def test_every_other_document_must_be_there(story: Story) -> None:
    story.receive(form=STRANGER, documents={}, home_region="990101001001")
    with pytest.raises(ActionNotAllowed) as refusal:
        story.accept_with_gaps(insist_reason="坚持申请")
    assert refusal.value.detail["rule"] == "documents_missing"


@pytest.mark.parametrize("named", ["identity_card", "passport", "disability_card"])
def test_only_a_missing_required_document_can_follow(story: Story, named: str) -> None:
    story.receive(documents=ONE_MISSING)
    with pytest.raises(FormInvalid):
        story.accept_with_gaps(named)


def test_a_complete_application_has_no_gaps_to_accept(story: Story) -> None:
    story.receive()
    with pytest.raises(FormInvalid):
        story.accept_with_gaps()


def test_an_accepted_case_is_not_accepted_again_with_gaps(story: Story) -> None:
    gaps(story)
    held = story.rows("SELECT min(id) AS id FROM work_items WHERE case_id = :case")[0].id
    with pytest.raises(ActionNotAllowed) as refusal:
        accept_with_gaps(
            story.office, story.actor("window"), AcceptWithGaps(work_item_id=held, deferred=("income_statement",))
        )
    assert refusal.value.detail["rule"] == "status"


def test_who_does_not_hold_the_step_may_not_accept_with_gaps(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    wanted = AcceptWithGaps(work_item_id=story.item("acceptance").id, deferred=("income_statement",))
    with pytest.raises(NotPermitted):
        accept_with_gaps(story.office, story.actor("district"), wanted)


def test_what_follows_in_time_keeps_the_promise(story: Story) -> None:
    gaps(story).at(3, 10)
    answer = story.supply_deferred()
    assert (answer["missing"], answer["deferred_due_at"]) == ([], None)
    assert statuses(story) == [("deferred", "income_statement", "kept")]
    assert (document(story), story.case().deferred_due_at) == ("received", None)
    assert story.kinds()[-1] == "deferred_supplied"
    assert story.faults() == []


def test_what_was_not_deferred_is_not_supplied(story: Story) -> None:
    gaps(story)
    with pytest.raises(FormInvalid):
        story.supply_deferred("identity_card")


def test_nothing_is_supplied_where_nothing_is_owed(story: Story) -> None:
    story.receive()
    story.accept()
    with pytest.raises(ActionNotAllowed) as refusal:
        story.supply_deferred()
    assert refusal.value.detail["rule"] == "no_gaps"


def test_a_counter_elsewhere_cannot_take_the_document(story: Story) -> None:
    gaps(story)
    with pytest.raises((NotFound, NotPermitted)):
        story.supply_deferred(by="auditor")


def test_a_date_that_passed_breaks_the_promise_and_nothing_else(own_story: Story) -> None:
    story = gaps(own_story)
    story.office.clock.at = story.case().deferred_due_at  # type: ignore[attr-defined]
    assert story.review()["card"] == "none"
    assert cases_to_review(story.office, 10) == []
    story.at(3, 17)
    assert cases_to_review(story.office, 10) == [story.case_id]
    assert story.review() == {"card": "yellow", "status": "in_process"}
    assert statuses(story) == [("deferred", "income_statement", "broken")]
    assert document(story) == "deferred"
    told = "SELECT kind FROM outbox WHERE case_id = :case AND kind <> 'card_issued'"
    assert [row.kind for row in story.rows(f"{told} ORDER BY id")] == [
        "case_accepted",
        "deferred_lapsed",
        "card_changed",
    ]
    assert story.faults() == []
    before = len(story.events())
    assert cases_to_review(story.office, 10) == []
    story.review()
    assert len(story.events()) == before


def test_a_late_document_is_taken_in_and_the_broken_promise_stays(module_story: Story) -> None:
    gaps(module_story).at(3, 17)
    module_story.review()
    module_story.at(3, 18).supply_deferred()
    assert statuses(module_story) == [("deferred", "income_statement", "broken")]
    case = module_story.case()
    assert (document(module_story), case.deferred_due_at, case.card) == ("received", None, "none")
    assert module_story.faults() == []


def test_a_case_that_ends_without_its_result_asks_for_nothing_more(story: Story) -> None:
    gaps(story)
    for node in ("joint_check", "joint_check", "opinion", "publicity"):
        story.complete(node)
    story.complete("district_decision", "refuse")
    while story.case().status != "closed":
        story.deliver()
    assert statuses(story) == [("deferred", "income_statement", "dropped")]
    assert story.case().deferred_due_at is None
    assert story.faults() == []
    story.at(4, 20).review()
    assert statuses(story) == [("deferred", "income_statement", "dropped")]


def test_a_granted_case_still_waits_for_what_was_promised(story: Story) -> None:
    gaps(story)
    for node in ("joint_check", "joint_check", "opinion", "publicity", "district_decision"):
        story.complete(node)
    story.issue()
    story.deliver()
    assert story.case().status == "closed"
    story.supply_deferred()
    assert statuses(story) == [("deferred", "income_statement", "kept")]
    assert story.faults() == []


def test_the_file_shows_the_promise_its_clock_and_its_words(story: Story) -> None:
    gaps(story)
    file = case_file(story.office, story.actor("window"), story.number)
    shown: list[Any] = [(one.title, one.kind.value, one.status.value) for one in file.commitments]
    assert shown == [("收入说明", "deferred", "open")]
    (clock,) = [clock for clock in file.clocks if clock.kind == "deferred"]
    assert (clock.due_on.isoformat(), clock.basis) == ("2026-03-16", "容缺受理承诺书")
    assert clock.ledger
    assert "容缺《收入说明》，2026年3月16日前补交" in file.timeline[-1].text
