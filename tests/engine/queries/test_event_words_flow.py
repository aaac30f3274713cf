"""Returns, takings back and endings read as sentences in the case's story (办理经过)."""

from __future__ import annotations

import pytest

from engine.definitions.parse import parse_item
from engine.policy.operations import RULES, Action
from engine.queries.event_wording import event_words
from tests.shapes import SEQUENTIAL, shape

OURS = [Action.RETURN, Action.TAKE_BACK, Action.REJECT, Action.WITHDRAW, Action.VOID, Action.TERMINATE, Action.MERGE]


@pytest.mark.parametrize("action", OURS)
def test_every_step_back_and_every_ending_has_words_of_its_own(action: Action) -> None:
    words = event_words(RULES[action].event, {"node": "review"}, parse_item(shape(SEQUENTIAL)))
    assert words.title != "流程记录"
    assert words.text.endswith("。")


def test_a_return_names_the_step_and_says_whether_it_comes_straight_back() -> None:
    definition = parse_item(shape(SEQUENTIAL))
    said = {"node": "review", "to": "visit"}
    assert event_words("case_returned", said, definition).text == "退回到“入户调查”重新办理。"
    straight = event_words("case_returned", {**said, "directly": True}, definition)
    assert straight.text == "退回到“入户调查”重新办理，办完后直接返回。"
