"""Edited texts of documents (文书模板): two persons, a day to come, and papers that never change behind one's back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from certificates.notice_templates import supplied_text
from engine.commands.notice_template import (
    ApproveNoticeTemplate,
    DraftNoticeTemplate,
    approve_notice_template,
    draft_notice_template,
)
from engine.errors import ActionNotAllowed, DefinitionError, FormInvalid, NotFound, NotPermitted
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.notice_file import notice_file
from engine.queries.notice_templates import template_kinds, template_versions
from engine.terms import NoticeKind
from tests.story import Story

TOMORROW = date(2026, 3, 3)
TEXT = supplied_text(NoticeKind.ACCEPTANCE)
EDITED = TEXT.replace("特此通知。", "请妥善保管本通知书。")


def second(office: Office, story: Story) -> Actor:
    """Another policy officer: somebody who holds the same post."""
    with office.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO post_holdings (post_id, officer_id, held_from) SELECT h.post_id, w.id, h.held_from"
                " FROM post_holdings h JOIN officers o ON o.id = h.officer_id, officers w"
                " WHERE o.sign_in_name = 'policy' AND w.sign_in_name = 'auditor'"
                " AND NOT EXISTS (SELECT 1 FROM post_holdings x WHERE x.post_id = h.post_id AND x.officer_id = w.id)"
            )
        )
    return story.actor("auditor")


def draft(story: Story, content: str = EDITED, by: str = "policy", **request: Any) -> int:
    wanted = DraftNoticeTemplate(kind="acceptance", content=content, **{"reason": "写明保管", **request})
    version: int = draft_notice_template(story.office, story.actor(by), wanted)["version"]
    return version


def approve(story: Story, by: Actor, version: int, on: date = TOMORROW) -> dict[str, Any]:
    wanted = ApproveNoticeTemplate(kind="acceptance", version=version, in_force_from=on)
    return approve_notice_template(story.office, by, wanted)


def printed(story: Story) -> str:
    """The text a new acceptance of today is printed with; empty: the supplied one."""
    case = Story(story.office)
    case.receive()
    number = case.accept()["notice"]
    return notice_file(case.office, case.actor("window"), number).template


def test_an_approved_text_prints_what_is_issued_from_its_day_on(own_story: Story) -> None:
    story = own_story
    before = Story(story.office)
    before.receive()
    old = before.accept()["notice"]
    version = draft(story)
    assert printed(story) == ""
    approve(story, second(story.office, story), version)
    assert printed(story) == ""
    story.office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    assert "请妥善保管" in printed(story)
    assert notice_file(before.office, before.actor("window"), old).template == ""
    policy = story.actor("policy")
    assert [v.in_force_from for v in template_versions(story.office, policy, "acceptance")] == [TOMORROW]
    in_force = {line.kind: line.in_force for line in template_kinds(story.office, policy)}
    assert (in_force[NoticeKind.ACCEPTANCE], in_force[NoticeKind.GRANT]) == (version, 0)


def test_the_newest_text_in_force_wins(own_story: Story) -> None:
    story, other = own_story, second(own_story.office, own_story)
    later = draft(story, EDITED.replace("请妥善保管", "请长期保管"))
    sooner = draft(story)
    approve(story, other, later, TOMORROW + timedelta(days=5))
    approve(story, other, sooner)
    story.office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    assert "请妥善保管" in printed(story)
    story.office.clock.advance(timedelta(days=7))  # type: ignore[attr-defined]
    assert "请长期保管" in printed(story)


def test_nobody_approves_a_text_of_his_own(story: Story) -> None:
    version = draft(story)
    with pytest.raises(ActionNotAllowed, match="另一位") as refusal:
        approve(story, story.actor("policy"), version)
    assert refusal.value.detail["rule"] == "same_person"


def test_a_text_begins_on_a_day_to_come_and_is_approved_once(own_story: Story) -> None:
    story, other = own_story, second(own_story.office, own_story)
    version = draft(story)
    with pytest.raises(FormInvalid):
        approve(story, other, version, date(2026, 3, 2))
    approve(story, other, version)
    with pytest.raises(ActionNotAllowed, match="已经批准"):
        approve(story, other, version)
    with pytest.raises(NotFound):
        approve(story, other, 999)


def test_only_policy_officers_edit_texts(story: Story) -> None:
    with pytest.raises(NotPermitted):
        draft(story, by="window")
    with pytest.raises(NotPermitted):
        template_versions(story.office, story.actor("window"), "acceptance")


def test_a_faulty_text_is_refused_with_file_and_line(story: Story) -> None:
    with pytest.raises(DefinitionError) as refusal:
        draft(story, TEXT.replace("{{ title }}", "{{ titel }}"))
    assert (refusal.value.file, refusal.value.line) == ("acceptance.xml.j2", 3)
    with pytest.raises(FormInvalid):
        draft(story, reason=" ")


def test_versions_of_a_kind_are_counted_without_gap(own_story: Story) -> None:
    assert [draft(own_story) for _ in range(3)] == [1, 2, 3]
