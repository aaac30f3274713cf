"""No diagram can get stuck or end twice: every run of tokens through the gateways is tried.

The token game of BPMN on each scope as a Petri net: from every state an end can be reached, no line ever carries two
tokens, and nothing is left behind at the end. That finds forks without joins, joins that wait for ever (a parallel join
behind an exclusive split) and doubled work (an exclusive merge behind a parallel split).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.definitions.checks.paths import edges, reachable, reversed_edges, scopes
from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, NodeModel, ProcessModel, Source
from engine.definitions.shared import Shared

MAX_STATES = 5_000
Marking = frozenset[str]


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        for parent in scopes(process):
            if _is_connected(process, parent):
                yield from _side_branches(process, parent)
                yield from _Game(process, parent).findings()


def _is_connected(process: ProcessModel, parent: str) -> bool:
    """Loose ends are reported by the law on graphs; playing on them would only repeat it."""
    nodes = process.children(parent)
    starts = [n.id for n in nodes if n.kind == "startEvent"]
    known = {n.id for n in nodes}
    whole = all(f.target_id in known for n in nodes for f in process.outgoing[n.id])
    forward = edges(process, parent)
    ends = [n.id for n in nodes if n.kind == "endEvent"]
    return (
        whole
        and len(starts) == 1
        and len(known) == len(nodes)
        and reachable(forward, starts) == known == reachable(reversed_edges(forward), ends)
    )


def _side_branches(process: ProcessModel, parent: str) -> Iterator[Finding]:
    """What a non-interrupting timer starts runs beside the main flow and must never enter it."""
    forward = edges(process, parent)
    timers = [n for n in process.children(parent) if n.attached_to and not n.interrupting]
    own = {n.id for n in timers}
    main_edges = {node: tuple(t for t in targets if t not in own) for node, targets in forward.items()}
    start = [n.id for n in process.children(parent) if n.kind == "startEvent"]
    main = reachable(main_edges, start)
    for timer in timers:
        joined = reachable(forward, [timer.id]) & main
        if joined:
            name = process.node(min(joined)).name or min(joined)
            message = f"不中断的定时“{timer.name or timer.id}”引出的支路并回了主流程（“{name}”）。"
            yield error(
                "soundness.side_branch", timer.source, timer.id, message, "请让支路走到自己的结束，或改为中断。"
            )


@dataclass
class _Game:
    """All markings (tokens on lines) of one scope, explored breadth first until the first token too many."""

    process: ProcessModel
    parent: str
    doubled: set[str] = field(default_factory=set)
    left_over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        nodes = self.process.children(self.parent)
        self.nodes = [n for n in nodes if n.attached_to == "" or n.interrupting]
        self.timers = {n.attached_to: n for n in nodes if n.attached_to and n.interrupting}
        self.into = {n.id: [f.id for f in self.process.incoming[n.id]] for n in nodes}
        self.out = {n.id: [f.id for f in self.process.outgoing[n.id]] for n in nodes}

    def findings(self) -> Iterator[Finding]:
        start = next(n for n in self.nodes if n.kind == "startEvent")
        before: dict[Marking, set[Marking]] = {frozenset(self.out[start.id]): set()}
        todo = deque(before)
        while todo and not self.doubled and not self.left_over:
            marking = todo.popleft()
            for following in self._steps(marking):
                if following not in before:
                    before[following] = set()
                    todo.append(following)
                before[following].add(marking)
            if len(before) > MAX_STATES:
                at = Source(self.process.file, 1)
                yield error(
                    "soundness.size", at, self.process.id, "并行支路过多，无法核对流程能否走完。", "请减少并行支路。"
                )
                return
        yield from self._doubled()
        yield from self._left_over()
        if not self.doubled and not self.left_over:
            yield from self._stuck(before)

    def _steps(self, marking: Marking) -> Iterator[Marking]:
        for node in self.nodes:
            if node.kind == "startEvent" or node.attached_to:
                continue
            entering = [flow for flow in self.into[node.id] if flow in marking]
            if node.kind == "parallelGateway":
                if len(entering) == len(self.into[node.id]):
                    yield self._moved(node, marking - set(entering), self.out[node.id])
                continue
            for flow in entering:
                yield from self._through(node, marking - {flow})

    def _through(self, node: NodeModel, rest: Marking) -> Iterator[Marking]:
        if node.kind == "endEvent":
            if rest and not node.event:
                self.left_over.add(node.id)
            yield rest if not node.event else frozenset()
        elif node.kind == "exclusiveGateway":
            for flow in self.out[node.id]:
                yield self._moved(node, rest, [flow])
        else:
            yield self._moved(node, rest, self.out[node.id])
            timer = self.timers.get(node.id)
            if timer:
                yield self._moved(timer, rest, self.out[timer.id])

    def _moved(self, node: NodeModel, rest: Marking, flows: list[str]) -> Marking:
        if rest & set(flows):
            self.doubled.add(node.id)
        return rest | set(flows)

    def _doubled(self) -> Iterator[Finding]:
        for node_id in sorted(self.doubled):
            node = self.process.node(node_id)
            message = f"并行支路没有用并行网关汇合，“{node.name or node.id}”会办两遍。"
            yield error("soundness.doubled", node.source, node.id, message, "请把汇合改为并行网关。")

    def _left_over(self) -> Iterator[Finding]:
        for node_id in sorted(self.left_over):
            node = self.process.node(node_id)
            message = f"走到结束“{node.name or node.id}”时另有并行支路尚未走完。"
            hint = "请先用并行网关汇合，或把该结束改为终止结束。"
            yield error("soundness.left_over", node.source, node.id, message, hint)

    def _stuck(self, before: dict[Marking, set[Marking]]) -> Iterator[Finding]:
        """States from which no end can be reached: joins that wait for ever, or circles without a way out."""
        good = {marking for marking in before if not marking}
        todo = list(good)
        while todo:
            for earlier in before[todo.pop()]:
                if earlier not in good:
                    good.add(earlier)
                    todo.append(earlier)
        waiting = {
            flow for marking in before if marking not in good and not set(self._steps(marking)) for flow in marking
        }
        joins = {self.process.flow_by_id[flow].target_id for flow in waiting}
        for node_id in sorted(joins):
            node = self.process.node(node_id)
            message = f"并行汇合“{node.name or node.id}”可能永远等不齐。"
            yield error(
                "soundness.deadlock",
                node.source,
                node.id,
                message,
                "它前面的分支须是并行网关，并且每条支路都到达这里。",
            )
        if len(good) < len(before) and not joins:
            at = Source(self.process.file, 1)
            yield error("soundness.deadlock", at, self.process.id, "有的走法永远到不了结束。", "请给循环一个出口。")
