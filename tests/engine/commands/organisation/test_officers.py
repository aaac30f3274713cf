"""Officers: appointed by others, never into duties that clash, locked out only with empty hands, never the last administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.organisation.add_officer import AddOfficer, add_officer
from engine.commands.organisation.change_officer import ChangeOfficer, change_officer
from engine.commands.organisation.change_own_password import ChangeOwnPassword, change_own_password
from engine.commands.organisation.declare_relative import DeclareRelative, declare_relative
from engine.commands.organisation.disable_officer import (
    DisableOfficer,
    EnableOfficer,
    disable_officer,
    enable_officer,
)
from engine.commands.organisation.end_holding import EndHolding, end_holding
from engine.commands.organisation.reset_password import ResetPassword, reset_password
from engine.commands.organisation.set_custodian import SetCustodian, set_custodian
from engine.commands.sign_in import SignIn, sign_in
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted, NotSignedIn, TooManyAttempts
from engine.policy.actors import SYSTEM
from engine.policy.throttling import MOST_FAILURES
from engine.queries.organisation_officers import officer_file, officers_list
from engine.queries.session import session
from tests.story import Story

GOOD = "一门进出皆是百姓事"


def signed_in(city, name, password):
    return sign_in(city.office, SYSTEM, SignIn(name=name, password=password))["token"]


def new_officer(city, name, **more):
    return add_officer(city.office, city.admin, AddOfficer(sign_in_name=name, name="王晓", **more))


def test_the_one_time_password_opens_a_session_that_must_change_it(city):
    told = new_officer(city, "wangxiao")
    token = signed_in(city, "wangxiao", told["one_time_password"])
    assert session(city.office, token).must_change_password
    actor = session(city.office, token).actor
    change_own_password(
        city.office,
        actor,
        ChangeOwnPassword(current_password=told["one_time_password"], new_password=GOOD, token=token),
    )
    assert not session(city.office, token).must_change_password
    with pytest.raises(NotSignedIn):
        signed_in(city, "wangxiao", told["one_time_password"])
    assert signed_in(city, "wangxiao", GOOD)


def test_the_one_time_password_stands_nowhere_in_clear(city):
    told = new_officer(city, "anquan")
    found = city.rows("SELECT a::text AS row FROM audit_entries a UNION ALL SELECT o::text FROM officers o")
    assert not [row for row in found if told["one_time_password"] in row.row]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("短密码七个字", None),
        ("short", "至少12"),
        ("aaaaaaaaaaaaaaaa", "重复"),
        ("mima-de-guize-2026", "用户名"),
        ("yimen-demo-2026!", "猜到"),
        ("Password2026abcXYZ", "猜到"),
        ("x" * 100 + "abcdefgh!?" * 20, "最多"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(city, new, words):
    if not city.rows("SELECT 1 FROM officers WHERE sign_in_name = 'guize'"):
        new_officer(city, "guize")
    officer = city.actor("guize")
    told = reset_password(city.office, city.admin, ResetPassword(officer_id=officer.officer_id))["one_time_password"]
    wanted = ChangeOwnPassword(current_password=told, new_password=new)
    if words is None:
        change_own_password(city.office, officer, wanted)
        return
    with pytest.raises(FormInvalid) as refused:
        change_own_password(city.office, officer, wanted)
    assert words in refused.value.detail["errors"]["new_password"][0]


def test_guessing_the_present_password_at_an_open_screen_is_throttled(city):
    new_officer(city, "kaizhe")
    officer = city.actor("kaizhe")
    for _ in range(MOST_FAILURES):
        with pytest.raises(FormInvalid):
            change_own_password(city.office, officer, ChangeOwnPassword(current_password="wrong", new_password=GOOD))
    with pytest.raises(TooManyAttempts):
        change_own_password(city.office, officer, ChangeOwnPassword(current_password="wrong", new_password=GOOD))


def test_demo_accounts_keep_the_password_everybody_was_told(city):
    with pytest.raises(ActionNotAllowed):
        change_own_password(
            city.office, city.actor("window"), ChangeOwnPassword(current_password="yimen-demo", new_password=GOOD)
        )
    with pytest.raises(ActionNotAllowed):
        reset_password(city.office, city.admin, ResetPassword(officer_id=city.actor("window").officer_id))


def test_a_reset_password_ends_every_session(city):
    told = new_officer(city, "chongzhi")
    token = signed_in(city, "chongzhi", told["one_time_password"])
    reset_password(city.office, city.admin, ResetPassword(officer_id=told["officer_id"]))
    assert session(city.office, token) is None


@pytest.mark.parametrize("name", ["Wang", "ab", "1abc", "王晓", "a b c", "window"])
def test_a_sign_in_name_is_plain_and_nobody_elses(city, name):
    with pytest.raises(FormInvalid) as refused:
        new_officer(city, name)
    assert "sign_in_name" in refused.value.detail["errors"]


def test_an_officer_takes_a_post_from_a_day_on_and_gives_it_up(city):
    body = city.body("任职街道")
    post = city.post(body, "窗口", "clerk", lane="street")
    officer = city.officer("renzhi")
    today = local_date(city.office.clock.now())
    city.give(officer, post, held_from=today + timedelta(days=2))
    assert city.actor("renzhi").posts == ()
    city.office.clock.advance(timedelta(days=2))
    assert city.actor("renzhi").post_ids == (post,)
    end_holding(city.office, city.admin, EndHolding(officer_id=officer, post_id=post))
    assert city.actor("renzhi").posts == ()
    city.give(officer, post)
    assert city.actor("renzhi").post_ids == (post,)


@pytest.mark.parametrize("days", [{"held_from": -1}, {"held_from": 3, "held_to": 2}])
def test_a_post_is_not_given_for_days_past_or_backwards(city, days):
    post = city.post(city.body(f"日期街道{len(days)}"), "窗口", "clerk", lane="street")
    officer, today = city.officer(f"riqi{len(days)}"), local_date(city.office.clock.now())
    with pytest.raises(FormInvalid):
        city.give(officer, post, **{name: today + timedelta(days=n) for name, n in days.items()})


def test_nobody_gives_a_post_to_themselves(city):
    post = city.post(city.body("自任街道"), "窗口", "clerk", lane="street")
    with pytest.raises(NotPermitted):
        city.give(city.admin.officer_id, post)


@pytest.mark.parametrize(
    ("first", "second"),
    [("supervisor", "clerk"), ("auditor", "handler"), ("policy_officer", "approver"), ("auditor", "org_admin")],
)
@pytest.mark.parametrize("order", [1, -1])
def test_duties_that_clash_are_not_joined_in_one_person(city, first, second, order):
    tag = f"{first[:3]}{second[:3]}{order}".replace("-", "m").replace("_", "")
    body = city.body(f"分离{tag}", "990100000000")
    one, other = (first, second)[::order]
    officer = city.officer(f"fenli.{tag}", city.post(body, "一", one))
    with pytest.raises(ActionNotAllowed) as refused:
        city.give(officer, city.post(body, "二", other))
    assert refused.value.detail["rule"] == "incompatible_roles"


def test_a_district_administrator_neither_sees_nor_takes_over_officers_beyond_the_district(city):
    ours = city.district_admin("quren")
    body = city.body("区内人员中心", "990101001000", by=ours)
    post = city.post(body, "窗口", "clerk", lane="street", by=ours)
    officer = city.officer("qunei", post, by=ours)
    assert officer in {line.id for line in officers_list(city.office, ours, "qunei").lines}
    assert officers_list(city.office, ours, "supervisor").lines == ()
    for stranger in ("city", "supervisor"):
        with pytest.raises(NotFound):
            reset_password(city.office, ours, ResetPassword(officer_id=city.actor(stranger).officer_id))
    far = city.post(city.body("市级中心二", "990100000000"), "督办岗", "clerk")
    city.give(officer, far)
    with pytest.raises(NotFound):
        reset_password(city.office, ours, ResetPassword(officer_id=officer))
    assert not officer_file(city.office, ours, officer).is_manageable
    with pytest.raises(NotPermitted):
        city.officer("wugang", by=ours)


def test_an_officer_with_claimed_work_is_not_disabled_and_the_cases_are_named(city):
    story = Story(city.office)
    story.receive()
    item = story.item("acceptance")
    holder = story.holder(item)
    claim_work_item(city.office, holder, ClaimWorkItem(work_item_id=item.id))
    for act in (
        lambda: disable_officer(city.office, city.admin, DisableOfficer(officer_id=holder.officer_id)),
        lambda: end_holding(city.office, city.admin, EndHolding(officer_id=holder.officer_id, post_id=item.post_id)),
    ):
        with pytest.raises(ActionNotAllowed) as refused:
            act()
        assert refused.value.detail["cases"] == [story.number]
        assert story.number in refused.value.message


def test_a_disabled_officer_is_signed_out_at_once_and_may_come_back(city):
    told = new_officer(city, "tingyong")
    token = signed_in(city, "tingyong", told["one_time_password"])
    disable_officer(city.office, city.admin, DisableOfficer(officer_id=told["officer_id"]))
    assert session(city.office, token) is None
    with pytest.raises(NotSignedIn):
        signed_in(city, "tingyong", told["one_time_password"])
    enable_officer(city.office, city.admin, EnableOfficer(officer_id=told["officer_id"]))
    assert signed_in(city, "tingyong", told["one_time_password"])


def test_the_custodian_of_a_seal_is_not_disabled(city):
    body = city.body("守印街道")
    officer = city.officer("shouyin", city.post(body, "岗", "handler", lane="street"))
    set_custodian(city.office, city.admin, SetCustodian(organisation_id=body, officer_id=officer, document_no="一号"))
    with pytest.raises(ActionNotAllowed) as refused:
        disable_officer(city.office, city.admin, DisableOfficer(officer_id=officer))
    assert refused.value.detail["rule"] == "seal_custodian"


def test_a_declared_relative_leaves_an_index_and_no_number(city):
    window = city.actor("window")
    number = "99010119500101007X"
    declare_relative(city.office, window, DeclareRelative(id_number=number, relation="parent"))
    kept = city.rows(
        "SELECT identity_index, relation FROM officer_relatives WHERE officer_id = :id", id=window.officer_id
    )
    assert [(bytes(row.identity_index), row.relation) for row in kept] == [
        (city.office.sealer.blind_index(number), "parent")
    ]
    assert number not in str([dict(row._mapping) for row in city.trail("declare_relative")])


@pytest.mark.parametrize("entries", [{"id_number": "1"}, {"id_number": ""}, {"relation": "friend"}])
def test_a_relative_without_a_valid_number_or_relation_is_refused(city, entries):
    wanted = {"id_number": "990101197403120027", "relation": "parent", **entries}
    with pytest.raises(FormInvalid):
        declare_relative(city.office, city.actor("window"), DeclareRelative(**wanted))


def test_what_changed_of_a_person_is_named_in_the_trail_without_its_value(city):
    officer = city.officer("gaiming")
    wanted = ChangeOfficer(officer_id=officer, name="王改名", id_number="990101197403120027")
    assert change_officer(city.office, city.admin, wanted)["changed"] == ["identity_index", "name"]
    assert city.trail("change_officer")[-1].detail == {"changed": ["identity_index", "name"]}


def test_officers_are_found_by_name_initials_and_sign_in_name_page_by_page(city):
    for q in ("周雯", "周", "zw", "window"):
        assert "window" in {line.sign_in_name for line in officers_list(city.office, city.admin, q).lines}
    first = officers_list(city.office, city.admin, "", None, 5)
    second = officers_list(city.office, city.admin, "", first.next_cursor, 5)
    assert {x.id for x in first.lines}.isdisjoint({x.id for x in second.lines})
    assert officers_list(city.office, city.admin, "", second.previous_cursor, 5).lines == first.lines
