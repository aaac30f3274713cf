"""Extension (延期, R7): once, before expiry, approved by another, told in writing, both dates later."""

from __future__ import annotations

from typing import Any

import pytest

from engine.clock import local_date
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.errors import ActionNotAllowed, FormInvalid, NotPermitted
from engine.queries.approvers import approvers
from engine.queries.case_file import case_file
from tests.story import Story, example_as, publish


def accepted(story: Story) -> Story:
    """Accepted on Monday 2 March 2026: 20 working days promised, 30 by law."""
    story.receive()
    story.accept()
    return story


def dates(story: Story) -> tuple[str, str]:
    case = story.case()
    return local_date(case.promised_due_at).isoformat(), local_date(case.statutory_due_at).isoformat()


def refused(story: Story, node: str = "joint_check", **request: Any) -> str:
    with pytest.raises((ActionNotAllowed, NotPermitted)) as refusal:
        story.extend(node, **request)
    return str(refusal.value.detail["rule"])


def test_both_dates_are_five_working_days_later(story: Story) -> None:
    accepted(story)
    assert dates(story) == ("2026-03-30", "2026-04-14")
    story.extend("joint_check")
    assert dates(story) == ("2026-04-07", "2026-04-21")
    case = story.case()
    assert case.extension == 5
    item = story.item("joint_check")
    assert item.sort_at == min(at for at in (item.due_at, case.promised_due_at) if at)
    assert story.faults() == []


def test_the_dates_that_held_before_are_kept_and_the_reason_is_not_in_clear(story: Story) -> None:
    accepted(story)
    before = story.case()
    story.extend("joint_check")
    (row,) = story.rows("SELECT * FROM extensions WHERE case_id = :case")
    assert (row.old_promised_due_at, row.old_statutory_due_at) == (before.promised_due_at, before.statutory_due_at)
    assert story.office.sealer.decrypt_json(row.reason_cipher) == {"reason": "案情复杂"}
    event = story.events()[-1]
    assert (event.kind, event.payload["amount"]) == ("limit_extended", 5)
    assert "复杂" not in str(event.payload)


def test_the_applicant_is_told_why_by_whom_and_until_when(story: Story) -> None:
    accepted(story)
    answer = story.extend("joint_check")
    (notice,) = story.rows("SELECT * FROM notices WHERE case_id = :case AND kind = 'extension'")
    facts = story.office.sealer.decrypt_json(notice.facts_cipher)
    assert answer["notice"] == notice.number
    assert (facts["reason"], facts["old_due_on"], facts["new_due_on"]) == ("案情复杂", "2026-03-30", "2026-04-07")
    assert facts["approver"]
    assert facts["extension"] == "5个工作日"
    assert "limit_extended" in [row.kind for row in story.rows("SELECT kind FROM outbox WHERE case_id = :case")]


def test_the_ledger_names_the_extension(story: Story) -> None:
    accepted(story).extend("joint_check")
    file = case_file(story.office, story.actor("window"), story.number)
    promised = next(clock for clock in file.clocks if clock.kind == "promised")
    assert promised.due_on.isoformat() == "2026-04-07"
    assert any("经批准延长5个工作日" in line.text for line in promised.ledger)
    assert "延期5个工作日" in file.timeline[-1].text


def test_a_limit_is_extended_once(story: Story) -> None:
    accepted(story).extend("joint_check")
    assert refused(story) == "extended_before"


def test_an_expired_limit_is_not_extended(story: Story) -> None:
    accepted(story).at(3, 30, 18).extend("joint_check")
    late = Story(story.office).at(3, 2)
    accepted(late).at(3, 31)
    assert refused(late) == "expired"


def test_an_item_that_knows_no_extension_has_none(story: Story) -> None:
    without = {"  extension: {amount: 10, unit: working_day}\n": ""}
    publish(story.office, example_as("MZ-912", "mz-912-no-extension", without))
    story.receive(item="mz-912-no-extension")
    story.accept()
    assert refused(story) == "no_extension"


def test_an_application_not_yet_accepted_has_no_limit_to_extend(story: Story) -> None:
    story.receive()
    assert refused(story, "acceptance") == "status"


@pytest.mark.parametrize(
    "gap", [{"amount": 0}, {"amount": 11}, {"amount": -1}, {"reason": " "}, {"approver_id": 10**9}]
)
def test_it_needs_a_length_the_item_allows_a_reason_and_an_approver(story: Story, gap: dict[str, Any]) -> None:
    accepted(story)
    with pytest.raises(FormInvalid):
        story.extend("joint_check", **gap)
    assert story.case().extension == 0


def test_nobody_approves_his_own_extension(story: Story) -> None:
    story.to_decision()
    holder = story.holder(story.item("district_decision"))
    with pytest.raises(FormInvalid):
        story.extend("district_decision", approver_id=holder.officer_id)


def test_a_clock_that_stands_is_extended_too_even_when_its_stored_date_has_gone_by(story: Story) -> None:
    """Stopped Wednesday 4 March to Monday 20 April, with the stored date of 30 March long gone.

    Two of 25 working days were used (3 and 4 March); the 23rd after 20 April is 25 May: 1 to 5 May rest, 9 May works.
    """
    accepted(story).at(3, 4)
    item = story.item("joint_check")
    holder = story.holder(item)
    approver = approvers(story.office, holder, story.number)[0].officer_id
    hearing = StartProcedure(work_item_id=item.id, procedure="publicity", reason="听证", approver_id=approver)
    started = start_procedure(story.office, holder, hearing)
    story.at(4, 13).extend("joint_check")
    assert story.case().status == "suspended"
    assert story.faults() == []
    story.at(4, 20)
    end = EndProcedure(case_number=story.number, suspension_id=started["suspension_id"])
    end_procedure(story.office, story.actor("district"), end)
    assert dates(story)[0] == "2026-05-25"
    assert story.faults() == []
