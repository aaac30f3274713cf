"""Bulk runs: one operation on many cases, each by its own verb, told one by one, whatever happens to the worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import api.bulk
from api.bootstrap import Parts
from api.bulk import VERBS, work_off
from api.jobs import drain_bulk
from engine.commands.bulk.start_bulk import IN_BULK, MOST_LINES, StartBulk, start_bulk
from engine.commands.bulk.tell_line import RetryRefused, retry_refused
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.errors import ActionNotAllowed, FormInvalid, NotFound
from engine.office import Office
from engine.queries.bulk_runs import BulkRun, bulk_run, bulk_runs, waiting_bulk
from engine.queries.candidates import Purpose, candidates
from tests.hands import Hands

Cases = list[Hands]


@pytest.fixture
def received(office: Office) -> Cases:
    """Three cases that wait for acceptance at the window."""
    stories = [Hands(office) for _ in range(3)]
    for story in stories:
        story.receive()
    return stories


def start(chosen: Cases, action: str, by: str = "window", **request: Any) -> int:
    wanted = {"work_items": tuple(case.items()[0].id for case in chosen), **request}
    run_id: int = start_bulk(chosen[0].office, chosen[0].actor(by), StartBulk(action=action, **wanted))["run_id"]
    return run_id


def run_of(cases: Cases, run_id: int, by: str = "window") -> BulkRun:
    return bulk_run(cases[0].office, cases[0].actor(by), run_id)


def times(cases: Cases, kind: str) -> list[int]:
    return [case.kinds().count(kind) for case in cases]


def test_every_operation_in_bulk_is_worked_off_by_its_own_verb() -> None:
    assert set(VERBS) == set(IN_BULK)


def test_every_case_of_a_run_is_done_by_the_officer_who_started_it(parts: Parts, received: Cases) -> None:
    run_id = start(received, "claim")
    assert (run_of(received, run_id).waiting, waiting_bulk(parts.office)) == (3, True)
    assert times(received, "work_item_claimed") == [0, 0, 0]
    drain_bulk(parts)
    run = run_of(received, run_id)
    assert (run.done, run.refused, run.waiting, run.finished_at is None) == (3, 0, 0, False)
    officer = received[0].officer_id("window")
    assert [case.events()[-1].officer_id for case in received] == [officer] * 3
    assert [case.faults() for case in received] == [[], [], []]


def test_one_refused_case_stops_no_other_says_why_and_can_be_tried_again(parts: Parts, received: Cases) -> None:
    run_id = start(received, "claim")
    office, clerk, item = parts.office, received[1].actor("window"), received[1].items()[0].id
    claim_work_item(office, clerk, ClaimWorkItem(work_item_id=item))
    work_off(parts)
    run = run_of(received, run_id)
    assert [line.status for line in run.lines] == ["done", "refused", "done"]
    assert "不能领取" in run.lines[1].told
    release_work_item(office, clerk, ClaimWorkItem(work_item_id=item))
    retry_refused(office, clerk, RetryRefused(run_id=run_id))
    assert run_of(received, run_id).finished_at is None
    work_off(parts)
    assert run_of(received, run_id).done == 3
    assert times(received, "work_item_claimed") == [1, 2, 1]
    with pytest.raises(ActionNotAllowed):
        retry_refused(office, clerk, RetryRefused(run_id=run_id))


def test_a_worker_killed_between_doing_and_telling_leaves_nothing_done_twice(
    parts: Parts, received: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, tell = start(received, "claim"), api.bulk.tell_line
    told: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(api.bulk, "tell_line", lambda *a: _die_at_second(told, tell, *a))
        with pytest.raises(KeyboardInterrupt):
            work_off(parts)
    assert [line.status for line in run_of(received, run_id).lines] == ["done", "waiting", "waiting"]
    assert times(received, "work_item_claimed") == [1, 1, 0]
    work_off(parts)
    assert run_of(received, run_id).done == 3
    assert times(received, "work_item_claimed") == [1, 1, 1]


def _die_at_second(told: list[int], tell: Callable[..., Any], *arguments: Any) -> Any:
    told.append(1)
    if len(told) == 2:
        raise KeyboardInterrupt
    return tell(*arguments)


def test_two_workers_at_the_same_run_do_every_case_once(parts: Parts, received: Cases) -> None:
    run_id = start(received, "claim")
    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(work_off, parts) for _ in range(2)]:
            done.result()
    assert run_of(received, run_id).done == 3
    assert times(received, "work_item_claimed") == [1, 1, 1]


def test_cases_on_one_step_are_completed_alike_and_those_with_a_form_are_not(parts: Parts, office: Office) -> None:
    stories = [Hands(office) for _ in range(2)]
    for story in stories:
        story.at_decision()
    with pytest.raises(FormInvalid) as refusal:
        start(stories, "complete", "district", parameters={"decision": "perhaps"})
    assert set(refusal.value.detail["errors"]) == {"decision"}  # type: ignore[call-overload]
    run_id = start(stories, "complete", "district", parameters={"decision": "grant", "opinion": "同意"})
    work_off(parts)
    assert run_of(stories, run_id, "district").done == 2
    assert [story.faults() for story in stories] == [[], []]
    other = Hands(office).at_opinion()
    with pytest.raises(FormInvalid):
        start([other], "complete", "street")


def test_cases_of_different_steps_are_not_completed_together(office: Office) -> None:
    first, second = Hands(office), Hands(office)
    first.receive()
    second.at_opinion()
    with pytest.raises(FormInvalid) as refusal:
        start_bulk(
            office,
            first.actor("street"),
            StartBulk(action="complete", work_items=(second.main().id, first.items()[0].id)),
        )
    assert set(refusal.value.detail["errors"]) == {"work_items"}  # type: ignore[call-overload]


def test_a_selection_is_passed_on_and_the_reason_is_kept_encrypted(parts: Parts, office: Office) -> None:
    story = Hands(office).at_opinion()
    posts = candidates(office, story.actor("street"), story.main().id, Purpose.HOLD)
    target = next(post.post_id for post in posts if post.post_id != story.main().post_id)
    given = {"post_id": target, "officer_id": None, "reason": "人员调整"}
    run_id = start([story], "transfer", "street", parameters=given)
    (row,) = story.rows("SELECT parameters FROM bulk_runs WHERE id = :run", run=run_id)
    assert "人员" not in str(row.parameters)
    work_off(parts)
    (line,) = run_of([story], run_id, "street").lines
    assert line.status == "done", line.told
    assert story.main().post_id == target
    assert story.faults() == []


def test_urging_goes_by_the_case_and_once_for_each(parts: Parts, received: Cases) -> None:
    numbers = (received[0].number, received[1].number)
    run_id = start(received[:1], "urge", cases=numbers)
    work_off(parts)
    run = run_of(received, run_id)
    assert ([line.case_number for line in run.lines], run.done) == (list(numbers), 2)
    assert times(received, "case_urged") == [1, 1, 0]


@pytest.mark.parametrize(
    "wrong",
    [{"action": "void"}, {"action": "claim", "cases": ("1",)}, {"work_items": ()}, {"work_items": (1,) * 2}],
)
def test_a_selection_that_cannot_be_done_is_refused_at_once(received: Cases, wrong: dict[str, Any]) -> None:
    with pytest.raises(FormInvalid):
        start_bulk(received[0].office, received[0].actor("window"), StartBulk(**{"action": "claim", **wrong}))


def test_at_most_five_hundred_cases_go_into_one_run(received: Cases) -> None:
    clerk = received[0].actor("window")
    with pytest.raises(FormInvalid):
        start_bulk(
            received[0].office, clerk, StartBulk(action="urge", cases=tuple(str(n) for n in range(MOST_LINES + 1)))
        )


def test_work_items_of_other_posts_are_not_taken_into_a_run(received: Cases) -> None:
    with pytest.raises(FormInvalid):
        start(received, "claim", by="district")


def test_a_run_is_seen_only_by_whoever_started_it(received: Cases) -> None:
    run_id = start(received, "claim")
    with pytest.raises(NotFound):
        run_of(received, run_id, "street")
    with pytest.raises(NotFound):
        retry_refused(received[0].office, received[0].actor("street"), RetryRefused(run_id=run_id))
    assert run_id in {run.id for run in bulk_runs(received[0].office, received[0].actor("window"))}
