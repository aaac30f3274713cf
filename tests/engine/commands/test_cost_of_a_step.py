"""What one step costs the database, counted, not timed: few statements, one commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from bench.figures import StatementCount, counting
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.office import Office
from tests.engine.commands.staffing import Staffing
from tests.story import Story

MOST_STATEMENTS = 12


class Commits:
    """How many commits a pool sent."""

    def __init__(self) -> None:
        self.sent = 0

    def __call__(self, *_: object) -> None:
        self.sent += 1


@pytest.fixture
def commits(office: Office) -> Iterator[Commits]:
    count = Commits()
    event.listen(office.database, "commit", count)
    yield count
    event.remove(office.database, "commit", count)


@pytest.fixture
def statements(office: Office) -> Iterator[StatementCount]:
    with counting(office.database) as count:
        yield count


def _spent(statements: StatementCount, commits: Commits) -> tuple[int, int]:
    spent = statements.sent, commits.sent
    statements.sent = commits.sent = 0
    return spent


def test_completing_a_work_item_takes_at_most_twelve_statements_and_one_commit(
    story: Story, statements: StatementCount, commits: Commits
) -> None:
    story.receive()
    story.accept()
    item = story.item("joint_check")
    holder = story.holder(item)
    _spent(statements, commits)
    request = CompleteWorkItem(work_item_id=item.id, decision="agree", idempotency_key=f"cost-{item.id}")
    complete_work_item(story.office, holder, request)
    sent, committed = _spent(statements, commits)
    assert 0 < sent <= MOST_STATEMENTS
    assert committed == 1


def test_handing_a_step_to_an_officer_by_turns_costs_two_statements_more(
    module_story: Story, staffing: Staffing
) -> None:
    """Who is there, and whose turn it is: nothing where the post shares its queue."""
    spent = []
    for way in ("shared", "least_loaded", "round_robin"):
        staffing.assign(staffing.post_id("街道审核岗", "street"), way)
        story = Story(module_story.office)
        story.receive()
        story.accept()
        story.complete("joint_check")
        item = story.item("joint_check")
        holder, request = story.holder(item), CompleteWorkItem(work_item_id=item.id, decision="agree")
        with counting(story.office.database) as count:
            complete_work_item(story.office, holder, request)
        spent.append(count.sent)
    shared, least_loaded, round_robin = spent
    assert (least_loaded, round_robin) == (shared + 1, shared + 2)
    assert round_robin <= MOST_STATEMENTS


def test_the_count_sees_statements_that_bypass_sqlalchemy(office: Office, statements: StatementCount) -> None:
    with office.unit_of_work() as uow:
        uow.counters.next("cost-of-a-step")
        uow.connection.exec_driver_sql("SELECT 1")
    assert statements.sent == 2
