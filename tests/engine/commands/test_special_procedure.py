"""Special procedures (特别程序): the clock stands and both due dates move by the working days it stood (R6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.errors import ActionNotAllowed, FormInvalid
from engine.queries.approvers import approvers
from tests.story import Story, example_as, publish


def days(story: Story, count: int) -> None:
    story.office.clock.advance(timedelta(days=count))  # type: ignore[attr-defined]


def start(story: Story, node: str = "joint_check", **request: Any) -> dict[str, Any]:
    item = story.item(node)
    holder = story.holder(item)
    approver = approvers(story.office, holder, story.number)[0]
    wanted = {"procedure": "publicity", "reason": "有异议，重新公示", "approver_id": approver.officer_id, **request}
    return start_procedure(story.office, holder, StartProcedure(work_item_id=item.id, **wanted))


def end(story: Story, suspension_id: int, by: str = "district") -> dict[str, Any]:
    wanted = EndProcedure(case_number=story.number, suspension_id=suspension_id, note="无异议")
    return end_procedure(story.office, story.actor(by), wanted)


def accepted(story: Story) -> Story:
    story.receive()
    story.accept()
    return story


def dates(story: Story) -> tuple[str, str]:
    case = story.case()
    return local_date(case.promised_due_at).isoformat(), local_date(case.statutory_due_at).isoformat()


def test_both_due_dates_move_by_the_working_days_the_clock_stood(story: Story) -> None:
    """Accepted Monday 2 March (20 and 30 working days); stopped Wednesday 4 to Monday 9: three working days."""
    accepted(story)
    assert dates(story) == ("2026-03-30", "2026-04-14")
    days(story, 2)
    started = start(story)
    assert story.case().status == "suspended"
    days(story, 5)
    end(story, started["suspension_id"])
    assert story.case().status == "in_process"
    assert dates(story) == ("2026-04-02", "2026-04-17")


def test_a_step_that_names_a_procedure_stops_the_clock_while_it_is_open(story: Story) -> None:
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    assert story.case().status == "suspended"
    days(story, 7)
    story.complete("publicity")
    assert story.case().status == "in_process"
    assert dates(story) == ("2026-04-07", "2026-04-21")


def test_the_worklist_is_sorted_anew_when_the_clock_runs_on(story: Story) -> None:
    accepted(story)
    started = start(story)
    days(story, 30)
    end(story, started["suspension_id"])
    case, item = story.case(), story.item("joint_check")
    assert item.sort_at == min(item.due_at, case.promised_due_at)


def test_the_sweep_comes_back_to_a_case_whose_clock_runs_on(story: Story) -> None:
    """A card must not be forgotten because the clock once stood."""
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    procedure = story.rows("SELECT due_at FROM suspensions WHERE case_id = :case")[0]
    assert story.case().card_check_at <= procedure.due_at + timedelta(seconds=1)
    days(story, 7)
    story.complete("publicity")
    assert story.case().card_check_at is not None


def test_a_decision_ends_the_procedure_that_is_open(story: Story) -> None:
    story.to_decision()
    start(story, "district_decision")
    days(story, 3)
    story.complete("district_decision", "grant")
    assert story.case().status == "decided"
    ended = story.rows("SELECT ended_at FROM suspensions WHERE case_id = :case AND token IS NULL")
    assert [row.ended_at for row in ended] == [story.office.clock.now()]
    assert dates(story) == ("2026-04-02", "2026-04-17")


def test_the_applicant_is_told_in_writing(story: Story) -> None:
    accepted(story)
    answer = start(story)
    assert answer["notice"].endswith("号")
    assert [r.kind for r in story.rows("SELECT kind FROM outbox WHERE case_id = :case ORDER BY id")][-1] == (
        "procedure_started"
    )


@pytest.mark.parametrize("gap", [{"procedure": "holiday"}, {"reason": " "}, {"approver_id": 10**9}])
def test_a_procedure_needs_a_lawful_kind_a_reason_and_an_approver_who_exists(story: Story, gap: dict[str, Any]) -> None:
    accepted(story)
    with pytest.raises(FormInvalid):
        start(story, **gap)
    assert story.case().status == "in_process"


def test_a_procedure_is_ended_once(story: Story) -> None:
    accepted(story)
    started = start(story)
    end(story, started["suspension_id"])
    with pytest.raises(ActionNotAllowed):
        end(story, started["suspension_id"])


def test_a_procedure_drawn_in_the_process_ends_with_its_step_only(story: Story) -> None:
    accepted(story)
    story.complete("joint_check")
    story.complete("joint_check")
    drawn = story.rows("SELECT id FROM suspensions WHERE case_id = :case")[0].id
    with pytest.raises(ActionNotAllowed, match="随流程环节结束"):
        end(story, drawn)


WITH_CORRECTION = {
    "  special_procedures:\n": "  special_procedures:\n    - code: correction\n      title: 受理后补正\n"
    "      limit: {amount: 5, unit: working_day}\n      basis: 《示例补贴办法》第七条\n"
}


def correctable(story: Story) -> Story:
    """An item whose rules know a correction after acceptance."""
    publish(story.office, example_as("MZ-913", "mz-913-correctable", WITH_CORRECTION))
    story.receive(item="mz-913-correctable", documents={"identity_card": "paper"})
    story.accept_with_gaps()
    return story


def test_a_correction_after_acceptance_stops_the_clock_and_lists_what_is_wrong(module_story: Story) -> None:
    story = correctable(module_story)
    started = start(story, procedure="correction", faults={"identity_card": "复印件不清"})
    assert story.case().status == "suspended"
    (notice,) = story.rows("SELECT facts_cipher FROM notices WHERE case_id = :case AND kind = 'correction'")
    facts = story.office.sealer.decrypt_json(notice.facts_cipher)
    assert [line["problem"] for line in facts["corrections"]] == ["复印件不清"]
    assert facts["new_due_on"] == "2026-03-09"
    brought = EndProcedure(
        case_number=story.number, suspension_id=started["suspension_id"], documents={"identity_card": "upload"}
    )
    end_procedure(story.office, story.actor("district"), brought)
    assert story.case().status == "in_process"
    assert story.faults() == []


def test_a_correction_after_acceptance_is_asked_for_once(module_story: Story) -> None:
    story = correctable(module_story)
    started = start(story, procedure="correction")
    end(story, started["suspension_id"])
    with pytest.raises(ActionNotAllowed) as refusal:
        start(story, procedure="correction")
    assert refusal.value.detail["rule"] == "corrected_after_acceptance"
    start(story, procedure="publicity")


def test_a_document_nobody_asked_for_does_not_end_a_procedure(story: Story) -> None:
    accepted(story)
    started = start(story)
    wanted = EndProcedure(
        case_number=story.number, suspension_id=started["suspension_id"], documents={"passport": "paper"}
    )
    with pytest.raises(FormInvalid):
        end_procedure(story.office, story.actor("district"), wanted)


def test_a_decision_made_while_the_clock_stands_ends_the_procedure_and_starts_the_delivery(story: Story) -> None:
    story.to_decision()
    start(story, "district_decision")
    days(story, 1)
    story.complete("district_decision")
    assert story.rows("SELECT 1 FROM suspensions WHERE case_id = :case AND ended_at IS NULL") == []
    assert story.case().delivery_due_at is not None
    assert story.faults() == []
