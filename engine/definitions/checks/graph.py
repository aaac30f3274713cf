"""Every diagram is one connected flow: one start, nothing unreachable, an end after everything, ids fit for names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from engine.definitions.checks.paths import edges, reachable, reversed_edges, scopes
from engine.definitions.findings import Finding, error
from engine.definitions.model import FlowModel, ItemDefinition, NodeModel, ProcessModel, Source
from engine.definitions.shared import Shared

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_RESERVED = frozenset(
    {
        *(
            "and",
            "or",
            "not",
            "in",
            "if",
            "then",
            "else",
            "some",
            "every",
            "satisfies",
            "between",
            "true",
            "false",
            "null",
        ),
        *("form", "policy", "region", "today", "con", "prn", "aux", "nul"),
    }
)


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        yield from _ids(process)
        yield from _flows(process)
        for parent in scopes(process):
            yield from _scope(process, parent)
    yield from _results(definition, shared)


def _ids(process: ProcessModel) -> Iterator[Finding]:
    drawn: list[NodeModel | FlowModel] = [*process.nodes, *process.flows]
    counted = Counter([*(lane.id for lane in process.lanes), *(element.id for element in drawn)])
    for element in drawn:
        if counted[element.id] > 1:
            yield error("graph.ids", element.source, element.id, f"标识“{element.id}”重复。", "请改用不同的标识。")
        if not _ID.fullmatch(element.id) or element.id.lower() in _RESERVED:
            message = f"标识“{element.id}”不可用。"
            hint = "请用英文字母、数字和下划线，以字母开头，60 字以内，不用保留字。"
            yield error("graph.ids", element.source, element.id, message, hint)


def _flows(process: ProcessModel) -> Iterator[Finding]:
    for flow in process.flows:
        ends = [process.by_id.get(flow.source_id), process.by_id.get(flow.target_id)]
        if None in ends:
            yield error("graph.flow", flow.source, flow.id, f"连线“{flow.id}”的一端不存在。", "请重新连接或删除。")
        elif ends[0] and ends[1] and ends[0].parent != ends[1].parent:
            yield error(
                "graph.flow", flow.source, flow.id, f"连线“{flow.id}”穿过了子流程的边界。", "请连到子流程本身。"
            )
    seen: set[tuple[str, str]] = set()
    for flow in process.flows:
        if (flow.source_id, flow.target_id) in seen:
            message = f"“{flow.source_id}”到“{flow.target_id}”有两条连线。"
            yield error("graph.flow", flow.source, flow.id, message, "请合并为一条。")
        seen.add((flow.source_id, flow.target_id))


def _scope(process: ProcessModel, parent: str) -> Iterator[Finding]:
    nodes = process.children(parent)
    owner = process.by_id.get(parent)
    at = owner.source if owner else Source(process.file, 1)
    starts = [n for n in nodes if n.kind == "startEvent"]
    ends = [n for n in nodes if n.kind == "endEvent"]
    if len(starts) != 1:
        message = f"应有且只有一个开始事件，现有 {len(starts)} 个。"
        yield error("graph.start", starts[1].source if starts else at, parent or process.id, message, "请补充或删除。")
    if not ends:
        yield error("graph.end", at, parent or process.id, "没有结束事件。", "请补充。")
    forward = edges(process, parent)
    after_start = reachable(forward, [n.id for n in starts])
    before_end = reachable(reversed_edges(forward), [n.id for n in ends])
    for node in nodes:
        yield from _node(process, node, after_start, before_end)


def _node(process: ProcessModel, node: NodeModel, after_start: set[str], before_end: set[str]) -> Iterator[Finding]:
    shown = node.name or node.id
    incoming, outgoing = process.incoming[node.id], process.outgoing[node.id]
    if node.id not in after_start:
        yield error("graph.unreachable", node.source, node.id, f"从开始走不到“{shown}”。", "请连上或删除。")
    if node.id not in before_end:
        yield error("graph.dead_end", node.source, node.id, f"“{shown}”之后到不了结束。", "请连到下一环节或结束事件。")
    if node.kind in ("startEvent", "boundaryEvent") and incoming:
        yield error("graph.direction", node.source, node.id, f"“{shown}”不能有进线。", "请删除进线。")
    if node.kind == "endEvent" and outgoing:
        yield error("graph.direction", node.source, node.id, f"结束“{shown}”不能有出线。", "请删除出线。")
    host = process.by_id.get(node.attached_to)
    if node.kind == "boundaryEvent" and (host is None or host.kind != "userTask" or host.parent != node.parent):
        yield error(
            "graph.boundary", node.source, node.id, f"定时“{shown}”没有附在人工任务上。", "边界定时只能附在人工任务上。"
        )


def _results(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    """Step results share one table of names with each other and with the facts, so their ids must differ."""
    roots = {path.split(".")[0] for path in shared.facts} | {"form", "policy"}
    outputs = {name for table in definition.tables.values() for name, _ in table.outputs}
    seen: set[str] = set()
    for process in definition.processes:
        for node in (n for n in process.nodes if n.kind == "userTask"):
            if node.id in seen or node.id in roots or node.id in outputs:
                message = f"环节标识“{node.id}”与其他环节、事实或决策表输出同名。"
                yield error("graph.result_name", node.source, node.id, message, "环节结论以标识存放，请改名。")
            seen.add(node.id)
