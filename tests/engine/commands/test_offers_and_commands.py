"""What the page offers is what the command does: the same verdict for every action, officer and case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commands.case_change import CaseChange
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.special_procedure import StartProcedure, start_procedure
from engine.commands.take_back_step import TakeBackStep, take_back_step
from engine.commands.verb import Desk
from engine.errors import CaseworkError, NotFound
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, Holder
from engine.policy.situations import DELEGATED
from engine.queries.case_actions import CaseActions, case_actions
from engine.queries.return_targets import return_targets
from engine.terms import Part, WorkItemStatus
from tests.shapes import SHAPES, ShapedStory

OFFICERS = ["street", "district", "grid", "window", "consult", "panel", "supervisor", "d01-civil_affairs"]
Shaped = Callable[..., ShapedStory]


@contextmanager
def undone(story: ShapedStory, actor: Actor) -> Iterator[Desk]:
    """A transaction that is never committed."""
    uow = story.office.unit_of_work()
    with suppress(_Undone), uow:
        yield Desk(story.office, uow, actor)
        raise _Undone


class _Undone(Exception):
    """Rolls a transaction back."""


def refusal(attempt: Callable[[], object]) -> str:
    """The rule by which something is refused; empty when it is not."""
    try:
        attempt()
    except CaseworkError as error:
        return str(error.detail.get("rule", "not found"))
    return ""


def offered(found: CaseActions, action: Action) -> str:
    told = next(v for v in found.verdicts if v.action is action)
    return "" if told.possible else told.rule


def agree_on(story: ShapedStory, actor: Actor) -> None:
    """Every verdict of the query against the first line of the command."""
    try:
        found = case_actions(story.office, actor, story.number)
    except NotFound:
        return
    for item in found.work_items:
        for told in item.verdicts:
            with undone(story, actor) as desk:
                change = CaseChange.at_work_item(desk, item.id, None)
                done = refusal(lambda change=change, told=told: change.require(told.action))  # type: ignore[misc]
            assert (told.action, "" if told.possible else told.rule) == (told.action, done)
    for action in (a for a in Action if RULES[a].holder is Holder.SCOPE):
        with undone(story, actor) as desk:
            done = refusal(lambda action=action, desk=desk: CaseChange.at_number(desk, story.number).require(action))  # type: ignore[misc]
        told = offered(found, action)
        # Who only was asked for an opinion sees the case, but not with a post of its region.
        assert (action, told) == (action, done) or (done == "not found" and told)
    for offer in found.done_steps:
        with undone(story, actor) as desk:
            request = TakeBackStep(case_number=story.number, token=offer.token)
            done = refusal(lambda desk=desk, request=request: take_back_step.__wrapped__(desk, request))  # type: ignore
        assert (offer.step_name, "" if offer.verdict.possible else offer.verdict.rule) == (offer.step_name, done)


def disturb(story: ShapedStory, what: str, which: int) -> None:
    """Something officers do besides doing their steps, as far as it is possible now."""
    items = [item for item in story.items() if item.kind == "human"]
    if not items:
        return
    item = items[which % len(items)]
    holder = story.holder(item)
    with suppress(CaseworkError):
        if what == "claim":
            claim_work_item(story.office, holder, ClaimWorkItem(work_item_id=item.id))
        elif what == "stop":
            approver = story.actor("d01-civil_affairs").officer_id
            ordered = StartProcedure(work_item_id=item.id, procedure="publicity", reason="听证", approver_id=approver)
            start_procedure(story.office, holder, ordered)
        elif what == "take back":
            take_back_any(story, holder)
        else:
            targets = return_targets(story.office, holder, item.id)
            target = targets[which % len(targets)] if targets else None
            if target:
                back = ReturnCase(
                    work_item_id=item.id,
                    target=target.node_id,
                    path=target.path,
                    reason="不清",
                    directly=what == "straight",
                )
                return_case(story.office, holder, back)


def take_back_any(story: ShapedStory, actor: Actor) -> None:
    """The first step the page offers to take back."""
    for offer in case_actions(story.office, actor, story.number).done_steps:
        if offer.verdict.possible:
            take_back_step(story.office, actor, TakeBackStep(case_number=story.number, token=offer.token))
            return


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    key=st.sampled_from(SHAPES),
    officer=st.sampled_from(OFFICERS),
    avoids=st.booleans(),
    moves=st.lists(
        st.tuples(
            st.sampled_from(["step", "step", "step", "claim", "back", "straight", "take back", "stop"]),
            st.integers(0, 5),
        ),
        max_size=14,
    ),
)
def test_the_page_offers_what_the_commands_allow(
    shaped: Shaped, key: str, officer: str, avoids: bool, moves: list[tuple[str, int]]
) -> None:
    story = shaped(key)
    story.receive()
    actor = story.actor(officer)
    if avoids:
        own = frozenset({bytes(story.case().applicant_index)})
        actor = Actor(actor.officer_id, actor.name, actor.posts, avoids=own)
    agree_on(story, actor)
    story.accept()
    for what, which in moves:
        if what == "step" and story.items():
            story.step_on()
        else:
            disturb(story, what, which)
    agree_on(story, actor)
    assert story.faults() == []
    story.to_its_end()
    agree_on(story, actor)
    assert story.faults() == []


@pytest.mark.parametrize("key", SHAPES)
def test_the_holder_of_the_decision_is_offered_deciding_returning_and_rejecting(shaped: Shaped, key: str) -> None:
    story = shaped(key).until("decide")
    found = case_actions(story.office, story.holder(story.item("decide")), story.number)
    (item,) = found.work_items
    assert item.possible >= {Action.COMPLETE, Action.RETURN, Action.REJECT, Action.EXTEND, Action.TRANSFER}
    assert item.possible.isdisjoint({Action.SIGN, Action.HAND_BACK, Action.DELIVER, Action.ACCEPT})


@pytest.mark.parametrize(
    ("sign_rule", "part", "more"),
    [("", Part.BEFORE, Action.REMOVE_SIGNER), (DELEGATED, Part.DELEGATE, Action.RECALL)],
)
def test_who_waits_for_others_may_take_them_off_or_send_the_case_back(
    shaped: Shaped, sign_rule: str, part: Part, more: Action
) -> None:
    story = shaped().until("review")
    item = story.item("review")
    holder, other = story.holder(item), story.rows("SELECT id FROM officers WHERE sign_in_name = 's0101w'")[0].id
    with story.office.unit_of_work() as uow:
        change = CaseChange.at_work_item(Desk(story.office, uow, holder), item.id, None)
        change.change_item(status=WorkItemStatus.WAITING, officer_id=holder.officer_id)
        change.add_item(part, item.post_id, other)
        change.change_step(sign_rule=sign_rule, signers=1)
        change.happened("signer_added", {})
        change.save()
    waiting, asked = case_actions(story.office, holder, story.number).work_items
    assert (waiting.part, waiting.status, asked.part) == (Part.MAIN, WorkItemStatus.WAITING, part)
    assert waiting.possible >= {more, Action.RETURN}
    assert Action.COMPLETE not in waiting.possible
    agree_on(story, holder)
    back = ReturnCase(work_item_id=item.id, target="visit", reason="不清")
    return_case(story.office, holder, back)
    assert story.open_nodes() == ["visit"]
    assert story.faults() == []
