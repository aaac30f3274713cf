"""Each law catches its broken example: the good definition with one edit, the rule it must name and the line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.definitions import checks
from engine.definitions.bundle import bundle_from_texts
from engine.definitions.checks import check_bundle, run_all
from engine.definitions.drafting import draft_process
from engine.definitions.emit_bpmn import emit_bpmn
from engine.definitions.findings import ERROR, Finding

FORM, DIAGRAM, TABLE, SCENARIOS, FRAGMENT = "yaml", "bpmn", "dmn", "scenarios.yaml", "seal_and_deliver.bpmn"

FACTS = "  facts:\n    holder: form.applicant_name\n    monthly_amount: form.monthly_amount\n    grade: grade\n"

# (file, text to find, its replacement, rule, text on the line the finding must name)
EDITS = [
    (FORM, "title: 示例生活补贴审核确认\n", "titel: 示例生活补贴审核确认\n", "form.unknown_key", "titel:"),
    (FORM, "code: MZ-901\n", "", "form.missing_key", "title: 示例生活"),
    (FORM, "visits: 1", "visits: 一", "form.type", "visits:"),
    (FORM, "item_type: benefit", "item_type: present", "form.value", "item_type:"),
    (FORM, "visits: 1", "visits: 7", "form.value", "visits:"),
    (FORM, "visits: 1", "visits: 1\nvisits: 2", "yaml.duplicate", "visits: 2"),
    (FORM, "cross_city: true", "cross_city: yes", "yaml.plain", "cross_city:"),
    (FORM, "when: starts with(", "when: startswith(", "form.expression", "when: startswith"),
    (FORM, "- use: applicant", "- use: applicants", "form.group", "- use: applicants"),
    (FORM, "- use: applicant", "- {use: applicant, optional: [nobody]}", "form.group", "- {use: applicant"),
    (FORM, "code: MZ-901", "code: MZ-902", "mirror.code", "code:"),
    (FORM, "kind: service_item", "kind: certificate", "mirror.kind", "kind:"),
    (FORM, "department: civil_affairs", "department: health", "mirror.folder", "title: 示例生活"),
    (FORM, "certificate: mz-901-example-allowance", "certificate: mz-902-other", "mirror.certificate", "certificate:"),
    (FORM, "department: civil_affairs", "department: civil_matters", "codes.department", "department:"),
    (FORM, "department: civil_affairs", "department: health", "codes.prefix", "code:"),
    (FORM, "theme: JZ", "theme: XX", "codes.theme", "theme:"),
    (FORM, "promised: {amount: 20,", "promised: {amount: 31,", "limits.promised", "promised:"),
    (
        FORM,
        "promised: {amount: 20, unit: working_day}",
        "promised: {amount: 20, unit: natural_day}",
        "limits.unit",
        "promised:",
    ),
    (FORM, "case_kind: committed", "case_kind: immediate", "limits.immediate", "promised:"),
    (FORM, "promised: {amount: 20,", "promised: {amount: 0,", "limits.committed", "promised:"),
    (FORM, "promised: {amount: 20,", "promised: {amount: 18,", "limits.sum", "promised:"),
    (FORM, "- code: publicity", "- code: publicitee", "limits.procedure", "special_procedures:"),
    (
        FORM,
        "extension: {amount: 10, unit: working_day}",
        "extension: {amount: 10, unit: hour}",
        "limits.extension",
        "extension:",
    ),
    (FORM, "limit: {amount: 7, unit: natural_day}", "limit: {amount: 5, unit: natural_day}", "limits.procedure", None),
    (FORM, "fee: 免费", "fee: 每件十元", "guide.fee", "fee:"),
    (FORM, "online_depth: 3", "online_depth: 5", "guide.depth", "visits:"),
    (FORM, "visits: 1\nonline_depth: 3", "visits: 0\nonline_depth: 2", "guide.visits", "visits:"),
    (FORM, "decide_level: district", "decide_level: community", "guide.levels", "decide_level:"),
    (FORM, "title: 收入说明,", "title: 社区无犯罪记录证明,", "guide.negative_document", "社区无犯罪"),
    (FORM, ", verified: true", "", "guide.unverified", "legal_basis:"),
    (FORM, "id: income_statement,", "id: identity_card,", "documents.unique", "title: 收入说明"),
    (
        FORM,
        "form: copy, required: true",
        "form: copy, licence: XXX, required: true",
        "documents.licence",
        "licence: XXX",
    ),
    (FORM, "basis: registry", "basis: declared", "documents.evidence", "- id: residence"),
    (FORM, "- id: income\n", "- id: residence\n", "documents.condition_id", "- id: residence"),
    (FORM, "name: income_12m", "name: applicant_name", "form.unique", "label: 近十二个月"),
    (FORM, "choices: [疾病, 残疾, 失业, 其他]", "choices: [残疾]", "form.choices", "hardship_cause"),
    (
        FORM,
        "type: boolean, show_if",
        "type: boolean, choices: [甲, 乙], show_if",
        "form.choices",
        "severe_illness, label",
    ),
    (FORM, "prefill: household.income_12m", "prefill: household.income_13m", "form.prefill", "income_12m, label"),
    (FORM, "prefill: household.income_12m", "prefill: household.members", "form.prefill", "income_12m, label"),
    (FORM, "min: 0, max: 5000", "min: 6000, max: 5000", "form.bounds", "monthly_amount, label"),
    (
        FORM,
        "show_if: 'form.apply_mode = \"单人\"'",
        "show_if: form.severe_illness = true",
        "form.show_if",
        "severe_illness, label",
    ),
    (FORM, "- id: assessment", "- id: assessments", "form.section", None),
    (FORM, "household.income_per_capita <", "household.income_per_kapita <", "expressions.unknown", "- id: income"),
    (FORM, 'form.apply_mode = "单人" and', 'form.apply_mode = "单独" and', "expressions.value", "- id: income"),
    (FORM, "< policy.dibao_standard", "< applicant.hukou_region", "expressions.type", "- id: income"),
    (
        FORM,
        "when: starts with(applicant.hukou_region, region.city)",
        "when: applicant.age",
        "expressions.boolean",
        "- id: residence",
    ),
    (FORM, "form.severe_illness = true)", "form.severe_illness > 1)", "expressions.type", "- id: income"),
    (FORM, "grade: grade", "grade: gradee", "expressions.unknown", "grade: gradee"),
    (FORM, "  licence: DBZ\n", "", "outcome.licence", "outcome:"),
    (FORM, "  licence: DBZ\n", "  licence: ZZZ\n", "outcome.licence", "licence: ZZZ"),
    (FORM, "  valid_months: 12\n", "  valid_months: 12\n  valid_days: 30\n", "outcome.validity", "outcome:"),
    (FORM, "  certificate: mz-901-example-allowance\n", "", "outcome.certificate", None),
    (FORM, "recertify: 每年复核", "legality: {status: issue}", "legality.kind", "legality:"),
    (
        FORM,
        "when: 'form.hardship_cause = \"残疾\"', ",
        "deferrable: true, ",
        "documents.deferrable",
        "use: disability_card",
    ),
    (
        FORM,
        "how_to: 由用人单位出具, basis: 《示例补贴办法》第五条",
        "how_to: 由用人单位出具",
        "guide.document_basis",
        "收入说明",
    ),
    (FORM, "theme: JZ\n", "", "guide.theme", "title: 示例生活"),
    (FORM, FACTS, "", "outcome.facts", "outcome:"),
    (
        DIAGRAM,
        'default="acceptance_split_to_joint_check"',
        'default="acceptance_split_to_not_accepted"',
        "gateways.condition",
        None,
    ),
    (
        DIAGRAM,
        'yimen:departments="public_security market_regulation"',
        'yimen:departments="public_security market_regulation" yimen:noAnswer="perhaps"',
        "lanes.no_answer",
        'id="joint_check"',
    ),
    (
        DIAGRAM,
        'id="district_decision" name="确认补贴档次与金额"',
        'id="district_decision" name="确认补贴档次与金额" yimen:noAnswer="grant"',
        "lanes.no_answer",
        'id="district_decision"',
    ),
    (DIAGRAM, 'attachedToRef="district_decision"', 'attachedToRef="grading"', "graph.boundary", 'id="reminder"'),
    (DIAGRAM, 'yimen:lane="community"', 'yimen:lane="caller"', "lanes.caller", 'id="publicity"'),
    (DIAGRAM, 'yimen:decisionRef="allowance_grade"', 'yimen:decisionRef="grades"', "tables.unused", "<decision id"),
    (FRAGMENT, "issue_certificate", "archive", "outcome.seal_step", "certificate: mz"),
    (DIAGRAM, 'process id="mz-901-example-allowance"', 'process id="mz-901-other"', "mirror.process", "<?xml"),
    (DIAGRAM, 'isExecutable="true"', 'isExecutable="false"', "bpmn.process", "isExecutable"),
    (DIAGRAM, 'yimen:stage="accept"', 'yimen:stage="begin"', "bpmn.value", 'id="acceptance"'),
    (DIAGRAM, 'yimen:stage="accept"', 'yimen:stadium="accept"', "bpmn.attribute", 'id="acceptance"'),
    (DIAGRAM, 'id="visit" name', 'id="visit" implementation="x" name', "bpmn.attribute", 'id="visit"'),
    (DIAGRAM, "bpmn:serviceTask", "bpmn:scriptTask", "bpmn.element", 'id="urge"'),
    (DIAGRAM, "bpmn:timerEventDefinition", "bpmn:messageEventDefinition", "bpmn.element", 'id="reminder_event"'),
    (DIAGRAM, 'yimen:workingDays="4" yimen:guide', 'yimen:workingDays="four" yimen:guide', "bpmn.value", 'id="visit"'),
    (DIAGRAM, "grant:确认", "grant", "bpmn.value", 'id="district_decision"'),
    (
        DIAGRAM,
        '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2',
        "<bpmn:loopCardinality>len(x)",
        "bpmn.value",
        "<bpmn:multiInstance",
    ),
    (
        DIAGRAM,
        "<bpmn:multiInstanceLoopCharacteristics>",
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true">',
        "process.elements",
        "<bpmn:multiInstance",
    ),
    (
        DIAGRAM,
        'tFormalExpression">acceptance = ',
        'tFormalExpression">acceptance == ',
        "expressions.syntax",
        "acceptance ==",
    ),
    (DIAGRAM, "<bpmn:incoming>start_to_acceptance</bpmn:incoming>", "", "process.links", 'id="acceptance"'),
    (DIAGRAM, 'yimen:lane="community"', 'yimen:lane="village"', "lanes.code", 'yimen:lane="village"'),
    (DIAGRAM, "<bpmn:flowNodeRef>visit</bpmn:flowNodeRef>", "", "lanes.missing", 'id="visit"'),
    (DIAGRAM, "<bpmn:flowNodeRef>visit<", "<bpmn:flowNodeRef>nowhere<", "lanes.reference", "nowhere"),
    (
        DIAGRAM,
        '"public_security market_regulation"',
        '"public_security market_regulations"',
        "lanes.department",
        'id="joint_check"',
    ),
    (DIAGRAM, ' yimen:departments="public_security market_regulation"', "", "lanes.consulted", 'id="joint_check"'),
    (DIAGRAM, '"public_security market_regulation"', '"public_security"', "lanes.instances", 'id="joint_check"'),
    (DIAGRAM, "grant:确认 refuse:", "grant:确认 deny:", "lanes.decide", 'id="district_decision"'),
    (DIAGRAM, 'yimen:service="notify"', 'yimen:service="shout"', "lanes.service", 'id="urge"'),
    (DIAGRAM, ' name="入户核实"', "", "lanes.name", 'id="visit"'),
    (DIAGRAM, 'yimen:stage="accept" ', "", "lanes.accept", "<?xml"),
    (DIAGRAM, ' yimen:decisions="agree:无异常 disagree:有异常"', "", "lanes.decisions", 'id="joint_check"'),
    (DIAGRAM, 'yimen:stage="decide" ', "", "lanes.no_decide", "<?xml"),
    (DIAGRAM, 'yimen:form="assessment"', 'yimen:form="assesment"', "form.section", 'id="opinion"'),
    (DIAGRAM, ' yimen:workingDays="4" yimen:guide', " yimen:guide", "limits.wait", 'id="visit"'),
    (DIAGRAM, 'yimen:procedure="publicity"', 'yimen:procedure="notice"', "limits.procedure", 'id="publicity"'),
    (DIAGRAM, "grading_merge", "grading-merge", "graph.ids", 'id="grading-merge"'),
    (DIAGRAM, 'default="acceptance_split_to_joint_check"', 'default=""', "gateways.default", 'id="acceptance_split"'),
    (DIAGRAM, 'r = "disagree"', 'r = "disagre"', "expressions.value", 'id="joint_check_split_to_visit_merge"'),
    (DIAGRAM, 'calledElement="seal_and_deliver"', 'calledElement="seal"', "calls.unknown", 'id="issue"'),
    (DIAGRAM, 'yimen:decisionRef="allowance_grade"', 'yimen:decisionRef="grades"', "tables.unknown", 'id="grading"'),
    (DIAGRAM, 'yimen:outcome="granted"', 'yimen:outcome="ok"', "outcome.end", 'id="granted"'),
    (DIAGRAM, 'yimen:outcome="granted"', 'yimen:outcome="refused"', "outcome.granted", None),
    (DIAGRAM, 'name="已催办"', 'name="已催办" yimen:outcome="granted"', "outcome.end", 'id="urged"'),
    (DIAGRAM, 'bpmnElement="visit"', 'bpmnElement="visitor"', "diagram.shape", 'id="visit"'),
    (DIAGRAM, 'bpmnElement="start_to_acceptance"', 'bpmnElement="x"', "diagram.edge", 'id="start_to_acceptance"'),
    (DIAGRAM, "</bpmn:process>", "</bpmn:prozess>", "xml", "</bpmn:prozess>"),
    (TABLE, 'hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"', "table.hit_policy", "hitPolicy"),
    (TABLE, 'hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="SUM"', "table.hit_policy", "hitPolicy"),
    (TABLE, 'name="grade" typeRef', 'name="Grade!" typeRef', "table.output", "Grade!"),
    (TABLE, "&gt;= 300", "&gt;= 200", "tables.overlap", 'id="rule_2"'),
    (TABLE, "&gt;= 300", "&gt;== 300", "expressions.syntax", 'id="cell_3"'),
    (TABLE, 'name="grade" typeRef', 'name="rank" typeRef', "tables.unused_output", "<decision id"),
    (TABLE, "<text>household.income_per_capita", "<text>household.income", "expressions.unknown", "<decision id"),
    (TABLE, '<outputEntry id="cell_4"><text>"乙"</text></outputEntry>', "", "table.shape", 'id="rule_2"'),
    (SCENARIOS, "- name: 公示有异议：不予确认\n  on: 2026-03-02\n", "", "scenarios.count", "- name: 收入低于"),
    (SCENARIOS, "- name: 公示有异议：不予确认", "- name: 收入低于标准：准予", "scenarios.unique", "- name: 收入低于"),
    (FRAGMENT, 'process id="seal_and_deliver"', 'process id="sealing"', "mirror.process", "<?xml"),
    (FRAGMENT, 'name="送达" yimen', 'name="送达" calledElement="x" yimen', "bpmn.attribute", 'id="deliver"'),
]


def test_the_example_definition_has_no_finding(bundle, shared):
    assert check_bundle(bundle, shared) == []


@pytest.mark.parametrize(("file", "old", "new", "rule", "marker"), EDITS, ids=[f"{e[3]}: {e[2][:40]}" for e in EDITS])
def test_one_wrong_edit_is_found_with_its_rule_and_line(bundle, shared, file, old, new, rule, marker):
    name = next(n for n in bundle.texts if n.endswith(f"{bundle.key}.{file}") or n.endswith(f"/{file}"))
    text = bundle.texts[name].decode()
    assert old in text, "the example no longer holds what this edit changes"
    changed = text.replace(old, new)
    findings = [f for f in check_bundle(bundle.with_text(name, changed.encode()), shared) if f.rule == rule]
    assert findings, f"nothing says {rule}"
    for finding in findings:
        assert finding.message
        assert finding.hint
        assert finding.file in bundle.texts
    if marker:
        assert (name, line_of(changed, marker)) in {(f.file, f.line) for f in findings} or at_other_file(
            bundle, findings, marker
        )


def line_of(text: str, marker: str) -> int:
    return next((i for i, line in enumerate(text.splitlines(), start=1) if marker in line), 0)


def at_other_file(bundle, findings: list[Finding], marker: str) -> bool:
    """A finding may stand in another file than the edit, on a line that holds the marker."""
    lines = {f.file: bundle.texts[f.file].decode().splitlines() for f in findings}
    return any(0 < f.line <= len(lines[f.file]) and marker in lines[f.file][f.line - 1] for f in findings)


def edit(spec, step_id, **changes):
    """The description with keys of one step changed; None removes a key."""
    steps = [s for s in walk_steps(spec["steps"]) if s["id"] == step_id]
    for key, value in changes.items():
        if value is None:
            steps[0].pop(key)
        else:
            steps[0][key] = value


def walk_steps(steps):
    for step in steps:
        yield step
        for branch in step.get("branches", ()):
            yield from walk_steps(branch)


def without_join(spec):
    edit(spec, "opinion", next="district_decision")
    edit(spec, "publicity", next="district_decision")
    steps = spec["steps"]
    at = next(i for i, s in enumerate(steps) if s["id"] == "notices")
    branches = steps[at].pop("branches")
    steps[at]["next"] = [branches[0][0]["id"], branches[1][0]["id"]]
    steps[at + 1 : at + 1] = [branches[0][0], branches[1][0]]


def join_behind_a_choice(spec):
    """An exclusive split whose alternatives wait for each other in a parallel join."""
    without_join(spec)
    edit(spec, "notices", kind="exclusive", next=[{"to": "opinion", "when": "household.size = 1"}, {"to": "publicity"}])
    edit(spec, "opinion", next="join")
    edit(spec, "publicity", next="join")
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "district_decision")
    spec["steps"].insert(at, {"id": "join", "kind": "parallel", "lane": "street", "next": "district_decision"})


def branch_that_ends(spec):
    """One branch walks to an end while the other still runs."""
    first = {"id": "acceptance", "lane": "street", "name": "受理", "stage": "accept", "days": 1}
    spec["steps"] = [
        {**first, "next": "fork"},
        {"id": "fork", "kind": "parallel", "next": ["visit", "early"]},
        {"id": "visit", "lane": "street", "name": "核实", "days": 1},
        {"id": "granted", "kind": "end", "name": "办结", "outcome": "granted"},
        {"id": "early", "kind": "end", "name": "早结", "outcome": "granted"},
    ]


def machine_circle(spec):
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "grading")
    wait = {"id": "again", "lane": "street", "kind": "service", "service": "notify", "name": "通知"}
    spec["steps"].insert(at + 1, {**wait, "next": [{"to": "grading", "when": 'grade = "甲"'}, {"to": "notices"}]})


def endless_circle(spec):
    edit(spec, "urge", next="urge2")
    spec["steps"].append({"id": "urge2", "lane": "district", "name": "再催", "days": 1, "next": "urge"})
    spec["steps"] = [s for s in spec["steps"] if s["id"] != "urged"]


def nested_process(spec):
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "visit")
    inner = [{"id": "look", "name": "查看", "days": 1}, {"id": "inner_end", "kind": "end", "outcome": "granted"}]
    spec["steps"][at] = {"id": "visit", "kind": "sub", "lane": "street", "name": "入户核实", "steps": inner}


def two_acceptances(spec):
    edit(spec, "visit", stage="accept")


def decision_before_acceptance(spec):
    first = {"id": "early_decision", "lane": "district", "name": "先行决定", "stage": "decide", "days": 0}
    spec["steps"].insert(0, {**first, "decisions": "grant:是 refuse:否"})


def step_before_acceptance(spec):
    spec["steps"].insert(0, {"id": "intake", "lane": "community", "name": "协助申请", "days": 0})


def side_branch_joins(spec):
    edit(spec, "urge", next="granted")
    spec["steps"] = [s for s in spec["steps"] if s["id"] != "urged"]


def many_nodes(spec):
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "visit")
    spec["steps"][at:at] = [{"id": f"look_{i}", "lane": "street", "name": "看", "days": 0} for i in range(30)]


def unreached_step(spec):
    edit(spec, "joint_check", next="grading")
    edit(spec, "district_decision", next="issue")


def idle_gateway(spec):
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "grading")
    spec["steps"].insert(at + 1, {"id": "pause", "kind": "parallel", "lane": "street"})


def many_branches(spec):
    names = [f"opinion_{i}" for i in range(14)]
    at = next(i for i, s in enumerate(spec["steps"]) if s["id"] == "notices")
    spec["steps"][at]["branches"] = [[{"id": n, "lane": "street", "name": n, "days": 1}] for n in names]


DRAFTS = [
    (without_join, "soundness.doubled", "district_decision_merge"),
    (join_behind_a_choice, "soundness.deadlock", "join"),
    (branch_that_ends, "soundness.left_over", "early"),
    (machine_circle, "loops.human", "grading_merge"),
    (endless_circle, "graph.dead_end", "urge"),
    (nested_process, "outcome.end", "inner_end"),
    (two_acceptances, "lanes.accept", "visit"),
    (decision_before_acceptance, "lanes.accept_first", "early_decision"),
    (step_before_acceptance, "lanes.before_accept", "intake"),
    (side_branch_joins, "soundness.side_branch", "reminder"),
    (many_nodes, "sizes.nodes", None),
    (lambda spec: edit(spec, "acceptance", id="form"), "graph.ids", "form"),
    (lambda spec: edit(spec, "opinion", id="applicant"), "graph.result_name", "applicant"),
    (lambda spec: edit(spec, "opinion", id="deliver"), "graph.result_name", None),
    (idle_gateway, "gateways.idle", "pause"),
    (many_branches, "soundness.size", None),
    (unreached_step, "graph.unreachable", "visit"),
    (lambda spec: edit(spec, "grading", table=None), "tables.unknown", "grading"),
    (
        lambda spec: edit(
            spec,
            "acceptance",
            next=[{"to": "not_accepted", "when": 'district_decision = "refuse"'}, {"to": "joint_check"}],
        ),
        "expressions.order",
        "acceptance_split_to_not_accepted",
    ),
    (
        lambda spec: edit(
            spec, "acceptance", next=[{"to": "not_accepted", "when": 'acceptance = "no"'}, {"to": "joint_check"}]
        ),
        "expressions.value",
        "acceptance_split_to_not_accepted",
    ),
]


@pytest.mark.parametrize(("change", "rule", "key"), DRAFTS, ids=[d[1] for d in DRAFTS])
def test_a_badly_drawn_process_is_found_at_its_node(drafts, with_diagram, shared, change, rule, key):
    spec = drafts["main"]
    change(spec)
    broken = with_diagram(spec)
    findings = [f for f in check_bundle(broken, shared) if f.rule == rule]
    assert findings
    if key:
        line = line_of(broken.texts[broken.process_name].decode(), f'id="{key}"')
        assert (key, line) in {(f.key, f.line) for f in findings}


def redrawn(definition, **changes):
    return replace(definition, process=replace(definition.process, **changes))


def without_lanes(definition):
    return redrawn(definition, lanes=())


def without_end(definition):
    return redrawn(definition, nodes=tuple(n for n in definition.process.nodes if n.kind != "endEvent"))


def two_starts(definition):
    start = definition.process.node("start")
    return redrawn(definition, nodes=(*definition.process.nodes, replace(start, id="second_start")))


def crossing_gateway(definition):
    flow = definition.process.flows[0]
    gateway = next(n.id for n in definition.process.nodes if n.id == "acceptance_split")
    return redrawn(definition, flows=(*definition.process.flows, replace(flow, id="extra", target_id=gateway)))


def call_outside_lanes(definition):
    nodes = (replace(n, lane_id="", caller_lane=None) if n.id == "issue" else n for n in definition.process.nodes)
    return redrawn(definition, nodes=tuple(nodes))


def two_tables_with_one_output(definition):
    table = definition.tables["allowance_grade"]
    return replace(definition, tables={**definition.tables, "other": replace(table, id="other")})


def flow_with(definition, **changes):
    changed = (replace(f, **changes) if f.id == "urge_to_urged" else f for f in definition.process.flows)
    return redrawn(definition, flows=tuple(changed))


def flow_into_a_timer(definition):
    return flow_with(definition, target_id="reminder")


def flow_into_nothing(definition):
    return flow_with(definition, target_id="elsewhere")


def long_path(definition):
    return replace(definition, files={**definition.files, f"forms/civil_affairs/mz-901-{'very-' * 25}long.yaml": 1})


MODELS = [
    (without_lanes, "diagram.lanes"),
    (without_end, "graph.end"),
    (two_starts, "graph.start"),
    (crossing_gateway, "gateways.mixed"),
    (call_outside_lanes, "calls.lane"),
    (two_tables_with_one_output, "tables.output_name"),
    (long_path, "sizes.path"),
    (flow_into_a_timer, "graph.direction"),
    (flow_into_nothing, "graph.flow"),
]


@pytest.mark.parametrize(("change", "rule"), MODELS, ids=[m[1] for m in MODELS])
def test_a_definition_that_no_text_of_ours_would_give_is_found_too(definition, shared, change, rule):
    assert rule not in {f.rule for f in run_all(definition, shared)}
    assert rule in {f.rule for f in run_all(change(definition), shared)}


def test_a_fragment_that_calls_itself_is_found(bundle, drafts, shared):

    fragment = drafts["fragment"]
    fragment["steps"].append(
        {"id": "again", "kind": "call", "lane": "caller", "name": "再来", "calls": "seal_and_deliver"}
    )
    name = next(n for n in bundle.texts if n.endswith("seal_and_deliver.bpmn"))
    findings = check_bundle(bundle.with_text(name, emit_bpmn(draft_process(fragment))), shared)
    assert "calls.recursion" in {f.rule for f in findings}


def test_a_flow_drawn_from_a_task_twice_is_an_implicit_split(bundle, shared):
    """A modeller lets one draw two flows out of a task; we want to know whether they are a choice or parallel."""
    text = bundle.texts[bundle.process_name].decode()
    extra = '<bpmn:sequenceFlow id="second" sourceRef="visit" targetRef="grading" />'
    text = text.replace(
        '    <bpmn:sequenceFlow id="start_to_acceptance"',
        f'    {extra}\n    <bpmn:sequenceFlow id="start_to_acceptance"',
    )
    text = text.replace(
        "<bpmn:outgoing>visit_to_grading_merge</bpmn:outgoing>",
        "<bpmn:outgoing>visit_to_grading_merge</bpmn:outgoing><bpmn:outgoing>second</bpmn:outgoing>",
    )
    text = text.replace(
        "<bpmn:incoming>grading_merge_to_grading</bpmn:incoming>",
        "<bpmn:incoming>grading_merge_to_grading</bpmn:incoming><bpmn:incoming>second</bpmn:incoming>",
    )
    rules = {f.rule for f in check_bundle(bundle.with_text(bundle.process_name, text.encode()), shared)}
    assert {"gateways.split", "gateways.merge"} <= rules


CERTIFICATE = {
    "code: MZ-901": "code: ZM-MS-91",
    "kind: service_item": "kind: certificate",
    "mz-901-example-allowance": "zm-ms-91-example-allowance",
}


@pytest.mark.parametrize(
    ("legality", "title", "rule"),
    [
        ("", "示例证明", "legality.missing"),
        ("legality: {status: issue, basis: 某法}", "无犯罪记录证明", "legality.negative_list"),
        ("legality: {status: issue}", "示例证明", "legality.basis"),
        ("legality: {status: redirect}", "亲属关系证明", "legality.way_out"),
        ("legality: {status: forbidden, competent_body: 公安机关}", "亲属关系证明", "legality.seal"),
        ("legality: {status: review}", "示例证明", "legality.review"),
        ("legality: {status: issue, basis: 某法}", "示例证明", None),
    ],
)
def test_a_certificate_needs_a_lawful_basis(bundle, shared, legality, title, rule):

    texts = {name.replace("mz-901", "zm-ms-91"): text.decode() for name, text in bundle.texts.items()}
    for old, new in CERTIFICATE.items():
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    form = next(n for n in texts if n.endswith("allowance.yaml"))
    texts[form] = (
        texts[form]
        .replace("title: 示例生活补贴审核确认", f"title: {title}", 1)
        .replace("recertify: 每年复核", legality)
    )
    certificate = bundle_from_texts("zm-ms-91-example-allowance", {n: t.encode() for n, t in texts.items()})
    rules = {f.rule for f in check_bundle(certificate, shared)}
    assert rules == set() if rule is None else rule in rules


def test_every_rule_of_the_laws_has_a_broken_example():
    """A law without an example that it catches might catch nothing."""

    folder = Path(checks.__file__).parent
    written = {
        rule
        for file in folder.glob("*.py")
        for rule in re.findall(r'(?:error|warning|say)\(\s*"([a-z]+\.[a-z_]+)"', file.read_text("utf8"))
    }
    shown = {e[3] for e in EDITS} | {d[1] for d in DRAFTS} | {m[1] for m in MODELS} | ELSEWHERE
    assert written - shown == set()


ELSEWHERE = {
    *(
        "legality.missing",
        "legality.negative_list",
        "legality.basis",
        "legality.way_out",
        "legality.seal",
        "legality.review",
    ),
    *("gateways.split", "gateways.merge", "calls.recursion"),
}


def test_errors_forbid_and_warnings_do_not(bundle, shared):
    text = bundle.form_text.replace(b", verified: true", b"")
    findings = check_bundle(bundle.with_text(bundle.form_name, text), shared)
    assert [f.level == ERROR for f in findings] == [False]
