"""Called fragments exist, are given a lane where they need one, and never call themselves."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.paths import reachable
from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, NodeModel, ProcessModel
from engine.definitions.shared import Shared


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    calls = {p.id: tuple(n.called for n in p.nodes if n.called) for p in definition.processes}
    for process in definition.processes:
        for node in (n for n in process.nodes if n.kind == "callActivity"):
            yield from _call(definition, process, node)
            if process.id in reachable(calls, [node.called]):
                message = f"“{node.name or node.id}”调用的片段最终又调用自己。"
                yield error("calls.recursion", node.source, node.id, message, "请去掉循环调用。")


def _call(definition: ItemDefinition, process: ProcessModel, node: NodeModel) -> Iterator[Finding]:
    fragment = definition.fragments.get(node.called)
    if fragment is None:
        message = f"“{node.name or node.id}”调用的片段“{node.called}”不存在。"
        yield error(
            "calls.unknown", node.source, node.id, message, "片段放在 process_definitions/_shared/片段名.bpmn。"
        )
        return
    needs_lane = any(lane.lane is None for lane in fragment.lanes)
    if needs_lane and node.caller_lane is None and process.lane_of(node) is None:
        message = f"片段“{fragment.name}”由调用方办理，但“{node.name or node.id}”没有给出泳道。"
        yield error("calls.lane", node.source, node.id, message, "请写 yimen:lane，或把调用活动放入泳道。")
