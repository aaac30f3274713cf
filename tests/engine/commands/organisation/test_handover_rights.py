"""A handover gives no more than an appointment would: same area, same incompatible duties, and nothing shown beyond it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.handover.hand_over_item import HandOverItem, hand_over_item
from engine.commands.handover.hand_over_work import HandOverWork, hand_over_work
from engine.errors import CaseworkError, NotFound
from engine.policy.actors import SYSTEM
from engine.queries.handover import handover_preview
from tests.engine.commands.organisation.conftest import CITY, DISTRICT
from tests.story import Story


def hand_over(city, by, leaver, heir):
    today = local_date(city.office.clock.now())
    wanted = HandOverWork(from_officer_id=leaver, to_officer_id=heir, reason="调离", effective_on=today)
    return hand_over_work(city.office, by, wanted)


def test_a_districts_administrator_hands_posts_over_only_to_officers_of_the_district(city):
    admin = city.district_admin("jiaojie")
    desk = city.post(city.body("交接一处", DISTRICT), "经办岗", "handler", lane="district", by=admin)
    leaver = city.officer("likai", desk, by=admin)
    stranger = city.officer("shiji", city.post(city.body("市级一处", CITY), "综合岗", "handler", lane="district"))
    with pytest.raises(NotFound):
        hand_over(city, admin, leaver, stranger)
    assert (
        city.rows("SELECT 1 FROM post_holdings WHERE officer_id = :id AND post_id = :post", id=stranger, post=desk)
        == []
    )


def test_no_handover_joins_the_duties_of_auditor_and_administrator_in_one_person(city):
    body = city.body("审计与机构处", CITY)
    leaver = city.officer("jiguan", city.post(body, "机构管理岗", "org_admin"))
    auditor = city.officer("shenji", city.post(body, "审计岗", "auditor"))
    with pytest.raises(CaseworkError):
        hand_over(city, city.admin, leaver, auditor)


def test_a_preview_shows_nothing_of_officers_outside_the_area_whatever_posts_are_named(city):
    admin = city.district_admin("kanjian")
    outside = city.officer("waidi", city.post(city.body("市级二处", CITY), "经办岗", "handler", lane="district"))
    for posts in ((), (2**31,)):
        with pytest.raises(NotFound):
            handover_preview(city.office, admin, outside, post_ids=posts)
    nobody = city.officer("wugang")
    with pytest.raises(NotFound):
        handover_preview(city.office, admin, nobody)


def test_work_still_in_the_hand_of_whoever_lost_the_post_by_date_can_be_handed_over(city):
    story = Story(city.office)
    story.receive()
    story.accept()
    for _ in range(2):
        story.complete("joint_check")
    item, today = story.item("opinion"), local_date(city.office.clock.now())
    leaver, heir = city.officer("daoqi"), city.officer("jieshou", item.post_id)
    city.give(leaver, item.post_id, held_to=today + timedelta(days=1))
    claim_work_item(city.office, city.actor("daoqi"), ClaimWorkItem(work_item_id=item.id))
    city.office.clock.advance(timedelta(days=3))
    handover = hand_over(city, city.admin, leaver, heir)["handover_id"]
    hand_over_item(city.office, SYSTEM, HandOverItem(handover_id=handover, work_item_id=item.id))
    assert (story.item("opinion").officer_id, story.faults()) == (heir, [])
