"""The preview counts exactly the cases that loading the calendar then moves."""

from __future__ import annotations

from datetime import timedelta

from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.commands.redate_cases import RedateCases, redate_cases
from engine.definitions.bundle import read_vocabulary
from engine.definitions.yaml_reader import load_yaml
from engine.policy.actors import SYSTEM
from engine.policy.calendar_file import calendar_to_yaml, with_local
from engine.policy.working_days import calendar_from_mapping
from engine.queries.redating_preview import redating_preview
from engine.queries.redatings import DateKind, redated_dates
from tests.story import Story

CLOSED = {
    "regions": ["990100000000"],
    "name": "台风停工",
    "from": "2026-03-04",
    "working": False,
    "document_no": "云府办〔2026〕12号",
}


def test_the_preview_foretells_the_run(own_office):
    office = own_office
    stories = [Story(office) for _ in range(4)]
    for story in stories:
        story.receive()
        story.accept()
    Story(office).receive()
    Story(office).to_decision()
    before = [story.case() for story in stories]
    _, text = read_vocabulary("calendar")
    mapping = with_local(load_yaml(text, "calendar.yaml"), CLOSED)
    supervisor = stories[0].actor("supervisor")
    told = redating_preview(office, supervisor, calendar_from_mapping(mapping))
    assert [story.case() for story in stories] == before
    assert (told.cases_seen, told.is_cut) == (6, False)
    assert told.later + told.earlier == told.cases_moved
    run = load_calendar(office, SYSTEM, LoadCalendar(content=calendar_to_yaml(mapping).encode(), reason="停工"))
    office.clock.advance(timedelta(minutes=1))
    done = redate_cases(office, SYSTEM, RedateCases(redating_id=run["redating_id"]))
    assert done["cases_moved"] == told.cases_moved
    listed = redated_dates(office, supervisor, run["redating_id"], limit=100).lines
    assert len(listed) == told.by_kind.total()
    promised = [line for line in listed if line.kind is DateKind.PROMISED]
    assert len(promised) == told.by_kind[DateKind.PROMISED]
    assert {line for line in told.examples if line.kind is DateKind.PROMISED} == set(promised)


def test_more_open_cases_than_are_looked_at_are_said_to_be_more(own_office):
    for _ in range(3):
        Story(own_office).receive()
    calendar = calendar_from_mapping(load_yaml(read_vocabulary("calendar")[1], "calendar.yaml"))
    told = redating_preview(own_office, SYSTEM, calendar, most=2)
    assert (told.cases_seen, told.is_cut, told.cases_moved) == (2, True, 0)
    assert not redating_preview(own_office, SYSTEM, calendar, most=3).is_cut
