"""Bodies and posts: set up inside the own area only, with duties that go together, disabled only when empty."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.commands.organisation.add_post import AddPost, add_post
from engine.commands.organisation.change_organisation import ChangeOrganisation, change_organisation
from engine.commands.organisation.change_post import ChangePost, change_post
from engine.commands.organisation.set_custodian import SetCustodian, set_custodian
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.queries.organisation_coverage import coverage
from engine.queries.organisation_file import organisation_file
from engine.queries.organisation_tree import organisation_tree, vacant_posts
from tests.engine.commands.organisation.conftest import CITY, DISTRICT, STREET
from tests.story import Story

OTHER_DISTRICT = "990102000000"


def test_a_body_and_its_post_are_there_and_the_trail_says_who_set_them_up(city):
    body = city.body("试点街道便民中心")
    post = city.post(body, "综合窗口", "clerk", "handler", lane="street")
    file = organisation_file(city.office, city.admin, body)
    assert [(p.id, p.lane, p.active) for p in file.posts] == [(post, "street", True)]
    assert city.trail("add_post")[-1].officer_id == city.admin.officer_id
    assert [v.id for v in vacant_posts(city.office, city.admin)] == [post]


def test_officers_who_administer_nothing_change_nothing(city):
    with pytest.raises(NotPermitted):
        city.body("甲", by=city.actor("window"))
    with pytest.raises(NotPermitted):
        organisation_tree(city.office, city.actor("supervisor"))


def test_a_district_administrator_reaches_no_further_than_the_district(city):
    ours = city.district_admin("qushen")
    body = city.body("区内新设中心", STREET, by=ours)
    assert city.post(body, "窗口", "clerk", lane="street", by=ours)
    with pytest.raises(NotPermitted):
        city.body("外区中心", OTHER_DISTRICT, by=ours)
    with pytest.raises(NotPermitted):
        city.body("市级中心", CITY, by=ours)
    with pytest.raises(NotFound):
        city.post(1, "市府岗位", "clerk", by=ours)
    assert {node.code for node in organisation_tree(city.office, ours)} == {DISTRICT}


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"roles": ()}, "roles"),
        ({"roles": ("king",)}, "roles"),
        ({"roles": ("supervisor", "handler")}, "roles"),
        ({"roles": ("auditor",)}, "roles"),
        ({"roles": ("auditor",), "lane": "street"}, "roles"),
        ({"roles": ("clerk",), "lane": "applicant"}, "lane"),
        ({"roles": ("clerk",), "lane": "system"}, "lane"),
        ({"roles": ("clerk",), "region_code": OTHER_DISTRICT}, "region_code"),
        ({"roles": ("clerk",), "region_code": DISTRICT}, "region_code"),
        ({"roles": ("clerk",), "region_code": "990199000000"}, "region_code"),
        ({"roles": ("clerk",), "department": "magic"}, "department"),
        ({"roles": ("clerk",), "assignment": "dice"}, "assignment"),
        ({"roles": ("clerk",), "name": " "}, "name"),
    ],
)
def test_a_post_that_cannot_be_is_refused_by_the_field(city, entries, field):
    body = city.rows("SELECT id FROM organisations WHERE region_code = :code AND department IS NULL", code=STREET)[0].id
    with pytest.raises(FormInvalid) as refused:
        add_post(city.office, city.admin, AddPost(organisation_id=body, **{"name": "岗", **entries}))
    assert list(refused.value.detail["errors"]) == [field]


def test_a_bureaus_post_serves_its_own_department_only(city):
    bureau = city.body("试点民政局", DISTRICT, "civil_affairs")
    with pytest.raises(FormInvalid):
        city.post(bureau, "综合岗", "handler", lane="district", department="health")
    post = city.post(bureau, "审批岗", "approver", lane="district")
    assert city.rows("SELECT department FROM posts WHERE id = :id", id=post)[0].department == "civil_affairs"


def test_a_district_administrator_cannot_make_auditors_or_policy_officers_of_the_city(city):
    ours = city.district_admin("qulao")
    body = city.body("区审计室", DISTRICT, by=ours)
    with pytest.raises(FormInvalid):
        city.post(body, "审计员", "auditor", by=ours)


def test_a_wrong_or_known_credit_code_is_refused(city):
    body = city.body("信用街道")
    row = city.rows("SELECT * FROM organisations WHERE id = :id", id=body)[0]
    for code in ("119901009900000000", row.uscc):
        wanted = ChangeOrganisation(organisation_id=1, name="市政府新", short_name="市", uscc=code)
        with pytest.raises(FormInvalid) as refused:
            change_organisation(city.office, city.admin, wanted)
        assert "uscc" in refused.value.detail["errors"]


def test_a_post_with_open_work_stays_until_the_work_is_elsewhere(city):
    story = Story(city.office)
    story.receive()
    post = city.rows("SELECT * FROM posts WHERE id = :id", id=story.item("acceptance").post_id)[0]
    same = {"name": post.name, "roles": tuple(post.roles), "lane": post.lane, "department": post.department or ""}
    with pytest.raises(ActionNotAllowed) as refused:
        change_post(city.office, city.admin, ChangePost(post_id=post.id, active=False, **same))
    assert refused.value.detail["rule"] == "open_work"
    assert refused.value.detail["open_work_items"] == 1
    assert "转办" in refused.value.message


def test_an_empty_post_is_disabled_and_leaves_a_gap_that_coverage_finds(city):
    before = coverage(city.office, city.admin)
    held = city.rows(
        "SELECT p.* FROM posts p WHERE lane = 'street' AND 'approver' = ANY(roles) AND region_code = '990102001000'"
    )
    assert before.gaps == ()
    assert len(held) == 1
    same = {"name": held[0].name, "roles": tuple(held[0].roles), "lane": "street"}
    change_post(city.office, city.admin, ChangePost(post_id=held[0].id, active=False, **same))
    counter = city.rows("SELECT * FROM posts WHERE lane = 'street' AND region_code = '990102001000'")
    # the street's counter still stands in the lane, so routing falls back on it
    assert coverage(city.office, city.admin).gaps == ()
    for post in counter:
        entries = {"name": post.name, "roles": tuple(post.roles), "lane": "street"}
        change_post(city.office, city.admin, ChangePost(post_id=post.id, active=False, **entries))
    gaps = coverage(city.office, city.admin).gaps
    assert {(gap.lane, gap.region_code, gap.post_id) for gap in gaps} == {("street", "990102001000", None)}
    assert all(gap.items for gap in gaps)


def test_nobody_widens_a_post_they_hold_themselves(city):
    own = city.admin.posts[0]
    with pytest.raises(NotPermitted):
        change_post(city.office, city.admin, ChangePost(post_id=own.id, name=own.name, roles=("org_admin", "clerk")))


def test_new_duties_of_a_post_must_suit_everybody_who_holds_it(city):
    body = city.body("兼任中心")
    counter, desk = city.post(body, "窗口", "clerk", lane="street"), city.post(body, "监察岗", "supervisor")
    officer = city.officer("jianren", counter)
    with pytest.raises(ActionNotAllowed):
        city.give(officer, desk)
    other = city.post(body, "管理岗", "org_admin")
    city.give(officer, other)
    with pytest.raises(ActionNotAllowed) as refused:
        change_post(city.office, city.admin, ChangePost(post_id=other, name="管理岗", roles=("supervisor",)))
    assert refused.value.detail["rule"] == "incompatible_roles"


def test_a_seal_passes_from_one_custodian_to_the_next_and_never_has_two(city):
    body = city.body("用印街道")
    post = city.post(body, "印章岗", "handler", lane="street")
    first, second = city.officer("yinzhang1", post), city.officer("yinzhang2", post)
    set_custodian(city.office, city.admin, SetCustodian(organisation_id=body, officer_id=first, document_no="一号"))
    today = local_date(city.office.clock.now())
    later = {"held_from": today + timedelta(days=5), "document_no": "二号"}
    set_custodian(city.office, city.admin, SetCustodian(organisation_id=body, officer_id=second, **later))
    custody = organisation_file(city.office, city.admin, body).custody
    assert [(c.custodian_id, c.held_from, c.held_to) for c in custody] == [
        (second, today + timedelta(days=5), None),
        (first, today, today + timedelta(days=4)),
    ]


@pytest.mark.parametrize(
    ("who", "document_no", "days"), [("stranger", "一号", 5), ("staff", " ", 5), ("staff", "三号", 0)]
)
def test_a_seal_is_not_handed_to_strangers_without_a_document_or_into_the_past(city, who, document_no, days):
    body = city.body(f"印章中心{who}{days}{len(document_no.strip())}")
    post = city.post(body, "岗", "handler", lane="street")
    tag = f"{who}{days}{len(document_no.strip())}"
    keeper, staff = city.officer(f"keeper{tag}", post), city.officer(f"staff{tag}", post)
    set_custodian(city.office, city.admin, SetCustodian(organisation_id=body, officer_id=keeper, document_no="零号"))
    receiver = city.actor("window").officer_id if who == "stranger" else staff
    from_ = local_date(city.office.clock.now()) + timedelta(days=days)
    wanted = SetCustodian(organisation_id=body, officer_id=receiver, document_no=document_no, held_from=from_)
    with pytest.raises(FormInvalid):
        set_custodian(city.office, city.admin, wanted)
