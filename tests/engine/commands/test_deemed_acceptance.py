"""Nobody answered in time (视为受理, R3): by law the application is accepted from the day it came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.errors import ActionNotAllowed
from engine.queries.case_file import case_file
from engine.queries.due_work import cases_to_review
from tests.story import Story

ONE_MISSING = {"identity_card": "paper"}


def deemed(story: Story) -> Story:
    """Received on Monday 2 March 2026; five working days end on Monday 9 March."""
    story.receive(documents=ONE_MISSING)
    story.at(3, 10).review()
    return story


def test_the_application_is_accepted_from_the_day_it_came(story: Story) -> None:
    deemed(story)
    case = story.case()
    assert (case.status, case.deemed_accepted, case.accepted_at) == ("in_process", True, case.received_at)
    assert local_date(case.promised_due_at).isoformat() == "2026-03-30"
    assert local_date(case.statutory_due_at).isoformat() == "2026-04-14"
    assert story.open_nodes() == ["acceptance"]
    assert "acceptance_deemed" in story.kinds()
    assert story.faults() == []


def test_the_last_day_still_belongs_to_the_office(own_story: Story) -> None:
    story = own_story
    story.receive()
    story.at(3, 6).review()
    story.office.clock.at = story.case().acceptance_due_at  # type: ignore[attr-defined]
    assert story.review()["status"] == "received"
    assert cases_to_review(story.office, 10) == []
    story.office.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    assert cases_to_review(story.office, 10) == [story.case_id]
    assert story.review()["status"] == "in_process"


def test_applicant_and_supervision_are_told_once(story: Story) -> None:
    deemed(story).review()
    story.review()
    told = story.rows("SELECT receiver FROM outbox WHERE case_id = :case AND kind = 'acceptance_deemed' ORDER BY id")
    assert [row.receiver for row in told] == ["applicant", "supervision"]
    assert story.kinds().count("acceptance_deemed") == 1


def test_an_answer_in_time_leaves_nothing_to_deem(story: Story) -> None:
    story.receive()
    story.accept()
    story.at(3, 10).review()
    assert not story.case().deemed_accepted


def test_after_a_correction_it_counts_from_the_day_everything_was_there(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    item = story.item("acceptance").id
    request_correction(story.office, story.actor("window"), RequestCorrection(work_item_id=item))
    story.at(3, 4)
    brought = SupplyCorrection(work_item_id=item, documents={"income_statement": "paper"})
    supply_correction(story.office, story.actor("window"), brought)
    story.at(3, 11).review()
    assert story.case().status == "received"
    story.at(3, 12).review()
    case = story.case()
    assert (case.status, case.accepted_at) == ("in_process", case.supplied_at)
    assert local_date(case.promised_due_at).isoformat() == "2026-04-01"
    assert story.faults() == []


def test_a_person_completes_the_step_and_writes_the_notice(story: Story) -> None:
    deemed(story)
    answer = story.complete("acceptance")
    assert answer["notice"].endswith("号")
    assert story.open_nodes() == ["joint_check", "joint_check"]
    (notice,) = story.rows("SELECT kind, facts_cipher FROM notices WHERE case_id = :case AND kind = 'acceptance'")
    facts = story.office.sealer.decrypt_json(notice.facts_cipher)
    assert (notice.kind, facts["accepted_on"], facts["due_on"]) == ("acceptance", "2026-03-02", "2026-03-30")
    (step,) = story.rows("SELECT decision FROM steps WHERE case_id = :case AND node_id = 'acceptance'")
    assert step.decision == "accept"
    assert story.faults() == []


def test_what_is_missing_stays_missing_and_is_shown(story: Story) -> None:
    deemed(story).complete("acceptance")
    file = case_file(story.office, story.actor("window"), story.number)
    assert {d.id: d.status for d in file.documents}["income_statement"] == "missing"
    assert any("视为受理" in line.text for line in file.timeline)


def test_it_goes_on_to_its_end_like_any_other(story: Story) -> None:
    deemed(story).complete("acceptance")
    for node in ("joint_check", "joint_check", "opinion", "publicity", "district_decision"):
        story.complete(node)
    story.issue()
    story.deliver()
    assert story.case().status == "closed"
    assert story.faults() == []


def test_it_can_no_longer_be_accepted_or_sent_for_correction(story: Story) -> None:
    deemed(story)
    item = story.item("acceptance").id
    for verb, request in (
        (accept_case, AcceptCase(work_item_id=item)),
        (request_correction, RequestCorrection(work_item_id=item)),
    ):
        with pytest.raises(ActionNotAllowed) as refusal:
            verb(story.office, story.actor("window"), request)
        assert refusal.value.detail["rule"] == "status"
