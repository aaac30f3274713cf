"""Charts of processes: everything drawn, told in words, free of styles, and every wait or branch in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from api.web.drawing import draw_process, step_list
from api.web.drawing_text import em_width, wrap_label
from engine.definitions.model import Bounds, FlowModel, LaneModel, LimitRule, NodeModel, ProcessModel
from engine.errors import DefinitionInvalid
from engine.terms import DayUnit, Lane

SIZES = {"startEvent": 36, "endEvent": 36, "intermediateCatchEvent": 36, "exclusiveGateway": 50, "parallelGateway": 50}
COLUMN, ROW = 145, 150


def node(node_id, kind, name, lane="", row=0, column=0, days=None, **more):
    width = SIZES.get(kind, 104)
    height = SIZES.get(kind, 76)
    x, y = 240 + column * COLUMN - width / 2, 155 + row * ROW - height / 2
    limit = LimitRule(days, DayUnit.WORKING_DAY) if days is not None else None
    fields = {"bounds": Bounds(x, y, width, height), "limit": limit, **more}
    return NodeModel(id=node_id, kind=kind, name=name, lane_id=lane, **fields)


def flow(source, target, name="", way=None):
    (a, b) = (source.bounds, target.bounds)
    start, end = (a.x + a.width, a.y + a.height / 2), (b.x, b.y + b.height / 2)
    if abs(a.x + a.width / 2 - b.x - b.width / 2) < 1:
        down = b.y > a.y
        start = (a.x + a.width / 2, a.y + a.height if down else a.y)
        end = (b.x + b.width / 2, b.y if down else b.y + b.height)
        points = (start, end)
    elif abs(start[1] - end[1]) < 1:
        points = (start, end)
    elif "Gateway" in source.kind:
        start = (a.x + a.width / 2, a.y + a.height if end[1] > start[1] else a.y)
        points = (start, (start[0], end[1]), end)
    else:
        middle = (start[0] + end[0]) / 2
        points = (start, (middle, start[1]), (middle, end[1]), end)
    return FlowModel(f"{source.id}_{target.id}", source.id, target.id, name, waypoints=way or points)


def lanes(*rows, columns):
    return tuple(
        LaneModel(f"lane_{i}", name, lane, bounds=Bounds(130, 80 + i * ROW, 130 + columns * COLUMN, ROW))
        for i, (name, lane) in enumerate(rows)
    )


def allowance():
    """Three lanes, a correction loop, a refusal: the common shape of a benefit."""
    start = node("start", "startEvent", "提出申请", "lane_0", 0, 0)
    accept = node("accept", "userTask", "受理与材料核验", "lane_0", 0, 1, days=1)
    complete = node("complete", "exclusiveGateway", "材料齐全？", "lane_0", 0, 2, default_flow="complete_compare")
    correct = node("correct", "userTask", "一次性告知补正", "lane_0", 0, 3)
    compare = node("compare", "serviceTask", "户籍与死亡信息联网核验", "lane_1", 1, 3)
    grade = node("grade", "businessRuleTask", "资格判定", "lane_1", 1, 4)
    review = node("review", "userTask", "街道初审", "lane_1", 1, 5, days=5)
    decide = node("decide", "userTask", "区级审批", "lane_2", 2, 5, days=10)
    agreed = node("agreed", "exclusiveGateway", "同意？", "lane_2", 2, 6, default_flow="agreed_refuse")
    refuse = node("refuse", "userTask", "不予批准告知", "lane_2", 2, 7, days=2)
    issue = node("issue", "userTask", "制发决定书与发证", "lane_1", 1, 7, days=3)
    granted = node("granted", "endEvent", "办结", "lane_1", 1, 8, outcome="granted")
    refused = node("refused", "endEvent", "不予批准", "lane_2", 2, 8, outcome="refused")
    back = ((675, 117), (675, 92), (385, 92), (385, 117))
    flows = (
        flow(start, accept), flow(accept, complete), flow(complete, correct, "否"), flow(correct, accept, way=back),
        flow(complete, compare, "是"), flow(compare, grade), flow(grade, review), flow(review, decide),
        flow(decide, agreed), flow(agreed, issue, "是"), flow(agreed, refuse, "否"), flow(issue, granted), flow(refuse, refused),
    )  # fmt: skip
    nodes = (start, accept, complete, correct, compare, grade, review, decide, agreed, refuse, issue, granted, refused)
    rows = lanes(("社区", Lane.COMMUNITY), ("街道", Lane.STREET), ("区县民政局", Lane.DISTRICT), columns=9)
    return ProcessModel("allowance", "高龄津贴申请", "allowance.bpmn", rows, nodes, flows)


def every_shape():
    """A parallel joint review, a fragment, an open sub-process, timers on and between steps, a terminating end."""
    start = node("start", "startEvent", "", "lane_0", 0, 0)
    accept = node("accept", "callActivity", "窗口受理（通用片段）", "lane_0", 0, 1)
    split = node("split", "parallelGateway", "", "lane_0", 0, 2)
    joint = node("joint", "userTask", "部门并联审查", "lane_1", 1, 3, days=3, departments=("civil_affairs", "housing"))
    visit = node("visit", "userTask", "入户调查并制作笔录", "lane_0", 0, 3, days=4)
    late = NodeModel(
        "late",
        "boundaryEvent",
        "超期提醒",
        "lane_0",
        attached_to="visit",
        event="timer",
        bounds=Bounds(700, 172, 36, 36),
    )
    join = node("join", "parallelGateway", "", "lane_0", 0, 4)
    panel = node("panel", "subProcess", "民主评议", "lane_1", bounds=Bounds(852, 246, 330, 120))
    meet = NodeModel(
        "meet", "userTask", "评议", "lane_1", bounds=Bounds(930, 276, 90, 66), parent="panel", cardinality=3
    )
    inner_start = NodeModel("inner_start", "startEvent", "", "lane_1", bounds=Bounds(872, 294, 30, 30), parent="panel")
    inner_end = NodeModel("inner_end", "endEvent", "", "lane_1", bounds=Bounds(1060, 294, 30, 30), parent="panel")
    publicity = node("publicity", "intermediateCatchEvent", "公示七日", "lane_0", 0, 6, event="timer", days=7)
    closed = node("closed", "subProcess", "发放与归档", "lane_0", 0, 7)
    end = node("end", "endEvent", "发放", "lane_0", 0, 8, outcome="granted")
    stop = node("stop", "endEvent", "终止", "lane_1", 1, 8, event="terminate", outcome="terminated")
    warn = flow(late, stop, way=((718, 208), (718, 385), (1382, 385), (1382, 323)))
    flows = (
        flow(start, accept), flow(accept, split), flow(split, visit), flow(split, joint), flow(visit, join), warn,
        flow(joint, join, way=((727, 305), (820, 305), (820, 180))), flow(inner_start, meet), flow(meet, inner_end),
        flow(join, panel, way=((845, 155), (1017, 155), (1017, 246))),
        flow(panel, publicity, way=((1110, 246), (1110, 173))), flow(publicity, closed), flow(closed, end),
    )  # fmt: skip
    nodes = (
        start,
        accept,
        split,
        joint,
        visit,
        late,
        join,
        panel,
        inner_start,
        meet,
        inner_end,
        publicity,
        closed,
        end,
        stop,
    )
    rows = lanes(("街道", Lane.STREET), ("Review panel", Lane.REVIEW_PANEL), columns=9)
    return ProcessModel("every-shape", "临时救助", "every-shape.bpmn", rows, nodes, flows)


SVG = "{http://www.w3.org/2000/svg}"


def parsed(process, **options):
    return etree.fromstring(draw_process(process, **options))


def words(drawing):
    return "".join(drawing.itertext())


@pytest.mark.parametrize("process", [allowance(), every_shape()], ids=lambda p: p.id)
def test_every_name_of_the_process_is_drawn(process):
    drawn = words(parsed(process))
    for part in (*process.nodes, *process.lanes):
        assert part.name in drawn


@pytest.mark.parametrize("process", [allowance(), every_shape()], ids=lambda p: p.id)
def test_a_chart_carries_no_style_no_script_and_no_handler(process):
    for element in parsed(process, done={"accept"}, current={"visit"}).iter():
        assert etree.QName(element).localname not in ("style", "script", "foreignObject")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_a_chart_is_an_image_whose_description_lists_the_steps_in_order():
    drawing = parsed(allowance(), done={"accept", "compare"}, current={"review"})
    assert drawing.get("role") == "img"
    assert drawing.find(f"{SVG}title").text == "流程图：高龄津贴申请"
    described = drawing.find(f"{SVG}desc")
    assert drawing.get("aria-describedby") == described.get("id")
    assert "1. 受理与材料核验（社区）：已完成" in described.text
    assert described.text.index("街道初审（街道）：当前环节") < described.text.index("区级审批（区县民政局）：未开始")


def test_the_current_step_is_marked_with_words_and_not_with_colour_only():
    with_current = draw_process(allowance(), current={"review"})
    assert (
        with_current.count("当前环节") == draw_process(allowance()).count("当前环节") + 2
    )  # the tag and the description
    assert 'class="dg-node dg-current"' in with_current


def test_a_finished_step_carries_a_tick_and_a_step_opened_again_does_not():
    assert draw_process(allowance(), done={"accept", "compare"}).count("dg-tick") == 2
    assert draw_process(allowance(), done={"accept"}, current={"accept"}).count("dg-tick") == 0


def test_the_limit_of_a_step_is_written_at_its_box():
    assert "10 个工作日" in words(parsed(allowance()))


def test_every_flow_has_one_line_and_one_arrow_head_and_the_default_flow_a_slash():
    process = allowance()
    drawing = parsed(process)
    assert len(drawing.findall(f"{SVG}polygon[@class='dg-head']")) == len(process.flows)
    assert len(drawing.findall(f"{SVG}path[@class='dg-flow']")) == len(process.flows) + 2


def test_kinds_of_elements_differ_in_shape():
    drawn = draw_process(every_shape())
    assert drawn.count("dg-clock") == 2  # the timer between steps and the one on a step
    assert drawn.count("dg-full") == 1  # the terminating end
    assert drawn.count('class="dg-box dg-open"') == 1  # the sub-process with its own steps
    assert drawn.count("M3 2v10M7 2v10M11 2v10") == 2  # joint review and panel are done by several
    assert drawn.count("M1 1h12v12H1z") == 2  # fragment and closed sub-process


def test_elements_of_a_sub_process_are_drawn_over_its_frame():
    drawn = draw_process(every_shape())
    assert drawn.index("dg-open") < drawn.index(">评议<")


def test_nothing_is_drawn_outside_the_view():
    process = every_shape()
    left, top, width, height = map(float, parsed(process).get("viewBox").split())
    for box in [n.bounds for n in process.nodes] + [lane.bounds for lane in process.lanes]:
        assert left <= box.x
        assert top <= box.y
        assert box.x + box.width <= left + width
        assert box.y + box.height <= top + height


def test_names_from_a_definition_cannot_inject_markup():
    process = allowance()
    hostile = replace(process.nodes[1], name='<b onload="x">&')
    drawing = parsed(replace(process, name="</title><script>", nodes=(process.nodes[0], hostile, *process.nodes[2:])))
    assert drawing.find(f".//{SVG}script") is None
    assert drawing.find(f".//{SVG}b") is None


def test_two_charts_on_one_page_have_different_ids():
    first, second = parsed(allowance()), parsed(allowance(), drawing_id="draft")
    ids = [e.get("id") for drawing in (first, second) for e in drawing.iter() if e.get("id")]
    assert len(ids) == len(set(ids)) == 4


def test_a_process_without_drawn_positions_is_refused_with_the_way_out():
    process = allowance()
    bare = replace(process, nodes=(*process.nodes[:-1], replace(process.nodes[-1], bounds=None)))
    with pytest.raises(DefinitionInvalid) as refused:
        draw_process(bare)
    assert refused.value.key == "refused"
    assert "流程编辑器" in str(refused.value)


def test_english_words_come_through_the_translation():
    drawn = words(parsed(allowance(), current={"review"}, t=lambda zh, en: en))
    assert "Current step" in drawn
    assert "10 working days" in drawn


def test_steps_are_listed_along_the_way_and_loops_do_not_disturb_the_order():
    names = [step.name for step in step_list(allowance())]
    assert names[0] == "受理与材料核验"
    assert names.index("街道初审") < names.index("区级审批") < names.index("制发决定书与发证")


def test_a_step_that_a_granted_case_can_do_without_is_listed_as_if_needed():
    always = {step.node_id: step.always for step in step_list(allowance())}
    assert always == {
        "accept": True, "correct": False, "compare": True, "grade": True,
        "review": True, "decide": True, "issue": True, "refuse": False,
    }  # fmt: skip


def test_both_branches_of_a_parallel_review_are_always_taken():
    always = {step.node_id: step.always for step in step_list(every_shape())}
    assert always["joint"]
    assert always["meet"]


def test_the_list_gives_state_lane_and_limit_of_a_step():
    steps = {step.node_id: step for step in step_list(allowance(), done={"accept"}, current={"review"})}
    assert (steps["accept"].state, steps["review"].state, steps["decide"].state) == ("done", "current", "waiting")
    assert (steps["decide"].lane, steps["decide"].limit) == ("区县民政局", "10 个工作日")


@given(st.text(alphabet="受理审核公示，。（） abcXYZ09", max_size=60), st.integers(4, 12), st.integers(1, 4))
def test_a_wrapped_name_keeps_its_words_within_the_lines_allowed(name, width, most_lines):
    lines = wrap_label(name, width, most_lines)
    assert len(lines) <= most_lines
    if lines and not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == name.replace(" ", "")


@given(st.text(alphabet="受理审核公示证明街道社区", min_size=1, max_size=24))
def test_a_chinese_name_that_fits_is_broken_into_even_lines(name):
    lines = wrap_label(name, 6, 4)
    assert max(map(em_width, lines)) <= 6
    assert max(map(len, lines)) - min(map(len, lines[:-1] or lines)) <= 1


def test_no_line_begins_with_a_closing_mark():
    assert all(line[0] not in "，。）" for line in wrap_label("材料齐全，且符合（法定）形式。", 5, 4))
