"""The flow graph of one scope (a process or an embedded sub-process) and what it says about concurrency.

A *region* is a stretch that runs beside others: one branch of a parallel gateway, or what follows a non-interrupting
boundary timer. A node lies in a region if every way from the start leads through the region's entrance (dominance), so
no drawn pairing of gateways is needed. Two nodes whose regions part at the same gateway run in parallel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Branch(NamedTuple):
    """The region behind one outgoing flow of a parallel gateway."""

    fork: str
    first: str


class SideBranch(NamedTuple):
    """The region behind a non-interrupting boundary timer of `step`."""

    step: str
    timer: str


Region = Branch | SideBranch
Regions = tuple[Region, ...]
_Vertex = str | Branch | SideBranch


@dataclass(frozen=True)
class FlowGraph:
    """Nodes of one scope in the order of the file (`kinds`: BPMN tag), flows and attached timers."""

    scope: str
    process: str
    start: str
    kinds: Mapping[str, str]
    outgoing: Mapping[str, tuple[str, ...]]
    attached: Mapping[str, tuple[str, ...]]
    side_timers: frozenset[str]

    @cached_property
    def order(self) -> dict[str, int]:
        """Position of each node in the file."""
        return {node: index for index, node in enumerate(self.kinds)}

    def successors(self, node: str) -> tuple[str, ...]:
        return (*self.outgoing.get(node, ()), *self.attached.get(node, ()))

    def step_of(self, node: str) -> str:
        """The step a boundary timer is attached to; any other node itself."""
        return next((step for step, timers in self.attached.items() if node in timers), node)

    def branches(self, fork: str) -> tuple[Branch, ...]:
        """The parallel branches that start at a node; none unless it is a parallel gateway with several ways out."""
        ways = self.outgoing.get(fork, ())
        return tuple(Branch(fork, way) for way in ways) if self._forks(fork) else ()

    def regions(self, node: str) -> Regions:
        """The regions around a node, outermost first."""
        return self._regions.get(node, ())

    def regions_of_flow(self, source: str, target: str) -> Regions:
        """The regions around a flow: those of its source, and the branch it opens itself."""
        return self._regions.get(Branch(source, target), self.regions(source))

    def joins(self) -> Iterator[tuple[str, str]]:
        """Each flow into a parallel gateway as (gateway, source)."""
        for source, targets in self.outgoing.items():
            for target in targets:
                if self.kinds[target] == "parallelGateway":
                    yield target, source

    def onward(self, node: str) -> frozenset[str]:
        """The node and all that follows it, without going back over a loop's returning flow."""
        seen, todo = {node}, [node]
        while todo:
            here = todo.pop()
            for there in self.successors(here):
                if there not in seen and not self._dominates(there, here):
                    seen.add(there)
                    todo.append(there)
        return frozenset(seen)

    def ahead(self, node: str) -> frozenset[str]:
        """All that can be reached from a node over one flow or more; the node itself only by a loop."""
        seen: set[str] = set()
        todo = [node]
        while todo:
            new = set(self.successors(todo.pop())) - seen
            seen |= new
            todo += new
        return frozenset(seen)

    def _forks(self, node: str) -> bool:
        return self.kinds[node] == "parallelGateway" and len(self.outgoing.get(node, ())) > 1

    def _steps_on(self, vertex: _Vertex) -> tuple[_Vertex, ...]:
        """Successors in a graph where each region's entrance is a vertex of its own."""
        if not isinstance(vertex, str):
            return (vertex[1],)
        flows: tuple[_Vertex, ...] = self.branches(vertex) or self.outgoing.get(vertex, ())
        timers = (SideBranch(vertex, t) if t in self.side_timers else t for t in self.attached.get(vertex, ()))
        return (*flows, *timers)

    @cached_property
    def _dominators(self) -> dict[_Vertex, frozenset[_Vertex]]:
        """For each reachable vertex those that every way from the start passes."""
        before: dict[_Vertex, list[_Vertex]] = {self.start: []}
        todo: list[_Vertex] = [self.start]
        for here in todo:
            for there in self._steps_on(here):
                if there not in before:
                    before[there] = []
                    todo.append(there)
                before[there].append(here)
        found: dict[_Vertex, frozenset[_Vertex]] = {self.start: frozenset({self.start})}
        changed = True
        while changed:
            changed = False
            for here in todo[1:]:
                known = [found[b] for b in before[here] if b in found]
                new = frozenset.intersection(*known) | {here}
                changed |= found.get(here) != new
                found[here] = new
        return found

    def _dominates(self, gate: str, node: str) -> bool:
        return gate in self._dominators.get(node, ())

    @cached_property
    def _regions(self) -> dict[_Vertex, Regions]:
        depth = {vertex: len(gates) for vertex, gates in self._dominators.items()}
        return {
            vertex: tuple(sorted((g for g in gates if not isinstance(g, str)), key=depth.__getitem__))
            for vertex, gates in self._dominators.items()
        }
