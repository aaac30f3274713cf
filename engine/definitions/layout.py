"""Automatic drawing of a process: lane = row, step = column, flows routed at right angles around the shapes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from engine.definitions.model import Bounds, FlowModel, LaneModel, NodeModel, ProcessModel
from engine.definitions.routing import route

TASK = (120.0, 80.0)
GATEWAY = (50.0, 50.0)
EVENT = (36.0, 36.0)
COLUMN_GAP = 70.0
TRACK_GAP = 50.0
MARGIN = 40.0
POOL_LABEL = 30.0
LANE_LABEL = 30.0
MIN_LANE_HEIGHT = 160.0
LABEL_HEIGHT = 14.0
CHARACTER_WIDTH = 11.0


def arrange(process: ProcessModel) -> ProcessModel:
    """The same process with bounds, way points and labels; what was drawn before is forgotten.

    Columns are longest paths without the backward flows; several nodes of one lane in one column are stacked.
    """
    inner = {n.id: _Scope(process, n.id) for n in process.nodes if n.kind == "subProcess"}
    for scope in reversed(list(inner.values())):
        scope.place(inner)
    outer = _Scope(process, "")
    outer.place(inner)
    bounds = _absolute(outer, inner)
    lanes = _lane_bounds(process, outer)
    drawn = replace(process, lanes=lanes, nodes=tuple(_placed(n, bounds) for n in process.nodes))
    return replace(drawn, flows=_routed(drawn))


@dataclass
class _Scope:
    """Nodes drawn together: the process itself, or the inside of one embedded sub-process."""

    process: ProcessModel
    parent: str
    column: dict[str, int] = field(default_factory=dict)
    track: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, Bounds] = field(default_factory=dict)
    lane_tops: dict[str, tuple[float, float]] = field(default_factory=dict)
    size: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        children = self.process.children(self.parent)
        self.attached = [n for n in children if n.attached_to]
        self.nodes = [n for n in children if not n.attached_to]
        known = {n.id for n in children}
        self.host = {n.id: n.attached_to for n in self.attached}
        self.flows = [f for f in self.process.flows if f.source_id in known and f.target_id in known]

    def place(self, inner: dict[str, _Scope]) -> None:
        self.column = self._columns()
        self.track = self._tracks()
        self._bounds(inner)

    def _columns(self) -> dict[str, int]:
        """Longest path from the start, backward flows left out."""
        forward = self._forward_edges()
        column = {n.id: 0 for n in self.nodes}
        waiting = {n.id: 0 for n in self.nodes}
        for targets in forward.values():
            for target in targets:
                waiting[target] += 1
        ready = [n.id for n in self.nodes if not waiting[n.id]]
        while ready:
            node = ready.pop(0)
            for target in forward[node]:
                column[target] = max(column[target], column[node] + 1)
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        return column

    def _forward_edges(self) -> dict[str, list[str]]:
        """Edges that do not close a cycle, found by an iterative depth-first walk in drawn order."""
        out: dict[str, list[str]] = defaultdict(list)
        for flow in self.flows:
            out[self.host.get(flow.source_id, flow.source_id)].append(flow.target_id)
        forward: dict[str, list[str]] = defaultdict(list)
        done: set[str] = set()
        for root in sorted(self.nodes, key=lambda n: n.kind != "startEvent"):
            if root.id in done:
                continue
            path, on_path = [(root.id, iter(out[root.id]))], {root.id}
            while path:
                node, targets = path[-1]
                target = next(targets, None)
                if target is None:
                    path.pop()
                    on_path.discard(node)
                    done.add(node)
                elif target not in on_path:
                    forward[node].append(target)
                    if target not in done:
                        path.append((target, iter(out[target])))
                        on_path.add(target)
        return forward

    def _tracks(self) -> dict[str, int]:
        """Row inside the lane: keep on the predecessor's row where the slot is free, else the nearest free one."""
        order = {n.id: i for i, n in enumerate(self.nodes)}
        by_id = {n.id: n for n in self.nodes}
        before: dict[str, list[str]] = defaultdict(list)
        for flow in self.flows:
            before[flow.target_id].append(self.host.get(flow.source_id, flow.source_id))
        taken: set[tuple[str, int, int]] = set()
        track: dict[str, int] = {}
        exceptions = self._exceptions()
        for node in sorted(self.nodes, key=lambda n: (self.column[n.id], n.kind == "endEvent", order[n.id])):
            lane, column = node.lane_id, self.column[node.id]
            near = [p for p in before[node.id] if p in track and by_id[p].lane_id == lane]
            wanted = min((track[p] for p in near), default=0)
            if node.id in exceptions:
                wanted += 1
            free = (t for distance in range(40) for t in (wanted + distance, wanted - distance) if t >= 0)
            track[node.id] = next(t for t in free if (lane, column, t) not in taken)
            taken.add((lane, column, track[node.id]))
        return track

    def _exceptions(self) -> set[str]:
        """Targets of boundary timers: drawn below the step they leave."""
        return {f.target_id for f in self.flows if f.source_id in self.host}

    def _bounds(self, inner: dict[str, _Scope]) -> None:
        size = {n.id: _size(n, inner) for n in self.nodes}
        widths: dict[int, float] = defaultdict(float)
        heights: dict[tuple[str, int], float] = defaultdict(lambda: TASK[1])
        for node in self.nodes:
            width, height = size[node.id]
            widths[self.column[node.id]] = max(widths[self.column[node.id]], width)
            row = (node.lane_id, self.track[node.id])
            heights[row] = max(heights[row], height)
        lefts, right = _starts(widths, MARGIN, COLUMN_GAP)
        tops, bottom = self._rows(heights)
        for node in self.nodes:
            width, height = size[node.id]
            column, row = self.column[node.id], (node.lane_id, self.track[node.id])
            x = lefts[column] + (widths[column] - width) / 2
            y = tops[row] + (heights[row] - height) / 2
            self.bounds[node.id] = Bounds(x, y, width, height)
        self._attach()
        self.size = (right + MARGIN, bottom)

    def _rows(self, heights: dict[tuple[str, int], float]) -> tuple[dict[tuple[str, int], float], float]:
        """Top of every (lane, row), lanes from top to bottom."""
        lanes = [lane.id for lane in self.process.lanes] if not self.parent else []
        loose = [n.lane_id for n in self.nodes if n.lane_id not in lanes]
        tops: dict[tuple[str, int], float] = {}
        y = 0.0
        for lane in [*lanes, *dict.fromkeys(loose)]:
            top = y
            count = max((t for (name, t) in heights if name == lane), default=0) + 1
            y += MARGIN
            for t in range(count):
                tops[lane, t] = y
                y += heights[lane, t] + TRACK_GAP
            y += MARGIN - TRACK_GAP
            y = max(y, top + MIN_LANE_HEIGHT) if not self.parent else y
            self.lane_tops[lane] = (top, y)
        return tops, y

    def _attach(self) -> None:
        """Boundary events sit on the lower edge of their step, from the right."""
        count: dict[str, int] = defaultdict(int)
        for node in self.attached:
            host = self.bounds.get(node.attached_to)
            if host is None:
                continue
            count[node.attached_to] += 1
            x = host.x + host.width - EVENT[0] / 2 - 32 * count[node.attached_to] + 14
            self.bounds[node.id] = Bounds(x, host.y + host.height - EVENT[1] / 2, *EVENT)


