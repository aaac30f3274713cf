"""No machine runs in circles: every loop passes a person or a timer, so that each round is somebody's decision."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.paths import edges, on_a_cycle, scopes
from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, NodeModel
from engine.definitions.shared import Shared


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        for parent in scopes(process):
            pausing = {n.id for n in process.children(parent) if _pauses(definition, n, process.id, frozenset())}
            forward = {
                node: tuple(t for t in targets if t not in pausing)
                for node, targets in edges(process, parent).items()
                if node not in pausing
            }
            on_cycle = on_a_cycle(forward)
            looping = [n for n in process.children(parent) if n.id in on_cycle]
            if looping:
                names = "、".join(n.name or n.id for n in looping[:5])
                message = f"循环中没有人工环节：{names}。"
                yield error(
                    "loops.human",
                    looping[0].source,
                    looping[0].id,
                    message,
                    "请让循环经过人工环节或定时，否则系统会空转。",
                )


def _pauses(definition: ItemDefinition, node: NodeModel, process_id: str, seen: frozenset[str]) -> bool:
    """Does every passage stop for a person or a timer? A called fragment counts if it holds a step of a person."""
    if node.kind in ("userTask", "intermediateCatchEvent"):
        return True
    if node.kind == "callActivity" and node.called not in seen and node.called in definition.fragments:
        fragment = definition.fragments[node.called]
        inner = fragment.nodes
        return any(_pauses(definition, n, fragment.id, seen | {node.called}) for n in inner)
    if node.kind == "subProcess":
        inner = definition.process_of(process_id).children(node.id)
        return any(_pauses(definition, n, process_id, seen) for n in inner)
    return False
