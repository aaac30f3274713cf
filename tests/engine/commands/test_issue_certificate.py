"""Certificates (制证用印): numbers reserved once, used or voided with a reason, gapless per body, type and year."""

from __future__ import annotations

import pytest

from engine.commands.issue_certificate import ReserveCertificate, reserve_certificate
from engine.definitions.model import Legality
from engine.errors import ActionNotAllowed, NotFound
from engine.office.shelves import ReferenceShelf
from engine.policy.actors import SYSTEM
from engine.terms import LegalityStatus
from tests.story import Story, closing


def reserve(story: Story, work_item_id: int | None = None) -> dict[str, object]:
    wanted = ReserveCertificate(work_item_id=work_item_id or story.item("seal").id)
    return reserve_certificate(story.office, SYSTEM, wanted)


def test_a_retry_finds_the_number_reserved_before(story: Story) -> None:
    story.to_certificate()
    first, again = reserve(story), reserve(story)
    assert first["number"] == again["number"]
    assert first["facts"] == again["facts"]


def test_numbers_follow_each_other_even_when_a_worker_died_between_reserving_and_recording(own_story: Story) -> None:
    office = own_story.office
    stories = [Story(office).to_certificate() for _ in range(3)]
    reserve(stories[0])  # … and here the worker died
    stories[1].issue()
    stories[2].issue()
    stories[0].issue()
    rows = own_story.rows("SELECT serial, status FROM certificates ORDER BY serial")
    assert [tuple(row) for row in rows] == [(1, "issued"), (2, "issued"), (3, "issued")]


def test_recording_twice_changes_nothing(story: Story) -> None:
    story.to_certificate()
    item = story.item("seal")
    first = story.issue()
    events = len(story.events())
    assert story.record(item.id, b"%PDF another")["number"] == first["number"]
    assert len(story.events()) == events
    assert reserve(story, item.id) == {"status": "issued", "number": first["number"]}


def test_nothing_is_recorded_without_a_number(story: Story) -> None:
    story.to_certificate()
    with pytest.raises(NotFound):
        story.record(story.item("seal").id)


def test_a_number_whose_step_was_cancelled_is_voided_with_a_reason(story: Story) -> None:
    """The process may be sent back or closed while the seal service is slow."""
    story.to_certificate()
    item = story.item("seal")
    reserve(story)
    with story.office.unit_of_work() as uow:
        uow.work.move(closing(story.case_id, [item.token], story.office.clock.now()), [])
        uow.certificates.void_reserved(story.case_id, "制证环节已取消")
    row = story.rows("SELECT status, void_reason FROM certificates WHERE case_id = :case")[0]
    assert tuple(row) == ("voided", "制证环节已取消")
    with pytest.raises(ActionNotAllowed):
        story.record(item.id)


def test_a_type_that_lost_its_basis_is_not_sealed_although_the_case_was_decided(
    own_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_story.to_certificate()
    lost = Legality(LegalityStatus.REVIEW, "依据已废止")
    monkeypatch.setattr(ReferenceShelf, "legality", lambda *_: lost)
    with pytest.raises(ActionNotAllowed, match="不得用印"):
        reserve(own_story)
    assert own_story.rows("SELECT count(*) FROM certificates")[0][0] == 0


def test_the_face_holds_the_answers_and_the_staffs_figures_encrypted(story: Story) -> None:
    story.to_certificate()
    facts = reserve(story)["facts"]
    assert isinstance(facts, dict)
    assert (facts["holder"], str(facts["monthly_amount"]), facts["grade"]) == ("王秀英", "300", "乙")
    row = story.rows("SELECT facts_cipher FROM certificates WHERE case_id = :case")[0]
    assert "王秀英".encode() not in bytes(row.facts_cipher)
