"""Acceptance on a written commitment (告知承诺): a declaration instead of a proof, checked, and offered once only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.clock import local_date
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.queries.case_file import case_file
from tests.story import ANSWERS, Story

ONE_MISSING = {"identity_card": "paper"}


def person(number: str, name: str) -> dict[str, object]:
    """Somebody the registry does not know: each test of trust has an applicant of its own."""
    return {**ANSWERS, "applicant_name": name, "applicant_id": number}


def declared(story: Story, form: dict[str, object] | None = None) -> Story:
    wanted = {"form": form, "home_region": "990101001001"} if form else {}
    story.receive(documents=ONE_MISSING, **wanted)
    story.accept_on_commitment(insist_reason="坚持申请" if form else "")
    return story


def statuses(story: Story) -> list[tuple[str, str, str]]:
    rows = story.rows("SELECT kind, document_id, status FROM commitments WHERE case_id = :case ORDER BY id")
    return [(row.kind, row.document_id, row.status) for row in rows]


def test_the_declaration_stands_in_for_the_document_and_is_to_be_checked_within_ten_working_days(
    module_story: Story,
) -> None:
    module_story.receive(documents=ONE_MISSING)
    answer = module_story.accept_on_commitment()
    assert answer["status"] == "in_process"
    assert local_date(answer["check_by"]).isoformat() == "2026-03-16"
    assert statuses(module_story) == [("declared", "income_statement", "open")]
    assert module_story.case().deferred_due_at is None
    (row,) = module_story.rows(
        "SELECT status, mode FROM case_documents WHERE case_id = :case AND document_id LIKE 'income%'"
    )
    assert (row.status, row.mode) == ("received", "commitment")
    kinds = module_story.rows("SELECT kind FROM notices WHERE case_id = :case ORDER BY id")
    assert [row.kind for row in kinds] == ["acceptance", "commitment"]
    assert (
        "以告知承诺代替《收入说明》"
        in case_file(module_story.office, module_story.actor("window"), module_story.number).timeline[-1].text
    )
    assert module_story.faults() == []


def test_only_documents_the_item_says_so_of_can_be_declared(module_story: Story) -> None:
    form = person("110105199001010053", "钱多")
    module_story.receive(form=form, documents={"income_statement": "paper"}, home_region="990101001001")
    with pytest.raises(ActionNotAllowed) as refusal:
        module_story.accept_on_commitment("identity_card", insist_reason="坚持申请")
    assert refusal.value.detail["rule"] == "not_declarable"


def test_a_document_that_is_there_needs_no_declaration(module_story: Story) -> None:
    module_story.receive()
    with pytest.raises(ActionNotAllowed) as refusal:
        module_story.accept_on_commitment()
    assert refusal.value.detail["rule"] == "nothing_missing"


@pytest.mark.parametrize("result", ["kept", "broken"])
def test_the_check_settles_it_and_its_note_is_not_in_clear(module_story: Story, result: str) -> None:
    story = declared(module_story, person("110105199203070038", "孙立"))
    answer = story.settle_commitment(result)
    assert answer["result"] == result
    assert statuses(story) == [("declared", "income_statement", result)]
    event = story.events()[-1]
    assert (event.kind, event.payload["broken"]) == ("commitment_settled", result == "broken")
    assert "核实" not in str(event.payload)
    (row,) = story.rows("SELECT note_cipher FROM commitments WHERE case_id = :case")
    assert story.office.sealer.decrypt_json(row.note_cipher) == {"note": "向用人单位核实"}
    file = case_file(story.office, story.actor("window"), story.number)
    assert file.commitments[0].status == result
    assert ("不实" in file.timeline[-1].text) is (result == "broken")
    assert story.faults() == []


def test_whoever_broke_a_commitment_is_not_offered_another(module_story: Story) -> None:
    form = person("110105198811110019", "周诺")
    declared(module_story, form).settle_commitment("broken")
    again = replace(module_story)
    again.receive(form=form, documents=ONE_MISSING, home_region="990101001001")
    with pytest.raises(ActionNotAllowed) as refusal:
        again.accept_on_commitment(insist_reason="坚持申请")
    assert refusal.value.detail["rule"] == "broken_promise"
    assert again.case().status == "received"


def test_whoever_kept_one_may_declare_again(module_story: Story) -> None:
    form = person("110105198811110051", "吴信")
    declared(module_story, form).settle_commitment("kept")
    assert statuses(declared(replace(module_story), form))[0][2] == "open"


def test_a_commitment_is_settled_once(module_story: Story) -> None:
    declared(module_story).settle_commitment("kept")
    with pytest.raises(ActionNotAllowed) as refusal:
        module_story.settle_commitment("kept")
    assert refusal.value.detail["rule"] == "no_commitments"


def test_a_document_nobody_declared_is_not_settled(module_story: Story) -> None:
    declared(module_story)
    with pytest.raises(ActionNotAllowed) as refusal:
        module_story.settle_commitment("kept", document="identity_card")
    assert refusal.value.detail["rule"] == "not_waiting"


@pytest.mark.parametrize("gap", [{"note": " "}, {"result": "open"}, {"result": "dropped"}])
def test_a_check_has_a_result_and_a_note(module_story: Story, gap: dict[str, str]) -> None:
    declared(module_story)
    with pytest.raises(FormInvalid):
        module_story.settle_commitment(gap.pop("result", "kept"), **gap)


def test_who_has_no_duty_in_the_case_settles_nothing(module_story: Story) -> None:
    declared(module_story)
    with pytest.raises((NotFound, NotPermitted)):
        module_story.settle_commitment("kept", by="auditor")


def test_a_promise_that_lapsed_counts_as_broken(module_story: Story) -> None:
    form = person("110105197505050017", "郑迟")
    module_story.receive(form=form, documents=ONE_MISSING, home_region="990101001001")
    module_story.accept_with_gaps(insist_reason="坚持申请")
    module_story.at(3, 17).review()
    again = replace(module_story)
    again.receive(form=form, documents=ONE_MISSING, home_region="990101001001")
    with pytest.raises(ActionNotAllowed) as refusal:
        again.accept_on_commitment(insist_reason="坚持申请")
    assert refusal.value.detail["rule"] == "broken_promise"
