"""Ways through one scope of a diagram: neighbours, cycles and the heaviest way; shared by several laws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from engine.definitions.model import NodeModel, ProcessModel

Edges = Mapping[str, tuple[str, ...]]


def scopes(process: ProcessModel) -> tuple[str, ...]:
    """The process itself ("") and every embedded sub-process."""
    return ("", *(n.id for n in process.nodes if n.kind == "subProcess"))


def edges(process: ProcessModel, parent: str) -> dict[str, tuple[str, ...]]:
    """Where each node of a scope may lead: its flows and the timers on its boundary."""
    nodes = process.children(parent)
    known = {n.id for n in nodes}
    found = {n.id: tuple(f.target_id for f in process.outgoing[n.id] if f.target_id in known) for n in nodes}
    for node in nodes:
        if node.attached_to in known:
            found[node.attached_to] += (node.id,)
    return found


def reversed_edges(forward: Edges) -> dict[str, tuple[str, ...]]:
    back: dict[str, tuple[str, ...]] = dict.fromkeys(forward, ())
    for source, targets in forward.items():
        for target in targets:
            back[target] += (source,)
    return back


def reachable(forward: Edges, starts: Iterable[str]) -> set[str]:
    """The starts and everything that can come after them."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for target in forward.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def on_a_cycle(forward: Edges) -> set[str]:
    """Nodes that can come after themselves."""
    return {node for node in forward if node in reachable(forward, forward[node])}


def heaviest_path(process: ProcessModel, parent: str, weight: Callable[[NodeModel], Fraction]) -> Fraction:
    """The greatest sum of weights on a way from start to end that takes no flow backward.

    Parallel branches are ways of their own, so the longest of them counts.
    """
    forward = edges(process, parent)
    starts = [n.id for n in process.children(parent) if n.kind == "startEvent"]
    order, backward = _finished(forward, starts)
    best: dict[str, Fraction] = {}
    for node in order:
        after = (best[t] for t in forward[node] if (node, t) not in backward)
        best[node] = weight(process.node(node)) + max(after, default=Fraction(0))
    return max((best[s] for s in starts), default=Fraction(0))


def _finished(forward: Edges, starts: list[str]) -> tuple[list[str], set[tuple[str, str]]]:
    """Depth-first order of leaving the nodes, and the flows that lead back to a node still open."""
    order: list[str] = []
    backward: set[tuple[str, str]] = set()
    state: dict[str, bool] = {}
    for start in starts:
        stack = [(start, iter(forward[start]))]
        state[start] = True
        while stack:
            node, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                stack.pop()
                state[node] = False
                order.append(node)
            elif state.get(target):
                backward.add((node, target))
            elif target not in state:
                state[target] = True
                stack.append((target, iter(forward[target])))
    return order, backward
