"""What the diagram says of one open step: its node, its lane (a fragment takes the caller's) and its department."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.model import ItemDefinition, LimitRule, NodeModel
from engine.errors import ProcessError
from engine.terms import Lane


def node_of(definition: ItemDefinition, process_id: str, node_id: str) -> NodeModel:
    """The drawn element of a step."""
    return definition.process_of(process_id).node(node_id)


def lane_of(definition: ItemDefinition, process_id: str, node_id: str, path: Sequence[str]) -> Lane:
    """The lane (泳道) of a step; `path` holds the call activities from the root down to the fragment."""
    process = definition.process_of(process_id)
    drawn = process.lane_of(process.node(node_id))
    if drawn is not None and drawn.lane is not None:
        return drawn.lane
    return _callers_lane(definition, path)


def _callers_lane(definition: ItemDefinition, path: Sequence[str]) -> Lane:
    process, lane = definition.process, None
    for depth, call_id in enumerate(path):
        call = process.node(call_id)
        if not call.called:
            continue
        lane = call.caller_lane or lane_of(definition, process.id, call_id, path[:depth])
        process = definition.fragments[call.called]
    if lane is None:
        raise ProcessError(f"环节所在泳道没有说明由谁办理（{'/'.join(path)}）。", en="no lane for a step")
    return lane


def limit_of_step(definition: ItemDefinition, node: NodeModel, instance: int | None) -> LimitRule | None:
    """How long a step may take: a department's own limit, the step's, or that of its special procedure."""
    if instance is not None and node.department_limits and node.department_limits[instance]:
        return node.department_limits[instance]
    if node.limit is None and node.procedure:
        procedure = definition.limits.procedure(node.procedure)
        return procedure.limit if procedure else None
    return node.limit


def department_of(definition: ItemDefinition, process_id: str, node_id: str, instance: int | None) -> str:
    """The department (folder name) that handles a step; each instance of a joint review has its own."""
    process = definition.process_of(process_id)
    node = process.node(node_id)
    if node.departments and instance is not None:
        return node.departments[instance]
    lane = process.lane_of(node)
    return node.department or (lane.department if lane else "") or definition.department
