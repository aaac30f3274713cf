"""Compact descriptions become complete drawings; drawings survive being written and read again."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn import parser as spiff_parser

from engine.definitions.bpmn_reader import read_process
from engine.definitions.drafting import draft_process
from engine.definitions.emit_bpmn import emit_bpmn
from engine.definitions.findings import Findings
from engine.errors import DefinitionInvalid

LANES = ["applicant", "community", "street", "district", "system"]


def reread(process):
    found = Findings(process.file)
    again = read_process(emit_bpmn(process), found)
    assert list(found) == []
    return again


KINDS = ["user", "user", "user", "service", "sub", "parallel", "wait", "choice", "return", "call"]
TITLES = ["受理", "审核并确认补贴档次", '公示 <七日> & "异议"']


@st.composite
def descriptions(draw):
    """A random process: choices, returns, parallel blocks, sub-processes, calls and timers over all lanes."""
    count = draw(st.integers(1, 9))
    names = [*(f"step_{i}" for i in range(count)), "finish"]
    steps = []
    for i in range(count):
        kind = draw(st.sampled_from(KINDS))
        step = {"id": names[i], "lane": draw(st.sampled_from(LANES)), "name": draw(st.sampled_from(TITLES))}
        step |= draw(particulars(i, kind))
        if kind in ("choice", "return"):
            to = names[draw(st.integers(0, i) if kind == "return" else st.integers(i + 1, count))]
            if to != names[i + 1]:
                step["next"] = [{"to": to, "when": f'{names[i]} = "back"', "name": "退回"}, {"to": names[i + 1]}]
        steps.append(step)
        if kind == "user" and draw(st.booleans()):
            step["next"] = names[i + 1]
            steps += overdue(i, step, draw(st.booleans()))
    steps.append({"id": "finish", "kind": "end", "name": "办结", "outcome": "granted"})
    return {"id": "mz-999-random-process", "name": "随机", "lanes": LANES, "steps": steps}


@st.composite
def particulars(draw, i, kind):
    match kind:
        case "parallel":
            lanes = draw(st.lists(st.sampled_from(LANES), min_size=2, max_size=4))
            names = [f"step_{i}_{j}" for j in range(len(lanes))]
            steps = [{"id": n, "lane": lane, "name": "并联", "days": 2} for n, lane in zip(names, lanes, strict=True)]
            return {"kind": kind, "branches": [[step] for step in steps]}
        case "sub":
            inner = range(draw(st.integers(1, 3)))
            return {"kind": kind, "steps": [{"id": f"inner_{i}_{j}", "name": "内部", "hours": 4} for j in inner]}
        case "wait":
            return {"kind": kind, draw(st.sampled_from(["days", "natural_days", "hours", "months"])): 3}
        case "call":
            return {"kind": kind, "calls": "seal_and_deliver", "caller_lane": "street"}
        case "service":
            return {"kind": kind, "service": "notify"}
    return {"days": draw(st.integers(0, 9)), "decisions": "agree:同意 back:退回", "counted": draw(st.booleans())}


def overdue(i, step, interrupting):
    timer = {"id": f"timer_{i}", "kind": "boundary", "on": step["id"], "days": 3, "interrupting": interrupting}
    return [{**timer, "next": f"late_{i}"}, {"id": f"late_{i}", "kind": "end", "name": "逾期", "lane": step["lane"]}]


@settings(max_examples=60, deadline=None)
@given(descriptions())
def test_a_drawing_written_and_read_again_is_equal(spec):
    process = draft_process(spec)
    again = reread(process)
    assert again == process
    assert emit_bpmn(again) == emit_bpmn(process)


@settings(max_examples=60, deadline=None)
@given(descriptions())
def test_shapes_stand_apart_inside_their_lanes_and_flows_touch_both_ends(spec):
    process = draft_process(spec)
    for one, other in combinations(process.nodes, 2):
        apart = {one.id, one.parent, one.attached_to}.isdisjoint({other.id, other.parent, other.attached_to} - {""})
        if one.parent == other.parent and apart:
            assert not overlap(one.bounds, other.bounds), (one.id, other.id)
    for node in process.nodes:
        lane = process.lane_of(node).bounds
        assert inside(node.bounds, lane), node.id
    for flow in process.flows:
        source, target = process.node(flow.source_id).bounds, process.node(flow.target_id).bounds
        assert on_border(flow.waypoints[0], source), flow.id
        assert on_border(flow.waypoints[-1], target), flow.id
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(flow.waypoints)), flow.id


@settings(max_examples=40, deadline=None)
@given(descriptions())
def test_no_flow_runs_through_a_foreign_shape(spec):
    process = draft_process(spec)
    for flow in process.flows:
        source = process.node(flow.source_id)
        own = {flow.source_id, flow.target_id, source.attached_to}
        beside = [n for n in process.children(source.parent) if n.id not in own and n.attached_to not in own]
        for (a, b), node in ((piece, n) for piece in pairwise(flow.waypoints) for n in beside):
            assert not cuts(a, b, node.bounds), (flow.id, node.id)


@pytest.fixture(scope="module")
def standard():
    """The OMG's own schema of BPMN 2.0, as SpiffWorkflow ships it."""
    path = Path(spiff_parser.__file__).parent / "schema" / "BPMN20.xsd"
    return etree.XMLSchema(etree.parse(str(path)))


