"""Regions change: the tree from a day on, posts and residents at once, open cases one by one, closed ones never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.region_moves import move_open_cases
from engine.clock import local_date
from engine.commands.organisation.reorganise_regions import RegionMove, ReorganiseRegions, reorganise_regions
from engine.errors import FormInvalid, NotPermitted
from engine.queries.case_check import check_all_cases
from engine.queries.organisation_coverage import coverage
from engine.queries.organisation_regions import region_changes
from engine.queries.organisation_tree import organisation_tree
from tests.story import Story

NEW = "990101001099"


def move(city, *moves, days=0, document_no="云政发〔2026〕1号", by=None, **more):
    day = local_date(city.office.clock.now()) + timedelta(days=days)
    wanted = ReorganiseRegions(
        moves=tuple(RegionMove(*codes) for codes in moves), effective_on=day, document_no=document_no, **more
    )
    return reorganise_regions(city.office, by or city.admin, wanted)


def region_of(city, story):
    return city.rows("SELECT home_region FROM cases WHERE id = :id", id=story.case_id)[0].home_region


@pytest.mark.parametrize(
    ("moves", "more"),
    [
        ([], {}),
        ([(WINDOW_COMMUNITY, NEW)], {"days": 1}),
        ([(WINDOW_COMMUNITY, NEW)], {"document_no": " "}),
        ([("990101001098", NEW)], {}),
        ([(WINDOW_COMMUNITY, "990101099000")], {}),
        ([(WINDOW_COMMUNITY, "990101099001")], {}),
        ([(WINDOW_COMMUNITY, NEW), (WINDOW_COMMUNITY, "990101001098")], {}),
        ([(WINDOW_COMMUNITY, NEW), (NEW, WINDOW_COMMUNITY)], {}),
        ([("990101001000", "990101099000", "新街道")], {}),
    ],
)
def test_a_change_that_would_leave_somebody_behind_or_nowhere_is_refused(city, moves, more):
    with pytest.raises(FormInvalid):
        move(city, *moves, **more)
    assert not city.rows("SELECT 1 FROM region_changes")


def test_only_the_citys_administrator_changes_regions(city):
    with pytest.raises(NotPermitted):
        move(city, (WINDOW_COMMUNITY, NEW), by=city.district_admin("quhua"))
    with pytest.raises(NotPermitted):
        move(city, (WINDOW_COMMUNITY, NEW), by=city.actor("window"))


def test_open_cases_follow_their_community_and_go_on_while_closed_ones_stay(city):
    closed, going = Story(city.office), Story(city.office)
    closed.to_end()
    going.receive()
    going.accept()
    assert region_of(city, going) == WINDOW_COMMUNITY
    assert move(city, (WINDOW_COMMUNITY, NEW, "石板路新社区")) == {"created": 1, "ended": 1}
    (line,) = region_changes(city.office, city.admin)
    assert (line.to_name, line.open_cases) == ("石板路新社区", 1)
    assert move_open_cases(city.office, city.admin) == 1
    assert move_open_cases(city.office, city.admin) == 0
    assert (region_of(city, going), region_of(city, closed)) == (NEW, WINDOW_COMMUNITY)
    assert going.kinds()[-1] == "region_changed"
    for node in ("joint_check", "joint_check", "opinion", "publicity", "district_decision"):
        going.complete(node)
    going.issue()
    going.deliver()
    assert coverage(city.office, city.admin).gaps == ()
    tree = organisation_tree(city.office, city.admin)
    below = {c.code for d in tree[0].children for s in d.children for c in s.children}
    assert NEW in below
    assert WINDOW_COMMUNITY not in below
    later = Story(city.office)
    later.receive()
    assert region_of(city, later) == NEW
    faults = check_all_cases(city.office).faults
    assert [fault for fault in faults if fault.case in (closed.number, going.number)] == []
