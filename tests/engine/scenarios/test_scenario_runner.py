"""A scenario fails when what it says is not so, and says what happened instead."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from engine.definitions.bundle import read_bundle
from engine.definitions.parse import parse_item
from engine.errors import DefinitionInvalid
from engine.runtime import compile_process
from engine.scenarios import Story, run_scenario
from engine.scenarios.model import read_scenario

BUNDLE = read_bundle("rs-014-graduate-registration")
DEFINITION, PROCESS = parse_item(BUNDLE), compile_process(BUNDLE)
GRADUATE: dict[str, Any] = {
    "name": "毕业一年未就业：当场登记",
    "on": "2026-03-02",
    "given": {
        "applicant": {"hukou_region": "990101001001"},
        "job": {"is_graduate": True, "graduate_years": 1, "status": "失业"},
        "form": {"degree": "本科", "need_kind": "见习"},
        "documents": ["registration_commitment"],
    },
    "expect": {"eligibility": "eligible", "missing": [], "open": ["acceptance"]},
    "then": [
        {"accept": True, "expect": {"promised_due_on": "2026-03-02", "status": "in_process"}},
        {"complete": "registration", "decision": "grant", "expect": {"closed": True, "outcome": "granted"}},
    ],
}


def told(change: Callable[[dict[str, Any]], Any] = lambda entry: None) -> Story:
    entry = copy.deepcopy(GRADUATE)
    change(entry)
    return run_scenario(DEFINITION, PROCESS, read_scenario(entry, "scenarios.yaml"))


def test_a_true_scenario_passes_and_tells_its_trail() -> None:
    story = told()
    assert story.passed, story.reason
    assert story.trail == ("2026-03-02 收件", "2026-03-02 受理", "2026-03-02 登记入库、当场出件：grant")


WRONG = [
    (lambda e: e["expect"].update(eligibility="not_eligible"), "eligibility 应为 not_eligible，实际为 eligible"),
    (lambda e: e["expect"].update(missing=["degree_certificate"]), "missing 应为 degree_certificate，实际为 （无）"),
    (lambda e: e["expect"].update(open=["registration"]), "open 应为 registration，实际为 acceptance"),
    (lambda e: e["then"][0]["expect"].update(promised_due_on="2026-03-03"), "promised_due_on 应为 2026-03-03"),
    (lambda e: e["then"][0]["expect"].update(card="red"), "card 应为 red，实际为 none"),
    (lambda e: e["then"][1]["expect"].update(outcome="refused"), "outcome 应为 refused，实际为 granted"),
    (lambda e: e["then"][1].update(decision="agree"), "应为 grant、refuse 之一，情景写的是“agree”"),
    (lambda e: e["then"][1].update({"with": {"salary": 1}}), "没有这一栏"),
    (lambda e: e["then"].insert(0, {"complete": "registration"}), "尚未受理"),
    (lambda e: e["then"].insert(1, {"accept": True}), "不能受理"),
    (lambda e: e["then"].append({"accept": True, "on": "2026-03-01"}), "时间倒退"),
    (lambda e: e["then"].insert(1, {"fire": "acceptance"}), "没有打开"),
    (lambda e: e["given"].update(documents=[]), "missing 应为 （无），实际为 registration_commitment"),
    (lambda e: e["given"].update(documents=["bank_statement"]), "材料清单没有的材料：bank_statement"),
    (lambda e: e["given"]["form"].update(salary=1), "表单没有的栏目：salary"),
]


@pytest.mark.parametrize(("change", "reason"), WRONG)
def test_a_false_scenario_fails_and_says_what_is_so(change: Callable[[dict[str, Any]], Any], reason: str) -> None:
    story = told(change)
    assert not story.passed
    assert reason in story.reason


def test_a_case_with_an_unmet_condition_is_accepted_only_at_the_applicants_insistence() -> None:
    def employed(entry: dict[str, Any]) -> None:
        entry["given"]["job"]["status"] = "就业"
        entry["expect"] = {"unmet": ["graduate"]}

    assert "条件不符合：graduate" in told(employed).reason

    def insisting(entry: dict[str, Any]) -> None:
        employed(entry)
        entry["then"][0]["insist"] = "申请人已离职，数据未更新"

    assert told(insisting).passed


def test_a_missing_document_keeps_the_case_from_being_accepted() -> None:
    def bare(entry: dict[str, Any]) -> None:
        entry["given"]["documents"] = []
        entry["expect"] = {}

    assert told(bare).reason.startswith("不能受理，还缺材料：实名登记承诺")


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(when="2026-03-02"),
        lambda e: e["expect"].update(result="granted"),
        lambda e: e["then"][0].update(refuse_acceptance=True),
        lambda e: e["then"][0].pop("accept"),
        lambda e: e.pop("on"),
        lambda e: e.update(on="2026-02-30"),
    ],
)
def test_a_slip_in_a_scenario_file_is_an_error_that_names_the_scenario(
    change: Callable[[dict[str, Any]], Any],
) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        told(change)
    assert caught.value.key == GRADUATE["name"]
