"""A case that follows its region is dated by the calendar of the place it comes to."""

from __future__ import annotations

from datetime import date, timedelta

from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.region_moves import move_open_cases
from engine.clock import local_date
from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.commands.organisation.reorganise_regions import RegionMove, ReorganiseRegions, reorganise_regions
from engine.definitions.bundle import read_vocabulary
from engine.policy.actors import SYSTEM
from tests.story import Story

NEW = "990101001097"
CLOSURE = (
    f"local:\n- {{regions: [{NEW}], name: 台风停工, from: 2026-03-10, through: 2026-03-10, working: false,"
    " document_no: 云府办〔2026〕12号}\n"
)


def test_a_local_rest_day_of_the_new_region_moves_the_dates_of_a_case_that_comes_there(city):
    _, text = read_vocabulary("calendar")
    content = text.decode().replace('version: "2026.', 'version: "2026.8.').replace("local: []\n", CLOSURE)
    load_calendar(city.office, SYSTEM, LoadCalendar(content=content.encode(), reason="台风停工通知"))
    waiting, running, standing = Story(city.office), Story(city.office), Story(city.office)
    waiting.receive()
    for story in (running, standing):
        story.receive()
        story.accept()
    for node in ("joint_check", "joint_check", "opinion"):
        standing.complete(node)
    assert standing.case().status == "suspended"
    before = running.case()
    day = local_date(city.office.clock.now())
    moves = (RegionMove(WINDOW_COMMUNITY, NEW, "新社区"),)
    reorganise_regions(
        city.office, city.admin, ReorganiseRegions(moves=moves, effective_on=day, document_no="云政发〔2026〕1号")
    )
    assert move_open_cases(city.office, city.admin) == 3
    after = running.case()
    assert (local_date(before.promised_due_at), local_date(after.promised_due_at)) == (
        date(2026, 3, 30),
        date(2026, 3, 31),
    )
    assert after.statutory_due_at > before.statutory_due_at
    city.office.clock.advance(timedelta(days=1))
    standing.complete("publicity")
    for story in (waiting, running, standing):
        assert story.faults() == []
