"""Leave with a deputy who stands near and may hold the duties; reviews that judge every right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.organisation.review_access import (
    CloseAccessReview,
    OpenAccessReview,
    close_access_review,
    open_access_review,
)
from engine.commands.organisation.set_leave import CancelLeave, SetLeave, cancel_leave, set_leave
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.queries.organisation_reviews import access_review, access_reviews
from engine.queries.own_account import own_account, possible_deputies
from tests.engine.commands.organisation.conftest import CITY
from tests.story import Story


def leave(city, who, deputy, first=0, last=3, **more):
    today = local_date(city.office.clock.now())
    deputy_id = city.actor(deputy).officer_id if isinstance(deputy, str) else deputy
    wanted = SetLeave(
        deputy_id=deputy_id, from_on=today + timedelta(days=first), to_on=today + timedelta(days=last), **more
    )
    return set_leave(city.office, city.actor(who), wanted)["leave_id"]


def test_an_officer_goes_on_leave_with_a_colleague_as_deputy_and_calls_it_off(city):
    key = leave(city, "window", "grid")
    (line,) = own_account(city.office, city.actor("window")).leaves
    assert (line.deputy_name, line.is_cancelled) == ("马小军", False)
    cancel_leave(city.office, city.actor("window"), CancelLeave(leave_id=key))
    assert own_account(city.office, city.actor("window")).leaves[0].is_cancelled
    with pytest.raises(ActionNotAllowed):
        cancel_leave(city.office, city.actor("window"), CancelLeave(leave_id=key))


def test_the_street_may_deputise_for_its_community_but_not_a_stranger(city):
    cancel_leave(city.office, city.actor("window"), CancelLeave(leave_id=leave(city, "window", "street")))
    for stranger in ("district", "city"):
        with pytest.raises(FormInvalid) as refused:
            leave(city, "window", stranger)
        assert "deputy_id" in refused.value.detail["errors"]
    ids = {key for key, _ in possible_deputies(city.office, city.actor("window").officer_id)}
    assert str(city.actor("street").officer_id) in ids
    assert str(city.actor("district").officer_id) not in ids


def test_a_deputy_must_not_thereby_hold_duties_that_clash(city):
    with pytest.raises(ActionNotAllowed) as refused:
        leave(city, "supervisor", "policy", post_id=None) and leave(city, "auditor", "admin")
    assert refused.value.detail["rule"] == "incompatible_roles"


def test_duties_deputised_in_another_leave_of_these_days_count_too(city):
    body = city.body("代理中心", CITY)
    first = city.officer("daili.a", city.post(body, "监察", "supervisor"))
    city.officer("daili.b", city.post(body, "经办", "handler"))
    third = city.officer("daili.c", city.post(body, "机构", "org_admin"))
    leave(city, "daili.b", third)
    with pytest.raises(ActionNotAllowed):
        leave(city, "daili.a", third)
    assert leave(city, "daili.a", third, 10, 12)
    assert first


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (3, 2), (0, 400)])
def test_a_leave_lies_ahead_forwards_and_within_a_year(city, first, last):
    with pytest.raises(FormInvalid):
        leave(city, "window", "grid", first, last)


def test_deputies_are_there_themselves_and_stay_while_they_deputise(city):
    body = city.body("值守街道")
    post = city.post(body, "窗口", "clerk", lane="street")
    one, two, three = (city.officer(f"zhishou{n}", post) for n in "abc")
    leave(city, "zhishoua", two, 5, 8)
    with pytest.raises(FormInvalid) as away:
        leave(city, "zhishouc", one, 6, 7)
    assert "deputy_id" in away.value.detail["errors"]
    with pytest.raises(FormInvalid) as bound:
        leave(city, "zhishoub", three, 8, 9)
    assert "from_on" in bound.value.detail["errors"]
    with pytest.raises(FormInvalid):
        leave(city, "zhishoua", three, 8, 9)


def test_others_register_no_leave_for_me_but_my_administrator_and_never_naming_themselves(city):
    window = city.actor("window").officer_id
    with pytest.raises(NotPermitted):
        leave(city, "street", "grid", officer_id=window)
    with pytest.raises(NotPermitted):
        leave(city, "admin", "admin", officer_id=window)
    key = leave(city, "admin", "grid", 20, 22, officer_id=window)
    with pytest.raises(NotPermitted):
        cancel_leave(city.office, city.actor("street"), CancelLeave(leave_id=key))
    cancel_leave(city.office, city.admin, CancelLeave(leave_id=key))


def test_a_review_judges_every_holding_and_what_is_removed_ends_at_once(city):
    body = city.body("复核街道")
    post = city.post(body, "窗口", "clerk", lane="street")
    stays, goes = city.officer("liuren", post), city.officer("zouren", post)
    key = open_access_review(city.office, city.admin, OpenAccessReview(organisation_id=body))["review_id"]
    lines = access_review(city.office, city.admin, key).lines
    assert [(line.officer_id, line.last_sign_in_at, line.verdict) for line in lines] == [
        (stays, None, ""),
        (goes, None, ""),
    ]
    with pytest.raises(FormInvalid) as refused:
        close_access_review(
            city.office, city.admin, CloseAccessReview(review_id=key, verdicts={f"{stays}-{post}": "keep"})
        )
    assert list(refused.value.detail["errors"]) == [f"{goes}-{post}"]
    verdicts = {f"{stays}-{post}": "keep", f"{goes}-{post}": "remove"}
    done = close_access_review(city.office, city.admin, CloseAccessReview(review_id=key, verdicts=verdicts))
    assert (done["kept"], done["removed"]) == (1, 1)
    assert city.actor("liuren").post_ids == (post,)
    assert city.actor("zouren").posts == ()
    with pytest.raises(ActionNotAllowed):
        close_access_review(city.office, city.admin, CloseAccessReview(review_id=key, verdicts=verdicts))


def test_a_review_does_not_take_work_out_of_somebodys_hands(city):
    story = Story(city.office)
    story.receive()
    item = story.item("acceptance")
    holder = story.holder(item)
    claim_work_item(city.office, holder, ClaimWorkItem(work_item_id=item.id))
    body = holder.post(item.post_id).organisation_id
    key = open_access_review(city.office, city.admin, OpenAccessReview(organisation_id=body))["review_id"]
    lines = access_review(city.office, city.admin, key).lines
    verdicts = {line.key: "remove" if line.officer_id == holder.officer_id else "keep" for line in lines}
    with pytest.raises(FormInvalid) as refused:
        close_access_review(city.office, city.admin, CloseAccessReview(review_id=key, verdicts=verdicts))
    assert story.number in str(refused.value.detail["errors"])
    assert city.actor("window").posts


def test_a_district_administrator_reviews_the_district_only(city):
    ours = city.district_admin("qufuhe")
    key = open_access_review(city.office, ours, OpenAccessReview())["review_id"]
    held = {line.post_id for line in access_review(city.office, ours, key).lines}
    regions = city.rows("SELECT DISTINCT left(region_code, 6) AS code FROM posts WHERE id = ANY(:ids)", ids=list(held))
    assert [row.code for row in regions] == ["990101"]
    whole = open_access_review(city.office, city.admin, OpenAccessReview())["review_id"]
    with pytest.raises(NotFound):
        access_review(city.office, ours, whole)
    assert whole not in {review.id for review in access_reviews(city.office, ours)}
    with pytest.raises(ActionNotAllowed):
        open_access_review(city.office, ours, OpenAccessReview())
