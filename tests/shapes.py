"""Four definitions, one for each shape a process can have, rich enough for every verb to find something to act on.

    mz-911-sequential      accept → visit → review → publicity → decide → register → deliver
    mz-912-parallel        accept → review → (visit → family ‖ check → assess ‖ publicity) → summary → decide → deliver
    mz-913-multi-instance  accept → joint_check by three departments → opinion → publicity → panel → decide → deliver
    mz-914-called          accept → survey (look → talk) → review → publicity → decide → issue (seal → deliver)

All four are accepted by the street of 石板路社区 and decided by the district; who handled a case may not decide it. Beside
`review` of the sequential shape runs a reminder (three working days, then a machine step); a limit of five interrupts
`visit` of the parallel one, which goes on to `family` by itself. `publicity` stops the clock, and can be started by hand
at any step. `decide` takes grant, refuse or back; `review`, `check`, `joint_check` and `panel` agree or disagree (nothing
hangs on it), every other step is simply done. `survey` and `issue` are called fragments; the called shape issues a
certificate, so that numbers are reserved. The income statement may follow later, or be declared instead. `ShapedStory`
drives a case of any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from textwrap import dedent
from typing import Any

from engine.commands.accept_case import AcceptCase, accept_case
from engine.definitions.bundle import FRAGMENTS, ItemBundle, bundle_from_texts, with_shared_parts
from engine.definitions.drafting import draft_process
from engine.definitions.emit_bpmn import emit_bpmn
from engine.office import Office
from tests.story import ANSWERS, DOCUMENTS, EXAMPLE_ROOT, Story, publish

SEQUENTIAL, PARALLEL = "mz-911-sequential", "mz-912-parallel"
MULTI_INSTANCE, CALLED = "mz-913-multi-instance", "mz-914-called"
SHAPES = (SEQUENTIAL, PARALLEL, MULTI_INSTANCE, CALLED)
TITLES = {
    SEQUENTIAL: "示例顺序办理事项",
    PARALLEL: "示例并行办理事项",
    MULTI_INSTANCE: "示例多部门会审事项",
    CALLED: "示例调用子流程事项",
}
_DEPARTMENT = "civil_affairs"
_AGREE = "agree:同意 disagree:不同意"
_CHECK = "agree:无异常 disagree:有异常"

Spec = Mapping[str, Any]


def _step(name: str, lane: str, title: str, stage: str, days: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "lane": lane, "name": title, "stage": stage, "days": days, **more}


_ACCEPT = _step("accept", "street", "受理", "accept", 2)
_PUBLICITY = {
    **{"id": "publicity", "lane": "community", "name": "公示", "stage": "publicise", "natural_days": 7},
    "procedure": "publicity",
}
_DELIVER = _step("deliver", "street", "送达", "deliver", 1)
_ENDS = [
    {"id": "granted", "kind": "end", "lane": "street", "name": "办结", "outcome": "granted"},
    {"id": "refused", "kind": "end", "lane": "district", "name": "不予批准", "outcome": "refused"},
]


def _decide(then: str, back: str) -> dict[str, Any]:
    ways = [
        {"to": "refused", "when": 'decide = "refuse"', "name": "不予"},
        {"to": back, "when": 'decide = "back"', "name": "退回核实"},
        {"to": then},
    ]
    return _step("decide", "district", "决定", "decide", 4, decisions="grant:准予 refuse:不予 back:退回核实", next=ways)


_SEQUENTIAL: list[dict[str, Any]] = [
    _ACCEPT,
    _step("visit", "grid_worker", "入户调查", "visit", 3),
    _step("review", "street", "审核", "review", 3, decisions=_AGREE, next="publicity"),
    {
        **{"id": "reminder", "kind": "boundary", "on": "review", "days": 3, "interrupting": False},
        **{"name": "满三日", "next": "remind"},
    },
    {**_PUBLICITY, "next": "decide"},
    _decide("register", "visit"),
    _step("register", "district", "登记", "handle", 2),
    {**_DELIVER, "next": "granted"},
    {"id": "remind", "lane": "street", "kind": "service", "name": "提醒", "service": "notify"},
    {"id": "reminded", "kind": "end", "lane": "street", "name": "已提醒"},
    *_ENDS,
]
_PARALLEL: list[dict[str, Any]] = [
    _ACCEPT,
    _step("review", "street", "初审", "review", 2, decisions=_AGREE),
    {
        **{"id": "together", "lane": "street", "kind": "parallel"},
        "branches": [
            [
                _step("visit", "grid_worker", "入户调查", "visit", 3),
                _step("family", "community", "家庭情况", "check", 2),
            ],
            [
                _step(
                    "check", "consulted_department", "协查", "check", 3, decisions=_CHECK, department="public_security"
                ),
                _step("assess", "assessor", "评定", "assess", 2),
            ],
            [_PUBLICITY],
        ],
        "next": "summary",
    },
    {
        **{"id": "visit_lapsed", "kind": "boundary", "on": "visit", "days": 5, "interrupting": True},
        **{"name": "满五日", "next": "family"},
    },
    _step("summary", "street", "汇总意见", "review", 2),
    _decide("deliver", "review"),
    {**_DELIVER, "next": "granted"},
    *_ENDS,
]
_MULTI_INSTANCE: list[dict[str, Any]] = [
    _ACCEPT,
    _step(
        *("joint_check", "consulted_department", "部门会审", "joint_review", 5),
        decisions=_CHECK,
        departments=["public_security", "market_regulation", "housing"],
    ),
    _step("opinion", "street", "形成意见", "review", 3),
    _PUBLICITY,
    _step("panel", "review_panel", "评议", "deliberate", 3, decisions=_AGREE),
    _decide("deliver", "joint_check"),
    {**_DELIVER, "next": "granted"},
    *_ENDS,
]
_CALLED: list[dict[str, Any]] = [
    _ACCEPT,
    {"id": "survey", "lane": "street", "kind": "call", "name": "入户核查", "calls": "household_survey"},
    _step("review", "street", "审核", "review", 3, decisions=_AGREE),
    _PUBLICITY,
    _decide("issue", "survey"),
    {
        **{"id": "issue", "lane": "district", "kind": "call", "name": "制证送达", "calls": "seal_and_deliver"},
        **{"caller_lane": "street", "next": "granted"},
    },
    *_ENDS,
]
_SURVEY: Spec = {
    "id": "household_survey",
    "name": "入户核查",
    "lanes": ["caller", "grid_worker"],
    "steps": [
        _step("look", "grid_worker", "上门查看", "visit", 2),
        _step("talk", "caller", "约谈核实", "check", 2),
    ],
}
_LANES = ["grid_worker", "community", "review_panel", "street", "assessor", "consulted_department", "district"]
_STEPS = {SEQUENTIAL: _SEQUENTIAL, PARALLEL: _PARALLEL, MULTI_INSTANCE: _MULTI_INSTANCE, CALLED: _CALLED}


@cache
def shape(key: str) -> ItemBundle:
    """The bundle of one of the four definitions."""
    called = {f"{FRAGMENTS}/household_survey.bpmn": emit_bpmn(draft_process(_SURVEY))} if key == CALLED else {}
    return bundle_of(key, TITLES[key], _STEPS[key], called)


def bundle_of(
    key: str, title: str, steps: list[dict[str, Any]], fragments: Mapping[str, bytes] | None = None
) -> ItemBundle:
    """A definition with this process, and the form every shape has; the licence is that of the called shape alone."""
    used = {step["lane"] for step in _every_step(steps) if "lane" in step}
    spec = {"id": key, "name": title, "lanes": [lane for lane in _LANES if lane in used], "steps": steps}
    texts = {
        f"forms/{_DEPARTMENT}/{key}.yaml": _form(key, title).encode(),
        f"forms/{_DEPARTMENT}/{key}.scenarios.yaml": _SCENARIOS.encode(),
        f"process_definitions/{_DEPARTMENT}/{key}.bpmn": emit_bpmn(draft_process(spec)),
        **(fragments or {}),
    }
    return bundle_from_texts(key, with_shared_parts(texts, EXAMPLE_ROOT))


def publish_shapes(office: Office) -> None:
    """All four are in force in the city; doing it again changes nothing."""
    for key in SHAPES:
        publish(office, shape(key))


def _every_step(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    inner = [step for outer in steps for branch in outer.get("branches", ()) for step in branch]
    return [*steps, *inner]


_SCENARIOS = "".join(f"- name: 第{number}种情形\n  on: 2026-03-02\n" for number in range(1, 5))


def _form(key: str, title: str) -> str:
    """The form file: the applicant's data, one condition, one document; the same for every shape."""
    issued = f"certificate: {key}, valid_months: 12, facts: {{holder: form.applicant_name}}"
    outcome = f"{{kind: licence, title: 示例证, licence: DBZ, {issued}}}" if key == CALLED else _RECORD
    return dedent(
        f"""\
        title: {title}
        title_en: Example of the {key[7:]} shape
        code: {key[:6].upper()}
        kind: service_item
        department: {_DEPARTMENT}
        theme: JZ
        item_type: benefit
        case_kind: committed
        applicant_kind: natural_person
        accept_level: street
        decide_level: district
        separate_approval: true
        visits: 1
        online_depth: 3
        fee: 免费
        valid_from: 2025-01-01
        change_note: 首次发布
        legal_basis:
          - {{title: 《示例办法》, article: 第三条, verified: true}}
        limits:
          statutory: {{amount: 40, unit: working_day}}
          promised: {{amount: 30, unit: working_day}}
          correction: {{amount: 10, unit: working_day}}
          extension: {{amount: 10, unit: working_day}}
          special_procedures:
            - {{code: publicity, title: 公示, limit: {{amount: 7, unit: natural_day}}, basis: 《示例办法》第六条}}
        form:
          - use: applicant
        eligibility:
          - id: residence
            text: 申请人户籍在本市
            when: starts with(applicant.hukou_region, region.city)
            basis: registry
            refusal: 申请人户籍不在本市
            way_out: 请向户籍所在地申请
            article: 《示例办法》第四条
        documents:
          - {{use: identity_card, required: true, basis: 《示例办法》第五条}}
          - {{id: income_statement, title: 收入说明, form: copy, required: true, deferrable: true, commitment: true,
             basis: 《示例办法》第五条}}
        outcome: {outcome}
        """
    )


