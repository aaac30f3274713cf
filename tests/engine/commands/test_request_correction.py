"""The one-time notice (一次性告知) and what the applicant brings: complete, once, dated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.errors import ActionNotAllowed, FormInvalid
from tests.story import ANSWERS, Story

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
    with pytest.raises(ActionNotAllowed, match="不得再次告知"):
        ask(story, remarks="还要一份")


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
