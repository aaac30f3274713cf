"""Refused acceptance (不予受理): never without reason and law."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.errors import ActionNotAllowed, FormInvalid
from tests.story import Story

GROUNDS = {"reason": "不属于本机关职权", "legal_basis": "《行政许可法》第三十二条第一款第二项"}


def refuse(story: Story, **request: Any) -> dict[str, Any]:
    wanted = {**GROUNDS, **request}
    return refuse_acceptance(
        story.office, story.actor("window"), RefuseAcceptance(work_item_id=story.item("acceptance").id, **wanted)
    )


@pytest.mark.parametrize("missing", ["reason", "legal_basis"])
def test_acceptance_is_never_refused_without_reason_and_law(story: Story, missing: str) -> None:
    story.receive()
    with pytest.raises(FormInvalid) as refused:
        refuse(story, **{missing: "  "})
    assert set(refused.value.detail["errors"]) == {missing}
    assert story.case().status == "received"


def test_a_refused_application_is_closed_with_its_notice(story: Story) -> None:
    story.receive()
    answer = refuse(story, conditions=("income",))
    case = story.case()
    assert (case.status, case.result, case.card_check_at) == ("closed", "not_accepted", None)
    assert case.closed_at == case.decided_at == story.office.clock.now()
    assert story.items() == []
    assert answer["notice"].endswith("号")
    assert story.rows("SELECT kind FROM outbox WHERE case_id = :case")[0].kind == "acceptance_refused"


def test_the_reason_is_not_readable_in_the_event(story: Story) -> None:
    story.receive()
    refuse(story, reason="申请人患有某病")
    assert "某病" not in str(story.events()[-1].payload)


def test_an_accepted_case_cannot_be_refused_acceptance_any_more(story: Story) -> None:
    story.receive()
    item = story.item("acceptance")
    story.accept()
    with pytest.raises(ActionNotAllowed):
        refuse_acceptance(story.office, story.actor("window"), RefuseAcceptance(work_item_id=item.id, **GROUNDS))