_RECORD = "{kind: record, title: 示例登记}"

# The decision a step gets when a story does not say otherwise.
DECISIONS = {"review": "agree", "check": "agree", "joint_check": "agree", "panel": "agree", "decide": "grant"}


@dataclass
class ShapedStory(Story):
    """One case of one of the four shapes."""

    key: str = SEQUENTIAL

    def receive(self, **request: Any) -> dict[str, Any]:
        form = {name: ANSWERS[name] for name in ("applicant_name", "applicant_id", "applicant_phone")}
        wanted = {"by": "street", "item": self.key, "form": form, "documents": DOCUMENTS, **request}
        return super().receive(**wanted)

    def accept(self, **request: Any) -> dict[str, Any]:
        item = self.item("accept")
        return accept_case(self.office, self.holder(item), AcceptCase(work_item_id=item.id, **request))

    def complete(self, node: str, decision: str | None = None, **request: Any) -> dict[str, Any]:
        decision = DECISIONS.get(node, "") if decision is None else decision
        return super().complete(node, decision, **{"answers": {}, **request})

    def started(self) -> ShapedStory:
        """Received and accepted."""
        self.receive()
        self.accept()
        return self

    def until(self, *nodes: str) -> ShapedStory:
        """Received, accepted and brought to where one of these steps is open, the others done in the drawn order."""
        self.started()
        return self.on_to(*nodes)

    def on_to(self, *nodes: str) -> ShapedStory:
        """Moved on from where it is, usual decisions taken, until one of these steps is open."""
        for _ in range(40):
            if set(nodes) & set(self.open_nodes()):
                return self
            self.step_on()
        raise AssertionError(f"none of {nodes} was reached, but {self.open_nodes()}")

    def to_its_end(self) -> ShapedStory:
        """Moved on, usual decisions taken, until nothing is open any more."""
        for _ in range(40):
            if not self.items():
                return self
            self.step_on()
        raise AssertionError(f"never ended: {self.open_nodes()}")

    def step_on(self) -> None:
        """The oldest open step done as usual, by a machine where it is a machine's."""
        item = self.items()[0]
        if item.service == "issue_certificate":
            self.issue()
        elif item.kind == "machine":
            self.run_service(item.node_id)
        elif item.node_id == "deliver":
            self.deliver()
        else:
            self.complete(item.node_id)
