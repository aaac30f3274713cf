"""The drawing is complete: every lane, node and flow has its shape, so the modeller shows what the engine runs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, Source
from engine.definitions.shared import Shared


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    hint = "请用建模工具打开后重新保存。"
    for process in definition.processes:
        if not process.lanes:
            yield error(
                "diagram.lanes", Source(process.file, 1), process.id, "流程图没有泳道。", "请画出泳道并写 yimen:lane。"
            )
        for lane in process.lanes:
            if lane.bounds is None:
                at = Source(process.file, 1)
                yield error("diagram.shape", at, lane.id, f"泳道“{lane.name or lane.id}”没有图形。", hint)
        for node in process.nodes:
            if node.bounds is None:
                yield error("diagram.shape", node.source, node.id, f"节点“{node.name or node.id}”没有图形。", hint)
        for flow in process.flows:
            if len(flow.waypoints) < 2:
                yield error("diagram.edge", flow.source, flow.id, f"连线“{flow.name or flow.id}”没有图形。", hint)
