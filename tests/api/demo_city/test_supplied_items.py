"""Every supplied item runs in the demo city: the real commands find a post for each step and seal the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.bootstrap import Parts
from api.demo_city.city import LEGALITY
from api.jobs import drain_machine, sweep_timers
from api.settings import Settings
from certificates.pki import ensure_authority
from engine.clock import FixedClock, local_date
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.publish_definition import LoadReferenceText, load_reference_text
from engine.definitions.steps import node_of
from engine.office import Office
from engine.policy.actors import SYSTEM
from tests.story import Story

PHONE = {"applicant_phone": "13800000001"}
ACCOUNT = {"bank_name": "云溪银行", "bank_account": "6222000000000000001"}

SUBSISTENCE: dict[str, Any] = {
    "item": "mz-001-subsistence-allowance",
    "form": {
        **PHONE,
        **ACCOUNT,
        "applicant_name": "王秀英",
        "applicant_id": "990101197403120027",
        "reside_address": "石板路演示里1号",
        "members": [{"name": "王秀英", "relation": "本人", "id_number": "990101197403120027"}],
        "apply_mode": "整户",
        "income_12m": 18720,
        "assets_note": "存款一万八千元",
        "hardship_cause": "失业",
        "check_authorised": True,
        "relative_staff": False,
    },
    "documents": {"household_register": "paper", "economic_check_authorisation": "paper"},
    "steps": {
        "visit": {
            "visitor_one": "周敏",
            "visitor_two": "何涛",
            "visited_on": "2026-03-02",
            "visit_findings": "与申报一致",
        },
        "district_review": {"spot_checked": False},
        "district_decision": {
            "category": "C类",
            "member_count": 3,
            "monthly_amount": "780",
            "allowance_from": "2026-04-01",
            "review_on": "2026-09-30",
        },
    },
}
GRADUATE: dict[str, Any] = {
    "item": "rs-014-graduate-registration",
    "form": {
        **PHONE,
        "applicant_name": "李晓雨",
        "applicant_id": "990101200309010029",
        "degree": "本科",
        "major": "护理学",
        "graduate_school": "云溪学院",
        "need_kind": "见习",
    },
    "documents": {"registration_commitment": "upload"},
    "steps": {},
}
SURVIVOR: dict[str, Any] = {
    "item": "ty-003-survivor-preferential-card",
    "form": {
        **PHONE,
        "applicant_name": "刘桂兰",
        "applicant_id": "990101195204160027",
        "hero_name": "刘卫国",
        "hero_kind": "烈士",
        "kin": "子女",
        "certificate_no": "烈字第19530416号",
        "bank_choice": "邮储银行",
    },
    "documents": {"martyr_certificate": "paper", "identity_card": "paper", "recent_photo": "upload"},
    "steps": {"summary": {"reviewed_on": "2026-03-02", "reviewers": "街道、派出所", "review_findings": "关系清楚"}},
}
VOLUNTEER: dict[str, Any] = {
    "item": "zm-qt-16-volunteer-service-record",
    "form": {**PHONE, "applicant_name": "赵志强", "applicant_id": "990101198507070014", "purpose": "积分入户"},
    "documents": {"identity_card": "paper"},
    "steps": {
        "ledger_check": {
            "record_state": "有记录",
            "hours": "126.5",
            "team_joined": "石板路社区银龄互助队",
            "period_text": "2024年3月至2026年2月",
            "main_work": "独居老人探访",
        }
    },
}
RESIDENT: dict[str, Any] = {
    "item": "zm-ms-01-actual-residence",
    "form": {
        **PHONE,
        "applicant_name": "黄淑贞",
        "applicant_id": "99010119421130002X",
        "stated_address": "石板路演示里10号",
        "reside_since": "2019-03-05",
        "purpose": "社区公共服务项目申请",
        "visit_agreed": True,
    },
    "documents": {"identity_card": "paper"},
    "steps": {
        "visit": {"verified_on": "2026-03-02", "visit_findings": "本人在家"},
        "record_review": {"reside_from": "2019-03-05"},
    },
}
STORIES = (SUBSISTENCE, GRADUATE, SURVIVOR, VOLUNTEER, RESIDENT)


@pytest.fixture
def city(own_office: Office, test_settings: Settings) -> Parts:
    ensure_authority(test_settings.home / "authority")
    digest = "0" * 64
    request = LoadReferenceText(name="legality", content=LEGALITY.read_bytes(), content_hash=digest, if_absent=True)
    load_reference_text(own_office, SYSTEM, request)
    return Parts(test_settings, replace(own_office, clock=FixedClock(own_office.clock.now())), None)


def walk(city: Parts, told: Mapping[str, Any]) -> Story:
    """The case from the counter to its end, every step with its first choice."""
    story = Story(city.office)
    definition = _definition(city, told["item"])
    answer = story.receive(item=told["item"], form=told["form"], documents=told["documents"])
    assert answer["outcome"] == "received", answer
    assert answer["eligibility"]["outcome"] == "eligible", answer["eligibility"]
    story.accept()
    for _ in range(30):
        drain_machine(city)
        items = [item for item in story.items() if item.kind == "human"]
        if items:
            process = story.rows("SELECT process_id FROM steps WHERE case_id = :case AND token = :t", t=items[0].token)
            _do(story, node_of(definition, process[0].process_id, items[0].node_id), told["steps"])
        elif story.case().status != "closed":
            city.office.clock.advance(timedelta(days=1))
            sweep_timers(city)
        else:
            return story
    raise AssertionError(f"not closed, open: {story.open_nodes()}")


def _do(story: Story, node: Any, answers: Mapping[str, Any]) -> None:
    decision = node.decisions[0].code if node.decisions else ""
    if node.stage == "deliver":
        item = story.item(node.id)
        handed_over = DeliverCase(work_item_id=item.id, recipient="本人", mode="counter")
        deliver_case(story.office, story.holder(item), handed_over)
    else:
        story.complete(node.id, decision, answers=answers.get(node.id, {}))


def _definition(city: Parts, key: str) -> Any:
    with city.office.unit_of_work() as uow:
        today = local_date(city.office.clock.now())
        return city.office.definitions.in_force(uow.definitions, key, today).definition


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told["item"])
def test_a_supplied_item_runs_from_the_counter_to_its_end(city: Parts, told: Mapping[str, Any]) -> None:
    story = walk(city, told)
    case = story.case()
    assert (case.status, case.result) == ("closed", "granted")
    certificates = story.rows("SELECT * FROM certificates WHERE case_id = :case")
    outcome = _definition(city, told["item"]).outcome
    issued = [(outcome.certificate, "issued")] if outcome.certificate else []
    assert [(row.type_key, row.status) for row in certificates] == issued
    for row in certificates:
        valid_days = row.valid_until and (row.valid_until - local_date(row.issued_at)).days
        assert valid_days == outcome.valid_days
