"""A change of the working calendar dates every open case again, tells which dates moved, and goes on after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from api.bootstrap import Parts, build_office
from api.jobs import redate
from api.settings import Settings
from engine.clock import FixedClock, local_date
from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.commands.redate_cases import RedateCases, redate_cases
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.definitions.bundle import read_vocabulary
from engine.errors import DefinitionInvalid, FormInvalid, NotPermitted
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.case_check import check_all_cases
from engine.queries.redatings import redated_dates, redatings, waiting_redating
from tests.conftest import MONDAY
from tests.story import Story

TYPHOON = (
    "local:\n- {{regions: [{region}], name: 台风停工, from: {day}, through: {day}, working: false,"
    " document_no: 云府办〔2026〕12号}}\n"
)


def closed_on(day: str, region: str = "990100000000") -> bytes:
    """The calendar with one more rest day in a region."""
    _, text = read_vocabulary("calendar")
    written = text.decode().replace('version: "2026.', 'version: "2026.9.')
    return written.replace("local: []\n", TYPHOON.format(region=region, day=day)).encode()


@pytest.fixture
def city(_copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Office]:
    office = build_office(
        _copy(f"redate_{abs(hash(request.node.nodeid)) % 10**10}"), clock=FixedClock(MONDAY), pool_size=4
    )
    yield office
    office.database.dispose()


def load(office: Office, content: bytes) -> int:
    done = load_calendar(office, SYSTEM, LoadCalendar(content=content, reason="台风停工通知"))
    office.clock.advance(timedelta(minutes=2))  # type: ignore[attr-defined]
    return int(done["redating_id"])


def finish(office: Office, redating_id: int, most: int = 500) -> dict[str, Any]:
    while not (done := redate_cases(office, SYSTEM, RedateCases(redating_id=redating_id, most=most)))["finished"]:
        pass
    return done


def case_row(story: Story) -> Any:
    return story.rows("SELECT * FROM cases WHERE id = :case")[0]


def faults(office: Office) -> list[str]:
    sequence_events(office, SYSTEM, SequenceEvents())
    return [str(f) for f in check_all_cases(office, grace=timedelta(days=365)).faults]


def test_a_rest_day_moves_promised_and_statutory_date_step_and_work_item_by_one_working_day(city: Office) -> None:
    story = Story(city)
    story.receive()
    story.accept()
    before = case_row(story)
    done = finish(city, load(city, closed_on("2026-03-04")))
    after = case_row(story)
    assert (done["cases_seen"], done["cases_moved"]) == (1, 1)
    assert local_date(before.promised_due_at) == date(2026, 3, 30)
    assert local_date(after.promised_due_at) == date(2026, 3, 31)
    assert local_date(after.statutory_due_at) > local_date(before.statutory_due_at)
    steps = story.rows("SELECT due_at FROM steps WHERE case_id = :case AND status = 'open'")
    items = story.rows("SELECT due_at, sort_at FROM work_items WHERE case_id = :case AND status = 'open'")
    assert {local_date(row.due_at) for row in (*steps, *items)} == {date(2026, 3, 10)}
    assert {local_date(row.sort_at) for row in items} == {date(2026, 3, 10)}
    assert faults(city) == []


def test_a_case_that_the_change_does_not_touch_keeps_its_dates_and_gets_no_event(city: Office) -> None:
    story = Story(city)
    story.receive()
    story.accept()
    before = case_row(story)
    done = finish(city, load(city, closed_on("2026-03-04", region="990199000000")))
    assert done["cases_moved"] == 0
    assert case_row(story) == before


def test_what_an_applicant_promised_moves_with_the_calendar(city: Office) -> None:
    follows, declared = Story(city), Story(city)
    for story, accept in ((follows, follows.accept_with_gaps), (declared, declared.accept_on_commitment)):
        story.receive(documents={"identity_card": "paper"})
        accept()
    finish(city, load(city, closed_on("2026-03-04")))
    for story in (follows, declared):
        (row,) = story.rows("SELECT due_at FROM commitments WHERE case_id = :case")
        assert local_date(row.due_at) == date(2026, 3, 17)
    assert local_date(case_row(follows).deferred_due_at) == date(2026, 3, 17)
    assert faults(city) == []


def test_what_moved_is_listed_with_old_and_new_date_and_the_applicant_is_told(city: Office) -> None:
    story = Story(city)
    story.receive()
    story.accept()
    run = load(city, closed_on("2026-03-04"))
    finish(city, run)
    supervisor = story.actor("supervisor")
    listed = {line.what: (local_date(line.old_at), local_date(line.new_at)) for line in _lines(city, supervisor, run)}
    assert listed["promised"] == (date(2026, 3, 30), date(2026, 3, 31))
    assert {what.partition(":")[0] for what in listed} == {"promised", "statutory", "step"}
    assert "case_redated" in [row.kind for row in story.rows("SELECT kind FROM outbox WHERE case_id = :case")]
    (view,) = redatings(city, supervisor)
    assert (view.cases_moved, view.reason) == (1, "台风停工通知")
    assert view.finished_at


def _lines(office: Office, actor: Any, run: int) -> list[Any]:
    """Every line, page by page."""
    found, cursor = [], None
    while True:
        page = redated_dates(office, actor, run, cursor, limit=1)
        found += page.lines
        if (cursor := page.next_cursor) is None:
            return found


def test_a_suspended_case_is_dated_when_its_clock_runs_on_and_its_procedure_at_once(city: Office) -> None:
    story = Story(city)
    story.to_decision()
    city.clock.at = MONDAY + timedelta(days=1)  # type: ignore[attr-defined]
    again = Story(city)
    again.receive()
    again.accept()
    for node in ("joint_check", "joint_check", "opinion"):
        again.complete(node)
    assert case_row(again).status == "suspended"
    finish(city, load(city, closed_on("2026-03-10")))
    assert local_date(case_row(again).promised_due_at) == date(2026, 3, 31)
    again.complete("publicity")
    assert local_date(case_row(again).promised_due_at) == date(2026, 4, 1)
    assert faults(city) == []


def test_timers_of_open_steps_move_with_the_calendar(city: Office) -> None:
    story = Story(city)
    story.to_decision()
    before = story.rows("SELECT due_at FROM timers WHERE case_id = :case")[-1].due_at
    finish(city, load(city, closed_on("2026-03-04")))
    after = story.rows("SELECT due_at FROM timers WHERE case_id = :case")[-1].due_at
    assert after == before + timedelta(days=1)
    assert faults(city) == []


def test_the_delivery_date_of_a_decided_case_moves(city: Office) -> None:
    story = Story(city)
    story.to_certificate()
    assert local_date(case_row(story).delivery_due_at) == date(2026, 3, 16)
    finish(city, load(city, closed_on("2026-03-04")))
    assert local_date(case_row(story).delivery_due_at) == date(2026, 3, 17)
    assert faults(city) == []


def test_a_case_that_was_decided_in_time_does_not_become_late_by_a_new_calendar(city: Office) -> None:
    story = Story(city)
    story.to_certificate()
    before = case_row(story)
    finish(city, load(city, closed_on("2026-03-04")))
    after = case_row(story)
    assert (after.promised_due_at, after.statutory_due_at) == (before.promised_due_at, before.statutory_due_at)
    assert faults(city) == []


def test_a_run_that_was_killed_goes_on_where_its_last_commit_left_it_and_moves_no_date_twice(city: Office) -> None:
    stories = [Story(city) for _ in range(5)]
    for story in stories:
        story.receive()
        story.accept()
    run = load(city, closed_on("2026-03-04"))
    first = redate_cases(city, SYSTEM, RedateCases(redating_id=run, most=2))
    assert (first["finished"], first["cases_seen"]) == (False, 2)

    class Killed(Exception):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.records.redatings.RedatingRecords.advance", kill)
        with pytest.raises(Killed):
            redate_cases(city, SYSTEM, RedateCases(redating_id=run, most=2))
    done = finish(city, run, most=2)
    assert (done["cases_seen"], done["cases_moved"]) == (5, 5)
    assert {local_date(case_row(story).promised_due_at) for story in stories} == {date(2026, 3, 31)}
    assert all(story.kinds().count("case_redated") == 1 for story in stories)
    assert faults(city) == []


def test_the_worker_waits_until_nobody_can_still_hold_the_old_calendar(city: Office) -> None:
    done = load_calendar(city, SYSTEM, LoadCalendar(content=closed_on("2026-03-04"), reason="通知"))
    assert waiting_redating(city) is None
    city.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    assert waiting_redating(city) == done["redating_id"]


def test_the_worker_finishes_every_waiting_run(city: Office, shared_settings: Settings) -> None:
    Story(city).receive()
    load(city, closed_on("2026-03-04"))
    load(city, closed_on("2026-03-05"))
    assert redate(Parts(shared_settings, city, None)) == 2
    assert waiting_redating(city) is None


def test_the_same_calendar_again_changes_nothing(city: Office) -> None:
    content = closed_on("2026-03-04")
    load(city, content)
    again = load_calendar(city, SYSTEM, LoadCalendar(content=content, reason="再次导入"))
    assert again["status"] == "unchanged"


def test_a_calendar_that_contradicts_itself_is_refused_and_nothing_is_stored(city: Office) -> None:
    _, text = read_vocabulary("calendar")
    wrong = text.replace(b"2026-02-14", b"2026-02-13")
    with pytest.raises(DefinitionInvalid, match="不是周六或周日"):
        load_calendar(city, SYSTEM, LoadCalendar(content=wrong, reason="通知"))
    with pytest.raises(FormInvalid):
        load_calendar(city, SYSTEM, LoadCalendar(content=text, reason=" "))
    assert redatings(city, Story(city).actor("supervisor")) == ()


def test_only_a_policy_officer_changes_the_calendar(city: Office) -> None:
    request = LoadCalendar(content=closed_on("2026-03-04"), reason="通知")
    with pytest.raises(NotPermitted):
        load_calendar(city, Story(city).actor("window"), request)
    assert load_calendar(city, Story(city).actor("policy"), replace(request))["status"] == "loaded"


def test_an_applicant_whose_case_is_decided_is_not_told_of_another_promised_date(city: Office) -> None:
    story = Story(city)
    story.to_certificate()
    finish(city, load(city, closed_on("2026-03-04")))
    assert story.rows("SELECT 1 FROM outbox WHERE case_id = :case AND kind = 'case_redated'") == []
    assert faults(city) == []
