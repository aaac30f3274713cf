"""A drawn process as an ordered list of steps: what phones, screen readers and residents get instead of the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from api.web.wording import english_amount

if TYPE_CHECKING:
    from engine.definitions.model import NodeModel, ProcessModel

Translate = Callable[[str, str], str]
StepState = Literal["done", "current", "waiting"]

STEP_KINDS = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"})

STATE_WORDS: dict[StepState, tuple[str, str]] = {
    "done": ("已完成", "Done"),
    "current": ("当前环节", "Current step"),
    "waiting": ("未开始", "Not started"),
}


def chinese(zh: str, en: str) -> str:
    """The Chinese of two wordings; stands in where no language has been chosen."""
    return zh


@dataclass(frozen=True)
class StepLine:
    """One step (环节) in reading order. `always` is False for a step that an application may be granted without."""

    number: int
    node_id: str
    name: str
    lane: str
    limit: str
    state: StepState
    always: bool


def step_list(
    process: ProcessModel,
    *,
    done: Set[str] = frozenset(),
    current: Set[str] = frozenset(),
    kinds: Set[str] = STEP_KINDS,
    t: Translate = chinese,
) -> tuple[StepLine, ...]:
    """The steps (环节) of a process in the order they come up; `done` and `current` hold element ids."""
    nodes = [node for node in reading_order(process) if node.kind in kinds]
    return tuple(
        StepLine(
            number=number,
            node_id=node.id,
            name=node.name,
            lane=lane.name if (lane := process.lane_of(node)) else "",
            limit=limit_text(node, t),
            state=state_of(node.id, done, current),
            always=_always_taken(process, node),
        )
        for number, node in enumerate(nodes, start=1)
    )


def state_of(node_id: str, done: Set[str], current: Set[str]) -> StepState:
    """Where an element stands; being open again outweighs having been done before (退回)."""
    if node_id in current:
        return "current"
    return "done" if node_id in done else "waiting"


def limit_text(node: NodeModel, t: Translate) -> str:
    """The step's limit in words, or "" without one."""
    if node.limit is None:
        return ""
    amount, unit = node.limit.amount, node.limit.unit
    if amount == 0:
        return t("当场", "on the spot")
    return t(f"{amount} {unit.label}", english_amount(amount, unit))


def reading_order(process: ProcessModel, parent: str = "") -> Iterator[NodeModel]:
    """Every node: first by the longest way from the start (loops left out), then from top to bottom of the chart."""
    nodes = process.children(parent)
    depth = _depths(process, nodes)
    for node in sorted(nodes, key=lambda n: (depth[n.id], *_position(n))):
        yield node
        yield from reading_order(process, node.id)


def _position(node: NodeModel) -> tuple[float, float]:
    return (node.bounds.y, node.bounds.x) if node.bounds else (0.0, 0.0)


def _next_ids(process: ProcessModel, node: NodeModel) -> list[str]:
    boundary = [n.id for n in process.nodes if n.attached_to == node.id]
    return [flow.target_id for flow in process.outgoing[node.id]] + boundary


def _depths(process: ProcessModel, nodes: tuple[NodeModel, ...]) -> dict[str, int]:
    order, loops = _depth_first(process, nodes)
    depth = {node.id: 0 for node in nodes}
    for node_id in order:
        for target in _next_ids(process, process.node(node_id)):
            if target in depth and (node_id, target) not in loops:
                depth[target] = max(depth[target], depth[node_id] + 1)
    return depth


def _depth_first(process: ProcessModel, nodes: tuple[NodeModel, ...]) -> tuple[list[str], set[tuple[str, str]]]:
    """Reverse post-order of the nodes and the flows that close a loop."""
    entered: set[str] = set()
    left: list[str] = []
    loops: set[tuple[str, str]] = set()
    inside = {node.id for node in nodes}

    def visit(node_id: str) -> None:
        entered.add(node_id)
        for target in _next_ids(process, process.node(node_id)):
            if target not in inside:
                continue
            if target not in entered:
                visit(target)
            elif target not in left:
                loops.add((node_id, target))
        left.append(node_id)

    starts = [n for n in nodes if n.kind == "startEvent"]
    for node in (*starts, *nodes):
        if node.id not in entered:
            visit(node.id)
    return left[::-1], loops


def _always_taken(process: ProcessModel, node: NodeModel) -> bool:
    """Whether no way from start to a granting end (or to any end, where none grants) leaves the node out."""
    scope = process.children(node.parent)
    finishing = {n.id for n in scope if n.kind == "endEvent" and n.outcome == "granted"}
    finishing = finishing or {n.id for n in scope if n.kind == "endEvent"}
    changed = True
    while changed:
        fresh = {n.id for n in scope if n.id not in finishing and n is not node and _finishes(process, n, finishing)}
        finishing |= fresh
        changed = bool(fresh)
    avoidable = any(n.id in finishing for n in scope if n.kind == "startEvent")
    around = process.by_id.get(node.parent)
    return not avoidable and (around is None or _always_taken(process, around))


def _finishes(process: ProcessModel, node: NodeModel, finishing: Set[str]) -> bool:
    ways = [target in finishing for target in _next_ids(process, node)]
    return bool(ways) and (all(ways) if node.kind == "parallelGateway" else any(ways))