def _starts(sizes: dict[int, float], start: float, gap: float) -> tuple[dict[int, float], float]:
    places: dict[int, float] = {}
    position = start
    for column in range(max(sizes, default=-1) + 1):
        places[column] = position
        position += sizes[column] + gap
    return places, position - gap


def _size(node: NodeModel, inner: dict[str, _Scope]) -> tuple[float, float]:
    if node.id in inner:
        return inner[node.id].size
    if node.kind.endswith("Gateway"):
        return GATEWAY
    return EVENT if node.kind.endswith("Event") else TASK


def _absolute(outer: _Scope, inner: dict[str, _Scope]) -> dict[str, Bounds]:
    """All bounds on one canvas; the process begins right of the pool and lane labels."""
    placed = {name: _moved(b, POOL_LABEL + LANE_LABEL, 0) for name, b in outer.bounds.items()}
    for node_id, scope in inner.items():
        frame = placed[node_id]
        placed |= {name: _moved(b, frame.x, frame.y) for name, b in scope.bounds.items()}
    return placed


def _moved(bounds: Bounds, x: float, y: float) -> Bounds:
    return Bounds(bounds.x + x, bounds.y + y, bounds.width, bounds.height)


def _lane_bounds(process: ProcessModel, outer: _Scope) -> tuple[LaneModel, ...]:
    width = outer.size[0] + LANE_LABEL
    tops = outer.lane_tops
    return tuple(
        replace(lane, bounds=Bounds(POOL_LABEL, tops[lane.id][0], width, tops[lane.id][1] - tops[lane.id][0]))
        for lane in process.lanes
    )


def _placed(node: NodeModel, bounds: dict[str, Bounds]) -> NodeModel:
    place = bounds.get(node.id)
    outside = node.name and place and (node.kind.endswith("Event") or node.kind.endswith("Gateway"))
    return replace(node, bounds=place, label=_node_label(node, place) if outside and place else None)


def _node_label(node: NodeModel, place: Bounds) -> Bounds:
    """Under an event, above a gateway (its lower corner is for flows)."""
    width = min(max(len(node.name) * CHARACTER_WIDTH, 22.0), 110.0)
    lines = -(-len(node.name) * CHARACTER_WIDTH // 110)
    height = LABEL_HEIGHT * max(lines, 1)
    x = place.x + (place.width - width) / 2
    if node.kind.endswith("Gateway"):
        return Bounds(x, place.y - height - 4, width, height)
    if node.attached_to:
        return Bounds(place.x + place.width + 2, place.y + place.height - 2, width, height)
    return Bounds(x, place.y + place.height + 4, width, height)


def _routed(process: ProcessModel) -> tuple[FlowModel, ...]:
    routes = route(process)
    return tuple(routes[flow.id] for flow in process.flows)
