"""Sending a case back (退回): which tokens stay, and where new ones enter.

Worked out on the marking and the flow graph alone. Soundness rests on one invariant: at each parallel gateway ahead of
the target every branch has exactly one token, be it open, waiting at the join, or the target's own.
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import ActionNotAllowed
from engine.runtime.admission import STEPS
from engine.runtime.compiler import CompiledProcess
from engine.runtime.graph import Branch, FlowGraph, Regions, SideBranch
from engine.runtime.marking import Arrival, Entry, Marking, Path, Place


def plan_return(
    process: CompiledProcess, marking: Marking, target: str, path: Path, *, keep_parallel: bool
) -> tuple[Marking, tuple[Entry, ...]]:
    """The tokens that stay when a case goes back to a step, and the entries that open it; see `workflow.reopen`."""
    _check_target(process, target, path)
    depth = marking.open_depth(path)
    entries: list[Entry] = []
    cleared: set[str] = set()
    for level in range(depth, len(path) + 1):
        graph, node = process.graph(path[:level]), (*path, target)[level]
        back = _Return(graph, path[:level], node, keep_parallel)
        marking = back.kept(marking)
        entries += back.restarts()
        again = back.done_again() - ({node} if level < len(path) else set())
        cleared |= process.result_names(graph, again)
    results = {name: value for name, value in marking.results.items() if name not in cleared}
    return replace(marking, results=results, end_node=None), (*entries, Entry(target, path))


def _check_target(process: CompiledProcess, target: str, path: Path) -> None:
    try:
        kind = process.graph(path).kinds[target]
    except KeyError as error:
        raise ActionNotAllowed(f"流程中没有环节“{target}”，不能退回到那里。", path=path) from error
    if kind not in STEPS:
        raise ActionNotAllowed(f"只能退回到办理环节，“{target}”不是环节。", path=path)


class _Return:
    """The return to one node of one scope."""

    def __init__(self, graph: FlowGraph, scope: Path, node: str, keep_parallel: bool) -> None:
        self._graph, self._scope, self._keep_parallel = graph, scope, keep_parallel
        self._regions = graph.regions(node)
        self._onward = graph.onward(node)

    def kept(self, marking: Marking) -> Marking:
        """The marking without the tokens the return cancels, with arrivals of branches that were finished before."""
        places = tuple(p for p in marking.places if self._stays(p))
        arrivals = tuple(a for a in marking.arrivals if self._stays(a))
        if self._keep_parallel:
            arrivals += self._finished_branches((*places, *arrivals))
        return replace(marking, places=places, arrivals=arrivals)

    def restarts(self) -> list[Entry]:
        """The first nodes of the other branches, when those start again as well."""
        siblings = () if self._keep_parallel else self._siblings()
        return [Entry(branch.first, self._scope, branch.fork) for branch in siblings]

    def done_again(self) -> frozenset[str]:
        """The nodes whose results no longer hold."""
        restarted = set() if self._keep_parallel else set(self._siblings())
        return self._onward | {n for n in self._graph.kinds if restarted.intersection(self._graph.regions(n))}

    def _siblings(self) -> tuple[Branch, ...]:
        """Branches that the joins ahead of the target wait for, besides the target's own."""
        around = [r for r in _main_line(self._regions) if isinstance(r, Branch)]
        return tuple(b for own in around for b in self._graph.branches(own.fork) if b != own)

    def _stays(self, item: Place | Arrival) -> bool:
        """Does a token run beside the target, rather than before or after it?"""
        if item.path[: len(self._scope)] != self._scope:
            return True
        theirs = regions_around(self._graph, self._scope, item)
        shared = _shared(self._regions, theirs)
        if _side(self._regions[shared:]):
            return True
        side = _side(theirs[shared:])
        if side:
            return self._keep_parallel and side.step not in self._onward
        own, other = self._regions[shared : shared + 1], theirs[shared : shared + 1]
        return self._keep_parallel and bool(own and other) and own[0][0] == other[0][0]

    def _finished_branches(self, kept: tuple[Place | Arrival, ...]) -> tuple[Arrival, ...]:
        """Arrivals at the joins for sibling branches in which nothing is open or waiting any more."""
        lines = [
            regions_around(self._graph, self._scope, item)
            for item in kept
            if item.path[: len(self._scope)] == self._scope
        ]
        active = {region for line in lines for region in _main_line(line)}
        finished = [branch for branch in self._siblings() if branch not in active]
        return tuple(
            Arrival(join, source, self._scope)
            for join, source in self._graph.joins()
            for branch in finished
            if branch in self._graph.regions_of_flow(source, join) and branch not in self._graph.regions(join)
        )


def regions_around(graph: FlowGraph, scope: Path, item: Place | Arrival) -> Regions:
    """The regions around a token of a scope or of a process called from it."""
    if item.path != scope:
        return graph.regions(item.path[len(scope)])
    if isinstance(item, Arrival):
        return graph.regions_of_flow(item.source, item.join)
    return graph.regions(graph.step_of(item.node))


def _side(regions: Regions) -> SideBranch | None:
    """The outermost side branch among regions."""
    return next((r for r in regions if isinstance(r, SideBranch)), None)


def _main_line(regions: Regions) -> Regions:
    """The innermost regions that belong to one line of work: those inside the last side branch."""
    last = max((i for i, r in enumerate(regions) if isinstance(r, SideBranch)), default=-1)
    return regions[last + 1 :]


def _shared(mine: Regions, theirs: Regions) -> int:
    """How many outer regions two places have in common."""
    pairs = zip(mine, theirs, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(theirs)))