@settings(max_examples=40, deadline=None)
@given(spec=descriptions())
def test_what_we_write_is_bpmn_by_the_standards_schema(standard, spec):
    standard.assertValid(etree.fromstring(emit_bpmn(draft_process(spec))))


def overlap(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def inside(a, b):
    return b.x <= a.x and a.x + a.width <= b.x + b.width and b.y <= a.y and a.y + a.height <= b.y + b.height


def on_border(point, b):
    x, y = point
    return (x in (b.x, b.x + b.width) and b.y <= y <= b.y + b.height) or (
        y in (b.y, b.y + b.height) and b.x <= x <= b.x + b.width
    )


def cuts(a, b, shape):
    return (
        max(a[0], b[0]) > shape.x
        and min(a[0], b[0]) < shape.x + shape.width
        and max(a[1], b[1]) > shape.y
        and min(a[1], b[1]) < shape.y + shape.height
    )


def test_the_example_is_the_drawing_of_its_description(drafts, bundle):
    assert emit_bpmn(draft_process(drafts["main"])) == bundle.texts[bundle.process_name]


def test_several_ways_on_get_a_gateway_with_a_default_flow(drafts):
    process = draft_process(drafts["main"])
    split = process.node("acceptance_split")
    assert split.kind == "exclusiveGateway"
    assert process.flow_by_id[split.default_flow].target_id == "joint_check"
    assert [f.condition.text for f in process.outgoing[split.id] if f.condition] == ['acceptance = "refuse"']


def test_several_ways_in_get_a_merging_gateway(drafts):
    process = draft_process(drafts["main"])
    assert {f.source_id for f in process.incoming["visit_merge"]} == {"joint_check_split", "district_decision_split"}


def test_branches_get_a_fork_and_a_join(drafts):
    process = draft_process(drafts["main"])
    assert {f.target_id for f in process.outgoing["notices"]} == {"opinion", "publicity"}
    assert {f.source_id for f in process.incoming["notices_join"]} == {"opinion", "publicity"}


def test_departments_make_a_step_multi_instance(drafts):
    step = draft_process(drafts["main"]).node("joint_check")
    assert step.cardinality == len(step.departments) == 2


def test_steps_of_one_lane_in_one_column_are_stacked():
    branches = [[{"id": f"b{i}", "lane": "street", "name": "乙", "days": 1}] for i in range(3)]
    spec = {
        "id": "x",
        "lanes": ["street"],
        "steps": [{"id": "fork", "kind": "parallel", "lane": "street", "branches": branches}],
    }
    process = draft_process(spec)
    shapes = [process.node(f"b{i}").bounds for i in range(3)]
    assert len({b.x for b in shapes}) == 1
    assert len({b.y for b in shapes}) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": [{"id": "a", "lane": "street", "nxt": "b"}]}, "nxt"),
        ({"steps": [{"lane": "street"}]}, "缺少“id”"),
        ({"steps": [{"id": "a", "lane": "city"}]}, "未在 lanes 中"),
        ({"steps": [{"id": "a", "lane": "street", "next": "b"}]}, "“b”不存在"),
        ({"steps": [{"id": "a", "lane": "street"}, {"id": "a"}]}, "重复"),
        ({"steps": [{"id": "a", "lane": "street", "kind": "script"}]}, "script"),
        ({"steps": [{"id": "a", "lane": "street", "days": 1, "hours": 2}]}, "不止一种时限"),
        ({"lanes": ["village"]}, "village"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_slip_in_a_description_is_named(change, message):
    spec = {
        "id": "x",
        "name": "x",
        "lanes": ["street"],
        "steps": [{"id": "a", "lane": "street", "name": "甲"}],
        **change,
    }
    with pytest.raises(DefinitionInvalid, match=message):
        draft_process(spec)
