"""Who does what is certain: every step in a lane, departments known, one acceptance, decisions the machine understands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from engine.definitions.bpmn_profile import NO_ANSWER, SERVICES
from engine.definitions.checks.paths import edges, reachable
from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import ItemDefinition, LaneModel, NodeModel, ProcessModel, Source
from engine.definitions.shared import Shared
from engine.terms import ItemType, Lane, Stage

_DECIDES = frozenset({ItemType.PERMIT, ItemType.CONFIRMATION, ItemType.BENEFIT, ItemType.REWARD})
_DECISION_CODES = frozenset({"grant", "refuse"})


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        is_fragment = process is not definition.process
        for lane in process.lanes:
            yield from _lane(process, lane, shared, is_fragment)
        for node in process.nodes:
            yield from _step(process, node, shared)
        yield from _asked(definition, process)
    yield from _acceptance(definition)


def _lane(process: ProcessModel, lane: LaneModel, shared: Shared, is_fragment: bool) -> Iterator[Finding]:
    members = [n.source for n in process.nodes if n.lane_id == lane.id and n.source]
    at = members[0] if members else Source(process.file, 1)
    if lane.lane is None and not is_fragment:
        yield error("lanes.caller", at, lane.id, f"主流程的泳道“{lane.name}”没有代码。", "caller 只用于片段。")
    if lane.department and lane.department not in shared.departments:
        message = f"泳道“{lane.name}”的部门“{lane.department}”不在部门表内。"
        yield error("lanes.department", at, lane.id, message, "请核对 departments.yaml。")


def _step(process: ProcessModel, node: NodeModel, shared: Shared) -> Iterator[Finding]:
    say = partial(error, at=node.source, key=node.id)
    name = node.name or node.id
    if node.kind in ("userTask", "serviceTask", "callActivity", "subProcess") and not node.lane_id:
        yield say("lanes.missing", message=f"环节“{name}”不在任何泳道内。", hint="请移入泳道并重新保存。")
    for department in (node.department, *node.departments):
        if department and department not in shared.departments:
            yield say(
                "lanes.department",
                message=f"环节“{name}”的部门“{department}”不在部门表内。",
                hint="请核对 departments.yaml。",
            )
    if (node.cardinality or 0) != len(node.departments):
        message = f"环节“{name}”的多实例份数 {node.cardinality or 0} 与部门个数 {len(node.departments)} 不同。"
        yield say("lanes.instances", message=message, hint="请使 loopCardinality 与 departments 一致。")
    if len(set(node.departments)) != len(node.departments):
        yield say("lanes.instances", message=f"环节“{name}”的部门重复。", hint="每个部门只列一次。")
    if node.no_answer and node.no_answer not in {NO_ANSWER, *(d.code for d in node.decisions)}:
        message = f"环节“{name}”逾期未答复的结论“{node.no_answer}”不在该环节的选项内。"
        yield say("lanes.no_answer", message=message, hint=f"请写选项之一，或 {NO_ANSWER}（逾期未答复）。")
    if node.no_answer and (node.procedure or node.stage in (Stage.ACCEPT, Stage.DECIDE, Stage.DELIVER)):
        yield say(
            "lanes.no_answer",
            message=f"环节“{name}”不能因逾期自动办结。",
            hint="受理、决定、送达和停表的环节须由人办理，请删除 noAnswer。",
        )
    if node.stage is Stage.DECIDE and not {d.code for d in node.decisions} >= _DECISION_CODES:
        message = f"决定环节“{name}”的选项没有 grant 和 refuse。"
        yield say("lanes.decide", message=message, hint="请写 yimen:decisions，如 grant:准予 refuse:不予。")
    lane = process.lane_of(node)
    consulted = node.kind == "userTask" and lane is not None and lane.lane is Lane.CONSULTED_DEPARTMENT
    if consulted and not (node.department or node.departments or (lane and lane.department)):
        message = f"协查环节“{name}”没有写由哪个部门协查，会派给本事项的主管部门。"
        yield warning("lanes.consulted", node.source, node.id, message, "请写 yimen:department 或 departments。")
    if node.kind == "serviceTask" and node.service not in SERVICES:
        yield say(
            "lanes.service",
            message=f"系统任务“{name}”的服务“{node.service}”不认识。",
            hint=f"可用：{'、'.join(SERVICES)}。",
        )
    if node.kind in ("userTask", "serviceTask") and not node.name:
        yield say("lanes.name", message=f"环节“{node.id}”没有名称。", hint="请写名称。")


def _asked(definition: ItemDefinition, process: ProcessModel) -> Iterator[Finding]:
    """A gateway may only ask a step that offers choices."""
    steps = {n.id: n for p in definition.processes for n in p.nodes if n.kind == "userTask"}
    for flow in process.flows:
        for name in sorted(flow.condition.names if flow.condition else ()):
            step = steps.get(name)
            if step is not None and not step.decisions:
                message = f"连线的条件用到环节“{step.name}”的结论，但该环节没有处理选项。"
                yield error("lanes.decisions", step.source, step.id, message, "请写 yimen:decisions。")


def _acceptance(definition: ItemDefinition) -> Iterator[Finding]:
    """Exactly one acceptance step; no decision can be reached around it; whoever precedes it is pointed out."""
    carriers = _with_stage(definition, definition.process, Stage.ACCEPT, frozenset())
    at = Source(definition.process.file, 1)
    if len(carriers) != 1:
        extra = carriers[1] if len(carriers) > 1 else None
        message = f"应有且只有一个受理环节（yimen:stage=“accept”），现有 {len(carriers)} 个。"
        shown, key = (extra.source, extra.id) if extra else (at, definition.process.id)
        yield error("lanes.accept", shown, key, message, "请标出一个受理环节。")
        return
    deciders = _with_stage(definition, definition.process, Stage.DECIDE, frozenset())
    if not deciders and definition.item_type in _DECIDES:
        message = f"{definition.item_type.label}没有决定环节（yimen:stage=“decide”），主时限到流程结束才停。"
        yield warning("lanes.no_decide", at, definition.process.id, message, "请标出决定环节。")
    process, accept = definition.process, carriers[0]
    forward = {n: tuple(t for t in ts if t != accept.id) for n, ts in edges(process, "").items()}
    early = reachable(forward, [n.id for n in process.children("") if n.kind == "startEvent"])
    for node in (n for n in deciders if n.id in early):
        yield error(
            "lanes.accept_first", node.source, node.id, f"不经受理就能走到决定“{node.name}”。", "请把受理放在决定之前。"
        )
    applicant = {lane.id for lane in process.lanes if lane.lane is Lane.APPLICANT}
    ahead = reachable({n: tuple(t for t in ts if t in early) for n, ts in forward.items()}, [accept.id])
    for node in process.children(""):
        if node.kind == "userTask" and node.id in early - ahead and node.lane_id not in applicant:
            message = f"环节“{node.name}”可能在受理之前办理，不在承诺时限之内。"
            yield warning("lanes.before_accept", node.source, node.id, message, "请确认，或把受理放到最前。")


def _with_stage(
    definition: ItemDefinition, process: ProcessModel, stage: Stage, seen: frozenset[str], parent: str = ""
) -> list[NodeModel]:
    """Top-level nodes of the process that are such a step or hold one; a fragment called twice counts twice."""
    found: list[NodeModel] = []
    for node in process.children(parent):
        if node.stage is stage:
            found.append(node)
        elif node.called in definition.fragments and node.called not in seen:
            fragment = definition.fragments[node.called]
            found += [node] * len(_with_stage(definition, fragment, stage, seen | {node.called}))
        elif node.kind == "subProcess":
            found += [node] * len(_with_stage(definition, process, stage, seen, node.id))
    return found
