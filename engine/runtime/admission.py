"""What a diagram must satisfy before it runs: only then is each run sound and each return provable.

The checks of `definitions/checks/` say all this to the officer with more help; here it is a lock, not advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NoReturn

from engine.definitions.model import DecisionTable, FlowModel, NodeModel, ProcessModel
from engine.errors import DefinitionInvalid
from engine.runtime.graph import FlowGraph
from engine.runtime.specification import inner_scope

STEPS = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"})
_SPLITTING = frozenset({"exclusiveGateway", "parallelGateway"})
_CALLS = frozenset({"callActivity", "subProcess"})


def flow_graphs(model: ProcessModel) -> tuple[FlowGraph, ...]:
    """The flow graphs of a diagram and its embedded sub-processes; DefinitionInvalid if one of them cannot be run."""
    twice = [i for i, n in Counter([*(n.id for n in model.nodes), *(f.id for f in model.flows)]).items() if n > 1]
    if twice:
        _refuse(model, None, f"标识“{twice[0]}”重复。", "请给每个节点和连线不同的标识。")
    for flow in model.flows:
        _check_flow(model, flow)
    scopes = ["", *(n.id for n in model.nodes if n.kind == "subProcess")]
    return tuple(_graph(model, parent) for parent in scopes)


def check_calls(
    models: Mapping[str, ProcessModel],
    graphs: Mapping[str, FlowGraph],
    tables: Mapping[str, DecisionTable],
) -> None:
    """Every called process and table is there and no process calls itself, however indirectly."""
    for scope, graph in graphs.items():
        model = models[graph.process]
        for node in map(model.node, graph.kinds):
            if node.kind in _CALLS and inner_scope(graph, node) not in graphs:
                _refuse(model, node, f"被调用的流程“{node.called}”不存在。", "请核对 calledElement。")
            if node.kind == "businessRuleTask" and node.decision_table not in tables:
                _refuse(model, node, f"决策表“{node.decision_table}”不存在。", "请核对 yimen:decisionRef。")
        if scope in _called(scope, models, graphs):
            _refuse(model, None, f"流程“{scope}”直接或间接调用了自己。", "请去掉循环调用。")


def _called(scope: str, models: Mapping[str, ProcessModel], graphs: Mapping[str, FlowGraph]) -> set[str]:
    """Scopes opened from a scope, directly or through others."""
    found: set[str] = set()
    todo = [scope]
    while todo:
        graph = graphs[todo.pop()]
        inner = {inner_scope(graph, n) for n in map(models[graph.process].node, graph.kinds) if n.kind in _CALLS}
        todo += (inner - found) & graphs.keys()
        found |= inner
    return found


def _check_flow(model: ProcessModel, flow: FlowModel) -> None:
    if flow.source_id not in model.by_id or flow.target_id not in model.by_id:
        _refuse(model, flow, f"连线“{flow.id}”的一端不存在。", "请重新连接或删除。")
    source, target = model.node(flow.source_id), model.node(flow.target_id)
    if source.parent != target.parent:
        _refuse(model, flow, f"连线“{flow.id}”穿过了子流程的边界。", "请连到子流程本身。")
    if target.kind in ("startEvent", "boundaryEvent") or source.kind == "endEvent":
        _refuse(model, flow, f"连线“{flow.id}”的方向不对。", "开始事件和边界事件没有进线，结束事件没有出线。")
    if flow.condition and source.kind != "exclusiveGateway":
        _refuse(model, flow, f"连线“{flow.id}”的条件不会起作用。", "条件只写在排他网关的出线上。")


def _graph(model: ProcessModel, parent: str) -> FlowGraph:
    nodes = {n.id: n for n in model.nodes if n.parent == parent}
    flows = [f for f in model.flows if f.source_id in nodes]
    timers = [n for n in nodes.values() if n.kind == "boundaryEvent"]
    starts = [n.id for n in nodes.values() if n.kind == "startEvent"]
    if len(starts) != 1:
        scope = model.by_id.get(parent)
        _refuse(model, scope, f"应有且只有一个开始事件，现有 {len(starts)} 个。", "请补充或删除。")
    outgoing = {n: tuple(f.target_id for f in flows if f.source_id == n) for n in nodes}
    for node in nodes.values():
        _check_node(model, node, nodes, [f for f in flows if f.source_id == node.id])
    return FlowGraph(
        scope=f"{model.id}/{parent}" if parent else model.id,
        process=model.id,
        start=starts[0],
        kinds={n.id: n.kind for n in nodes.values()},
        outgoing=outgoing,
        attached={n: tuple(t.id for t in timers if t.attached_to == n) for n in nodes},
        side_timers=frozenset(t.id for t in timers if not t.interrupting),
    )


def _check_node(model: ProcessModel, node: NodeModel, nodes: Mapping[str, NodeModel], ways: list[FlowModel]) -> None:
    if node.kind != "endEvent" and not ways:
        _refuse(model, node, f"节点“{node.id}”没有出线。", "请连到下一节点或结束事件。")
    if len(ways) > 1 and node.kind not in _SPLITTING:
        _refuse(model, node, f"节点“{node.id}”有多条出线。", "分支请用网关。")
    if len({f.target_id for f in ways}) != len(ways):
        _refuse(model, node, f"节点“{node.id}”有两条出线通向同一节点。", "请合并。")
    if node.event == "timer" and node.limit is None and not node.procedure:
        _refuse(
            model,
            node,
            f"定时“{node.id}”没有写明多久。",
            "请写 workingDays、timeDuration（如 P7D）或特别程序 procedure。",
        )
    if node.kind == "boundaryEvent":
        step = nodes.get(node.attached_to)
        if step is None or step.kind != "userTask":
            _refuse(model, node, f"边界定时“{node.id}”没有附在人工任务上。", "边界定时只能附在同一流程的人工任务上。")
    if node.kind == "exclusiveGateway" and len(ways) > 1:
        _check_choice(model, node, ways)


def _check_choice(model: ProcessModel, node: NodeModel, ways: Iterable[FlowModel]) -> None:
    for flow in ways:
        if flow.id != node.default_flow and flow.condition is None:
            _refuse(model, flow, f"排他网关“{node.id}”的出线“{flow.id}”没有条件。", "请写条件，或设为默认出线。")


def _refuse(model: ProcessModel, at: NodeModel | FlowModel | None, message: str, hint: str) -> NoReturn:
    line = at.source.line if at and at.source else 0
    raise DefinitionInvalid(message, file=model.file, line=line, key=at.id if at else model.id, hint=hint)
