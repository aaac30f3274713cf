"""The one-time notice (一次性告知) and what the applicant brings: complete, once, dated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.errors import ActionNotAllowed, FormInvalid
from engine.queries.approvers import approvers
from engine.queries.case_file import case_file
from tests.story import ANSWERS, DOCUMENTS, Story

# The registry does not know this applicant, so no electronic licence replaces a document.
WITHOUT_LICENCES = {**ANSWERS, "applicant_name": "赵无极", "applicant_id": "11010519491231002X"}
ONE_MISSING = {"identity_card": "paper"}


def ask(story: Story, **request: Any) -> dict[str, Any]:
    wanted = RequestCorrection(work_item_id=story.item("acceptance").id, **request)
    return request_correction(story.office, story.actor("window"), wanted)


def supply(story: Story, documents: dict[str, str]) -> dict[str, Any]:
    wanted = SupplyCorrection(work_item_id=story.item("acceptance").id, documents=documents)
    return supply_correction(story.office, story.actor("window"), wanted)


def test_the_notice_lists_every_missing_document_by_itself_beside_the_faults_found(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    answer = ask(story, faults={"identity_card": "复印件不清"})
    assert {line["id"]: line["problem"] for line in answer["documents"]} == {
        "income_statement": "未提交",
        "identity_card": "复印件不清",
    }
    assert answer["status"] == "correction"
    assert local_date(answer["correction_due_at"]).isoformat() == "2026-03-16"


def test_correction_is_requested_once_only(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    ask(story)
    supply(story, {"income_statement": "paper"})
    with pytest.raises(ActionNotAllowed, match="首次未告知的理由") as refusal:
        ask(story, remarks="还要一份")
    assert refusal.value.detail["rule"] == "corrected_before"


def again(story: Story, **request: Any) -> dict[str, Any]:
    """A second notice, with the reason and the approver it needs."""
    approver = approvers(story.office, story.actor("window"), story.number)[0].officer_id
    wanted = {"second_reason": "原复印件事后发现系他人证件", "approver_id": approver, **request}
    return ask(story, faults={"identity_card": "与申请人不符"}, **wanted)


def supplied(story: Story) -> Story:
    story.receive(documents=ONE_MISSING)
    ask(story, remarks="第一次")
    story.at(3, 4)
    supply(story, {"income_statement": "paper"})
    return story


def test_a_second_notice_is_a_record_of_its_own_with_reason_and_approver(story: Story) -> None:
    supplied(story).at(3, 5)
    answer = again(story)
    assert (answer["status"], local_date(answer["correction_due_at"]).isoformat()) == ("correction", "2026-03-19")
    parts = story.rows("SELECT part, body_cipher FROM case_personal WHERE case_id = :case AND part LIKE 'step:corr%'")
    kept = {row.part: story.office.sealer.decrypt_json(row.body_cipher) for row in parts}
    assert kept["step:correction"]["remarks"] == "第一次"
    assert kept["step:correction:2"]["second_reason"] == "原复印件事后发现系他人证件"
    event = story.events()[-1]
    assert (event.kind, event.payload["round"]) == ("correction_requested", 2)
    assert event.payload["approver"]
    assert "复印件" not in str(event.payload)
    assert len(story.rows("SELECT 1 FROM notices WHERE case_id = :case AND kind = 'one_time_notice'")) == 2
    assert story.faults() == []


def test_the_file_shows_what_the_second_notice_asks_for(story: Story) -> None:
    again(supplied(story))
    file = case_file(story.office, story.actor("window"), story.number)
    assert [line["id"] for line in file.remarks["correction"]["corrections"]] == ["identity_card"]
    assert file.timeline[-1].text.startswith("再次告知")


def test_a_case_told_twice_goes_on_when_it_was_corrected(story: Story) -> None:
    again(supplied(story))
    supply(story, {"identity_card": "paper"})
    assert story.accept()["status"] == "in_process"
    assert story.faults() == []


@pytest.mark.parametrize("approver", [None, 10**9])
def test_a_second_notice_without_a_lawful_approver_is_refused(story: Story, approver: int | None) -> None:
    with pytest.raises(FormInvalid) as refusal:
        again(supplied(story), approver_id=approver)
    assert "approver_id" in refusal.value.detail["errors"]
    assert story.case().status == "received"


def test_what_would_prove_an_open_condition_is_on_the_notice_by_itself(story: Story) -> None:
    story.receive(form=WITHOUT_LICENCES, documents=DOCUMENTS, home_region="990101001001")
    answer = ask(story)
    assert [(line["id"], line["title"]) for line in answer["documents"]] == [("income", "家庭经济状况核对报告")]
    assert supply(story, {"income": "paper"})["status"] == "received"
    assert story.events()[-1].payload["evidence"] == ["income"]
    assert story.faults() == []


def test_what_was_put_right_without_a_document_is_noted_and_not_in_clear(story: Story) -> None:
    story.receive()
    ask(story, remarks="电话号码有误")
    item = story.item("acceptance").id
    supply_correction(story.office, story.actor("window"), SupplyCorrection(work_item_id=item, note="已更正电话"))
    assert story.case().status == "received"
    assert "电话" not in str(story.events()[-1].payload)


def test_a_notice_with_nothing_to_correct_is_refused(story: Story) -> None:
    story.receive()
    with pytest.raises(FormInvalid):
        ask(story)


def test_a_fault_of_a_document_the_item_does_not_know_is_refused(story: Story) -> None:
    story.receive()
    with pytest.raises(FormInvalid):
        ask(story, faults={"passport": "过期"})


def test_the_case_cannot_be_accepted_while_the_correction_is_awaited(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    ask(story)
    with pytest.raises(ActionNotAllowed):
        story.accept()


def test_what_is_still_missing_is_named_and_the_acceptance_clock_starts_anew(story: Story) -> None:
    story.receive(form=WITHOUT_LICENCES, documents={}, home_region="990101001001")
    ask(story)
    story.office.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    answer = supply(story, {"income_statement": "paper"})
    assert answer["missing"] == ["居民身份证"]
    case = story.case()
    assert (case.status, case.supplied_at) == ("received", story.office.clock.now())
    assert local_date(case.acceptance_due_at).isoformat() == "2026-03-11"


def test_a_supplied_case_is_accepted_like_any_other(story: Story) -> None:
    story.receive(documents=ONE_MISSING)
    ask(story)
    supply(story, {"income_statement": "upload"})
    assert story.accept()["status"] == "in_process"


@pytest.mark.parametrize("documents", [{}, {"passport": "paper"}])
def test_nothing_and_unknown_documents_are_no_correction(story: Story, documents: dict[str, str]) -> None:
    story.receive(documents=ONE_MISSING)
    ask(story)
    with pytest.raises(FormInvalid):
        supply(story, documents)
