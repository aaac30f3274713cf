"""Branching and merging is always drawn: gateways decide and wait, every alternative has a condition, one is the default."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import ItemDefinition, NodeModel, ProcessModel
from engine.definitions.shared import Shared


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        for node in process.nodes:
            yield from _implicit(process, node)
            if node.kind == "exclusiveGateway":
                yield from _exclusive(process, node)
            if node.kind.endswith("Gateway"):
                yield from _shape(process, node)
        for flow in process.flows:
            source = process.by_id.get(flow.source_id)
            if flow.condition and (source is None or source.kind != "exclusiveGateway"):
                message = f"连线“{flow.name or flow.id}”的条件不会起作用。"
                yield error("gateways.condition", flow.source, flow.id, message, "条件只写在排他网关的出线上。")


def _implicit(process: ProcessModel, node: NodeModel) -> Iterator[Finding]:
    if node.kind.endswith("Gateway"):
        return
    if len(process.outgoing[node.id]) > 1:
        message = f"“{node.name or node.id}”有多条出线，看不出是选择还是并行。"
        yield error("gateways.split", node.source, node.id, message, "请在其后画网关。")
    if len(process.incoming[node.id]) > 1 and node.kind != "endEvent":
        message = f"“{node.name or node.id}”有多条进线，看不出是否等待。"
        yield error("gateways.merge", node.source, node.id, message, "请在其前画汇合网关。")


def _exclusive(process: ProcessModel, node: NodeModel) -> Iterator[Finding]:
    flows = process.outgoing[node.id]
    if len(flows) < 2:
        for flow in flows:
            if flow.condition:
                message = "只有一条出线的网关不需要条件。"
                yield error("gateways.condition", flow.source, flow.id, message, "请删除条件，或补充另一条出线。")
        return
    if node.default_flow not in {flow.id for flow in flows}:
        message = f"选择网关“{node.name or node.id}”没有默认出线，条件都不满足时办件会停住。"
        yield error("gateways.default", node.source, node.id, message, "请把一条出线设为默认。")
    for flow in flows:
        if flow.id != node.default_flow and flow.condition is None:
            message = f"选择网关的出线“{flow.name or flow.id}”没有条件。"
            yield error("gateways.condition", flow.source, flow.id, message, "请写条件，或设为默认出线。")
        if flow.id == node.default_flow and flow.condition is not None:
            message = f"默认出线“{flow.name or flow.id}”写了条件，不会起作用。"
            yield error("gateways.condition", flow.source, flow.id, message, "请删除条件。")
    texts = [flow.condition.text for flow in flows if flow.condition]
    if len(set(texts)) != len(texts):
        message = "选择网关的两条出线条件相同，后一条永远走不到。"
        yield error("gateways.condition", node.source, node.id, message, "请更正条件。")


def _shape(process: ProcessModel, node: NodeModel) -> Iterator[Finding]:
    incoming, outgoing = len(process.incoming[node.id]), len(process.outgoing[node.id])
    if incoming > 1 and outgoing > 1:
        message = f"网关“{node.name or node.id}”既汇合又分支。"
        yield error("gateways.mixed", node.source, node.id, message, "请分成两个网关。")
    if incoming <= 1 and outgoing <= 1:
        message = f"网关“{node.name or node.id}”既不分支也不汇合。"
        yield warning("gateways.idle", node.source, node.id, message, "请删除。")
