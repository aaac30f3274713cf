"""Whose duty is no case opens no case; who is asked about one sees that one; who supervises sees the handling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.demo_city.officers import officers
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.errors import FormInvalid, NotFound, NotPermitted
from engine.office import Office
from engine.policy.actors import Actor, PostHeld
from engine.queries.approvers import approvers
from engine.queries.case_file import case_file
from engine.queries.case_search import CaseFilter, case_search
from engine.queries.receipt import receipt
from tests.story import Story

Clients = Callable[[str], FlaskClient]
NAME, WANG = "王秀英", "990101197403120027"
OF_A_CASE = ("", "/events", "/clocks", "/actions", "/approvers", "/copy-receivers", "/supervision-orders", "/signing")


def elsewhere(words: str) -> str:
    """The sign-in name of an officer with such a body or post."""
    return next(o.sign_in_name for o in officers() if any(words in body + post for body, post in o.posts))


@pytest.mark.parametrize("name", ["policy", "admin", "auditor", "esupervision"])
def test_officers_whose_duty_is_no_case_open_none(story: Story, client_of: Clients, name: str) -> None:
    story.to_end()
    caller, number = client_of(name), story.number
    certificate = story.rows("SELECT number FROM certificates WHERE case_id = :case")[0].number
    notice = story.rows("SELECT number FROM notices WHERE case_id = :case")[0].number
    for path in OF_A_CASE:
        assert caller.get(f"/api/v1/cases/{number}{path}").status_code == 404
    assert caller.get(f"/api/v1/cases/{number}?reveal=true&purpose=x").status_code == 404
    assert caller.get("/api/v1/cases", query_string={"q": number}).json["items"] == []
    assert caller.get(f"/api/v1/certificates/{certificate}/file").status_code == 404
    assert caller.get(f"/api/v1/notices/{notice}/file").status_code == 404
    assert caller.get(f"/cases/{number}").status_code == 404
    assert caller.get(f"/cases/{number}/receipt").status_code in (403, 404)


def test_a_consulted_department_sees_the_cases_it_was_asked_about_and_no_others(story: Story) -> None:
    story.receive()
    consulted = story.actor("consult")
    with pytest.raises(NotFound):
        case_file(story.office, consulted, story.number)
    assert case_search(story.office, consulted, CaseFilter(q=story.number)).lines == ()
    story.accept()
    assert case_file(story.office, consulted, story.number).header.number == story.number
    story.complete("joint_check")
    story.complete("joint_check")
    assert case_file(story.office, consulted, story.number).header.number == story.number


def test_a_supervisor_sees_how_a_case_went_and_not_whom_it_is_about(story: Story) -> None:
    story.to_decision().complete("district_decision", opinion=f"{NAME}符合条件")
    supervisor = story.actor("supervisor")
    file = case_file(story.office, supervisor, story.number)
    assert (file.applicant.name, file.applicant.answers, dict(file.remarks)) == ("王**", (), {})
    assert NAME not in str((file.applicant, file.steps, file.remarks))
    assert [
        line.applicant_name for line in case_search(story.office, supervisor, CaseFilter(q=story.number)).lines
    ] == ["王**"]
    assert case_file(story.office, supervisor, story.number, reveal=True).applicant.name == NAME


def test_only_a_counter_prints_the_receipt_with_its_query_password(story: Story) -> None:
    story.receive()
    story.accept()
    assert receipt(story.office, story.actor("window"), story.number).query_password == story.password
    for name in ("consult", "district", "supervisor"):
        with pytest.raises(NotPermitted):
            receipt(story.office, story.actor(name), story.number)


def test_numbers_typed_into_an_opinion_stay_masked_until_a_purpose_is_given(story: Story) -> None:
    story.receive()
    story.accept()
    story.complete("joint_check", opinion=f"核对{WANG}、13812345678无误")
    window = story.actor("window")
    assert [s.opinion for s in case_file(story.office, window, story.number).steps if s.opinion] == [
        "核对990101********0027、138****5678无误"
    ]
    revealed = case_file(story.office, window, story.number, reveal=True)
    assert any(WANG in step.opinion for step in revealed.steps)


def test_a_clerk_of_another_community_is_not_told_how_a_foreign_work_item_stands(story: Story) -> None:
    story.receive()
    item = story.item("acceptance")
    stranger = story.actor(elsewhere("茶亭社区"))
    for version in (None, 1, 77):
        with pytest.raises(NotPermitted) as refusal:
            claim_work_item(story.office, stranger, ClaimWorkItem(work_item_id=item.id, version=version))
        assert "current_version" not in refusal.value.detail
    story.accept()
    with pytest.raises(NotPermitted) as refusal:
        claim_work_item(story.office, stranger, ClaimWorkItem(work_item_id=item.id))
    assert "办理中" not in str(refusal.value)


def ordered(story: Story, approver_id: int) -> dict[str, object]:
    item = story.item("joint_check")
    wanted = StartProcedure(work_item_id=item.id, procedure="publicity", reason="听证", approver_id=approver_id)
    return start_procedure(story.office, story.holder(item), wanted)


def test_a_special_procedure_is_approved_by_an_approver_over_the_case_and_never_by_oneself(story: Story) -> None:
    story.receive()
    story.accept()
    holder = story.holder(story.item("joint_check"))
    another_district = "d02-civil_affairs"
    for name in ("window", "policy", "supervisor", another_district):
        with pytest.raises(FormInvalid):
            ordered(story, story.actor(name).officer_id)
    with pytest.raises(FormInvalid):
        ordered(story, holder.officer_id)
    offered = [one.officer_id for one in approvers(story.office, holder, story.number)]
    assert story.actor("district").officer_id in offered
    assert holder.officer_id not in offered
    assert ordered(story, story.actor("district").officer_id)["status"] == "suspended"


def test_an_approver_does_not_approve_the_procedure_that_he_orders(story: Story) -> None:
    story.to_decision()
    item = story.item("district_decision")
    district = story.actor("district")
    wanted = StartProcedure(work_item_id=item.id, procedure="publicity", reason="听证", approver_id=district.officer_id)
    with pytest.raises(FormInvalid):
        start_procedure(story.office, district, wanted)


def test_a_procedure_is_ended_by_a_post_over_the_case_not_by_two_posts_put_together(
    story: Story, office: Office
) -> None:
    """A clerk's post far away and a supervisor's post over the whole city make no clerk of the whole city."""
    story.receive()
    story.accept()
    suspension = ordered(story, story.actor("district").officer_id)["suspension_id"]
    assert isinstance(suspension, int)
    far = PostHeld(10**6, "窗口", 1, "远处", "990103001001", None, "community", frozenset({"clerk", "handler"}))
    city = PostHeld(10**6 + 1, "监察", 1, "市", "990100000000", None, "", frozenset({"supervisor"}))
    patched = Actor(10**6, "甲", (far, city))
    with pytest.raises(NotPermitted):
        end_procedure(office, patched, EndProcedure(case_number=story.number, suspension_id=suspension))
    with pytest.raises(NotFound):
        end_procedure(
            office, Actor(10**6, "甲", (far,)), EndProcedure(case_number=story.number, suspension_id=suspension)
        )
    ended = end_procedure(
        office, story.actor("district"), EndProcedure(case_number=story.number, suspension_id=suspension)
    )
    assert ended["status"] == "in_process"


def test_a_consulted_department_reads_the_application_and_its_own_answer_only(story: Story) -> None:
    story.receive()
    story.accept()
    story.complete("joint_check", opinion="本部门无异议")
    story.complete("joint_check", opinion="本部门无异议")
    story.complete("opinion", opinion="街道的审核意见")
    story.complete("publicity")
    story.complete("district_decision", opinion="区里的决定意见")
    file = case_file(story.office, story.actor("consult"), story.number)
    assert {step.opinion for step in file.steps if step.opinion} == {"本部门无异议"}
    assert (file.certificates, file.notices, file.messages, dict(file.remarks)) == ((), (), (), {})
    assert file.applicant.answers
    whole = case_file(story.office, story.actor("district"), story.number)
    assert {"街道的审核意见", "区里的决定意见"} <= {step.opinion for step in whole.steps}
    assert whole.notices
