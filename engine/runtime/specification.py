"""ProcessModel → SpiffWorkflow specifications, one per scope.

The diagram was read by `definitions.bpmn_reader`, which lets only our profile through. Building from that model instead
of from the text leaves the library's own parser, and with it every place where it would run author text, out of play.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit

from engine.definitions.model import DecisionTable, FlowModel, NodeModel, ProcessModel
from engine.runtime.expressions import Condition
from engine.runtime.graph import FlowGraph
from engine.runtime.specs import (
    BoundaryTimerSpec,
    CallSpec,
    ChoiceSpec,
    EndSpec,
    MultiInstanceSpec,
    NodeSpec,
    ParallelSpec,
    RuleSpec,
    StartSpec,
    StepSpec,
    TimerSpec,
)


def specification(model: ProcessModel, graph: FlowGraph, tables: Mapping[str, DecisionTable]) -> BpmnProcessSpec:
    """The library's specification of one scope of an admitted diagram."""
    spec = BpmnProcessSpec(name=graph.scope)
    made = {n: _MAKERS[model.node(n).kind](spec, model.node(n), graph, tables) for n in graph.kinds}
    entrances = {n: _guarded(spec, made[n], [made[t] for t in graph.attached.get(n, ())]) for n in graph.kinds}
    for flow in model.flows:
        if flow.source_id in made:
            _connect(made[flow.source_id], entrances[flow.target_id], model.node(flow.source_id), flow)
    spec.start.connect(made[graph.start])
    for node in made.values():
        if isinstance(node, EndSpec):
            node.connect(spec.end)
    return spec


def entrance(spec: BpmnProcessSpec, node: str) -> Any:
    """Where a token enters a node: the split that also arms its boundary timers, if it has any."""
    return spec.task_specs.get(f"split:{node}") or spec.task_specs[f"node:{node}"]


def _guarded(spec: BpmnProcessSpec, step: NodeSpec, timers: list[NodeSpec]) -> Any:
    """The entrance of a step, with the library's split and join around it when timers are attached."""
    if not timers:
        return step
    split = BoundaryEventSplit(spec, f"split:{step.node}")
    join = BoundaryEventJoin(spec, f"join:{step.node}", split_task=split.name, cancel=True)
    for branch in (step, *timers):
        split.connect(branch)
        branch.connect(join)
    return split


def _connect(source: NodeSpec, target: Any, node: NodeModel, flow: FlowModel) -> None:
    if isinstance(source, ChoiceSpec):
        written = None if flow.id == node.default_flow else flow.condition
        source.connect_choice(target, Condition(written) if written else None)
    else:
        source.connect(target)


def _user(spec: Any, node: NodeModel, *_: Any) -> NodeSpec:
    if node.cardinality is None:
        return StepSpec(spec, node.id)
    return MultiInstanceSpec(spec, node.id, node.cardinality)


def _rule(spec: Any, node: NodeModel, graph: FlowGraph, tables: Mapping[str, DecisionTable]) -> NodeSpec:
    return RuleSpec(spec, node.id, tables[node.decision_table])


def _sub_process(spec: Any, node: NodeModel, graph: FlowGraph, *_: Any) -> NodeSpec:
    return CallSpec(spec, node.id, inner_scope(graph, node))


def inner_scope(graph: FlowGraph, node: NodeModel) -> str:
    """The scope a call activity or an embedded sub-process opens."""
    return node.called if node.kind == "callActivity" else f"{graph.process}/{node.id}"


_MAKERS: Mapping[str, Callable[..., NodeSpec]] = {
    "startEvent": lambda spec, node, *_: StartSpec(spec, node.id),
    "endEvent": lambda spec, node, *_: EndSpec(spec, node.id, node.event == "terminate"),
    "userTask": _user,
    "serviceTask": lambda spec, node, *_: StepSpec(spec, node.id),
    "businessRuleTask": _rule,
    "exclusiveGateway": lambda spec, node, *_: ChoiceSpec(spec, node.id),
    "parallelGateway": lambda spec, node, *_: ParallelSpec(spec, node.id),
    "callActivity": _sub_process,
    "subProcess": _sub_process,
    "intermediateCatchEvent": lambda spec, node, *_: TimerSpec(spec, node.id),
    "boundaryEvent": lambda spec, node, *_: BoundaryTimerSpec(spec, node.id, node.interrupting),
}
