"""Posts and officers of the demo city: every lane finds a post, every post is held, the demo accounts form one chain."""

from __future__ import annotations

import pytest

from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.demo_city.officers import DEMO_ACCOUNTS, officers
from api.demo_city.organisations import DEPARTMENTS, organisations
from api.demo_city.places import communities
from api.demo_city.posts import NO_LANE, Post, posts
from engine.policy.routing import PostCandidate, choose_post, route_question
from engine.terms import ActorKind, Lane, Level, Role, Stage

WORKED_LANES = [lane for lane in Lane if lane.actor_kind is not ActorKind.MACHINE]


def found_post(lane: Lane, community: str, stage: Stage | None, department: str, level: Level | None = None) -> Post:
    """The post that routing finds in the demo city."""
    question = route_question(lane, community, level)
    assert question is not None
    candidates = [
        PostCandidate(number, post.region_code, post.department, frozenset(post.roles))
        for number, post in enumerate(posts())
        if post.lane == question.lane and post.region_code in question.regions and post.department in (None, department)
    ]
    chosen = choose_post(candidates, question, stage, department)
    assert chosen is not None, f"{lane} finds no post for {department} in {community}"
    return posts()[chosen.id]


def holders(post: Post) -> set[str]:
    return {officer.sign_in_name for officer in officers() if post.key in officer.posts}


@pytest.mark.parametrize("lane", WORKED_LANES)
def test_every_lane_finds_a_post_for_every_department_in_every_community(lane):
    for community in communities():
        for department in DEPARTMENTS:
            post = found_post(lane, community.code, None, department.key)
            assert community.code.startswith(post.region_code.rstrip("0"))
            assert post.department in (None, department.key)


@pytest.mark.parametrize("level", [Level.DISTRICT, Level.CITY])
def test_a_consulted_department_is_found_at_the_level_that_is_asked(level):
    for department in DEPARTMENTS:
        post = found_post(Lane.CONSULTED_DEPARTMENT, WINDOW_COMMUNITY, None, department.key, level)
        assert (post.level, post.department) == (level, department.key)


def test_acceptance_goes_to_a_counter_and_review_to_the_review_post_of_the_street():
    assert found_post(Lane.STREET, WINDOW_COMMUNITY, Stage.ACCEPT, "civil_affairs").name == "街道综合窗口"
    assert found_post(Lane.STREET, WINDOW_COMMUNITY, Stage.REVIEW, "civil_affairs").name == "街道审核岗"
    assert Role.APPROVER in found_post(Lane.DISTRICT, WINDOW_COMMUNITY, Stage.DECIDE, "veterans").roles


def test_supervision_and_administration_posts_stand_in_no_lane():
    apart = {Role.SUPERVISOR, Role.POLICY_OFFICER, Role.ORG_ADMIN, Role.AUDITOR, Role.E_SUPERVISION}
    for post in posts():
        assert (post.lane == NO_LANE) == bool(apart & set(post.roles))
    assert apart <= {role for post in posts() for role in post.roles}


def test_post_names_are_unique_within_their_organisation_and_name_an_organisation_that_exists():
    keys = [post.key for post in posts()]
    assert len(set(keys)) == len(keys)
    assert {name for name, _ in keys} == {body.name for body in organisations()}


def test_every_post_is_held_by_someone():
    held = {key for officer in officers() for key in officer.posts}
    assert held == {post.key for post in posts()}


def test_officers_number_about_one_hundred_and_sixty_with_unique_sign_in_names_and_posts_each():
    names = [officer.sign_in_name for officer in officers()]
    assert 150 <= len(names) <= 170
    assert len(set(names)) == len(names)
    assert all(officer.posts and officer.name for officer in officers())


def test_no_officer_both_takes_and_decides_a_street_case_except_the_demo_account():
    counter = {post.key for post in posts() if post.name == "街道综合窗口"}
    review = {post.key for post in posts() if post.name == "街道审核岗"}
    both = [o.sign_in_name for o in officers() if counter & set(o.posts) and review & set(o.posts)]
    assert both == ["street"]


def test_nobody_both_reviews_and_approves_at_a_district_bureau():
    review = {post.organisation: post for post in posts() if post.name == "区县审核岗"}
    for post in posts():
        if post.name == "区县审批岗":
            assert not holders(post) & holders(review[post.organisation])


@pytest.mark.parametrize("department", [department.key for department in DEPARTMENTS])
@pytest.mark.parametrize(
    ("account", "lane", "stage"),
    [
        ("window", Lane.COMMUNITY, Stage.ACCEPT),
        ("window", Lane.APPLICANT, None),
        ("grid", Lane.GRID_WORKER, Stage.VISIT),
        ("panel", Lane.REVIEW_PANEL, Stage.DELIBERATE),
        ("street", Lane.STREET, Stage.ACCEPT),
        ("street", Lane.STREET, Stage.REVIEW),
        ("street", Lane.SERVICE_PROVIDER, Stage.SERVE),
        ("street", Lane.LINE_SYSTEM, None),
        ("consult", Lane.CONSULTED_DEPARTMENT, Stage.JOINT_REVIEW),
        ("consult", Lane.ASSESSOR, Stage.ASSESS),
        ("review", Lane.DISTRICT, Stage.REVIEW),
        ("district", Lane.DISTRICT, Stage.DECIDE),
        ("city", Lane.CITY, Stage.DECIDE),
    ],
)
def test_a_case_taken_at_the_window_reaches_the_demo_accounts(account, lane, stage, department):
    assert account in holders(found_post(lane, WINDOW_COMMUNITY, stage, department))


def test_the_demo_accounts_come_first_and_hold_what_their_names_say():
    assert [account.sign_in_name for account in DEMO_ACCOUNTS] == [o.sign_in_name for o in officers()][
        : len(DEMO_ACCOUNTS)
    ]
    roles = {
        account: {role for post in posts() if account in holders(post) for role in post.roles}
        for account in ("supervisor", "policy", "policy2", "admin", "auditor", "esupervision")
    }
    assert roles == {
        "supervisor": {Role.SUPERVISOR},
        "policy": {Role.POLICY_OFFICER},
        "policy2": {Role.POLICY_OFFICER},
        "admin": {Role.ORG_ADMIN},
        "auditor": {Role.AUDITOR},
        "esupervision": {Role.E_SUPERVISION},
    }
