"""Right-angled way points for placed shapes: candidates between ports, gutters and channels, the cheapest is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

from engine.definitions.model import Bounds, FlowModel, NodeModel, ProcessModel

Point = tuple[float, float]
Path = tuple[Point, ...]

OFFSETS = (0.0, 11.0, -11.0, 22.0, -22.0)
CLEARANCE = 5.0
THROUGH_SHAPE, ON_LINE, CROSSING, THROUGH_LABEL, BEND, PER_PIXEL = 1000.0, 60.0, 14.0, 25.0, 8.0, 0.02
PORT_SHARED, ALTERNATIVE_SHARED, NEAR_OWN = 40.0, 30.0, 20.0
PARALLEL_DISTANCE = 11.0
LABEL_HEIGHT, CHARACTER_WIDTH = 14.0, 11.0


@dataclass(frozen=True)
class _Port:
    """Where a flow may touch a shape: point, side and what that choice costs."""

    point: Point
    side: str
    cost: float


def route(process: ProcessModel) -> dict[str, FlowModel]:
    """Every flow with way points and, where it is named, a label; shapes must have bounds."""
    drawn: dict[str, FlowModel] = {}
    for parent in dict.fromkeys(n.parent for n in process.nodes):
        drawn |= _Canvas(process, parent).route()
    return {flow.id: drawn.get(flow.id, flow) for flow in process.flows}


@dataclass
class _Canvas:
    """One scope of the drawing: its shapes, the lines drawn so far and the free strips between shapes."""

    process: ProcessModel
    parent: str
    shapes: dict[str, Bounds] = field(default_factory=dict)
    labels: list[Bounds] = field(default_factory=list)
    lines: list[tuple[FlowModel, Point, Point]] = field(default_factory=list)
    leaving: set[tuple[str, str]] = field(default_factory=set)
    entering: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        nodes = self.process.children(self.parent)
        self.nodes = {n.id: n for n in nodes if n.bounds}
        self.shapes = {n.id: n.bounds for n in nodes if n.bounds}
        self.labels = [n.label for n in nodes if n.label]
        solid = [n.bounds for n in nodes if n.bounds and not n.attached_to]
        self.gutters = _gaps((b.x, b.x + b.width) for b in solid)
        self.channels = _gaps((b.y, b.y + b.height) for b in solid)

    def route(self) -> dict[str, FlowModel]:
        flows = [f for f in self.process.flows if f.source_id in self.shapes and f.target_id in self.shapes]
        drawn: dict[str, FlowModel] = {}
        for flow in sorted(flows, key=self._difficulty):
            path = self._best(flow)
            drawn[flow.id] = replace(flow, waypoints=path, label=None)
            self.lines += [(flow, a, b) for a, b in pairwise(path)]
        for flow in flows:
            if flow.name:
                label = self._label(drawn[flow.id])
                self.labels.append(label)
                drawn[flow.id] = replace(drawn[flow.id], label=label)
        return drawn

    def _difficulty(self, flow: FlowModel) -> tuple[bool, float]:
        """Straight neighbours first, backward flows last: the main path stays straight."""
        source, target = self.shapes[flow.source_id], self.shapes[flow.target_id]
        vertical = abs(source.y + source.height / 2 - target.y - target.height / 2)
        return target.x <= source.x, abs(target.x - source.x) + 3 * vertical

    def _best(self, flow: FlowModel) -> Path:
        plans = sorted(self._plans(flow), key=lambda plan: plan[0])
        best, lowest = plans[0], float("inf")
        for plan in plans:
            if plan[0] >= lowest:
                break
            cost = plan[0] + self._hindrance(flow, plan[1])
            if cost < lowest:
                best, lowest = plan, cost
        self.leaving.add((flow.source_id, best[2].side))
        self.entering.add((flow.target_id, best[3].side))
        return best[1]

    def _plans(self, flow: FlowModel) -> Iterator[tuple[float, Path, _Port, _Port]]:
        """All simple paths with the part of their cost that does not depend on the surroundings."""
        for start, end in product(self._exits(flow), self._entries(flow)):
            for path in self._paths(start, end):
                path = _straightened(path)
                length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(path))
                yield start.cost + end.cost + BEND * (len(path) - 2) + PER_PIXEL * length, path, start, end

    def _paths(self, start: _Port, end: _Port) -> Iterator[Path]:
        a, b = start.point, end.point
        first = (a,) if start.side != "right" else None
        xs1 = _nearest(self.gutters, a[0], +1)
        xs2 = _nearest(self.gutters, b[0], -1)
        ys = [y for gap in self.channels for y in _lines_in(gap) if not self._on_lane_border(y)]
        if start.side == "right" and end.side == "left":
            if a[1] == b[1] and a[0] < b[0]:
                yield (a, b)
            for x in (x for gap in self.gutters for x in _lines_in(gap) if a[0] < x < b[0]):
                yield (a, (x, a[1]), (x, b[1]), b)
            for x1, y, x2 in product(xs1, ys, xs2):
                yield (a, (x1, a[1]), (x1, y), (x2, y), (x2, b[1]), b)
        elif start.side == "right":
            if a[0] < b[0] and _right_way(end, a[1]):
                yield (a, (b[0], a[1]), b)
            for x1, y in product(xs1, ys):
                if _right_way(end, y):
                    yield (a, (x1, a[1]), (x1, y), (b[0], y), b)
        elif first and end.side == "left":
            if a[0] < b[0] and _right_way(start, b[1]):
                yield (a, (a[0], b[1]), b)
            for y, x2 in product(ys, xs2):
                if _right_way(start, y):
                    yield (a, (a[0], y), (x2, y), (x2, b[1]), b)
        else:
            if a[0] == b[0] and _right_way(start, b[1]) and _right_way(end, a[1]):
                yield (a, b)
            for y in ys:
                if _right_way(start, y) and _right_way(end, y):
                    yield (a, (a[0], y), (b[0], y), b)

    def _on_lane_border(self, y: float) -> bool:
        lanes = [lane.bounds for lane in self.process.lanes if lane.bounds]
        return any(abs(y - edge) < CLEARANCE for lane in lanes for edge in (lane.y, lane.y + lane.height))

    def _exits(self, flow: FlowModel) -> list[_Port]:
        node = self.nodes[flow.source_id]
        if node.attached_to:
            return [_port(self.shapes[node.id], "bottom", 0.0)]
        sideways = 2.0 if node.kind.endswith("Gateway") else 60.0
        again = ALTERNATIVE_SHARED if node.kind == "exclusiveGateway" else 0.0
        costs = [("right", 0.0), ("bottom", sideways), ("top", sideways + 1)]
        ports = [(side, cost + again * ((node.id, side) in self.leaving)) for side, cost in costs]
        return self._ports(node, ports, self.entering)

    def _entries(self, flow: FlowModel) -> list[_Port]:
        node = self.nodes[flow.target_id]
        sideways = {"Gateway": 2.0, "Event": 4.0}.get(
            node.kind[-7:] if node.kind.endswith("Gateway") else node.kind[-5:], 12.0
        )
        ports = [("left", 0.0), ("bottom", sideways + 1), ("top", sideways)]
        return self._ports(node, ports, self.leaving)

    def _ports(self, node: NodeModel, ports: Sequence[tuple[str, float]], taken: set[tuple[str, str]]) -> list[_Port]:
        """Ports of a shape; a side used in the other direction is dear."""
        shape = self.shapes[node.id]
        return [_port(shape, side, cost + PORT_SHARED * ((node.id, side) in taken)) for side, cost in ports]

    def _hindrance(self, flow: FlowModel, path: Path) -> float:
        cost = 0.0
        for a, b in pairwise(path):
            cost += THROUGH_SHAPE * sum(self._cuts(flow, a, b, name) for name in self.shapes)
            cost += THROUGH_LABEL * sum(_touches(a, b, label, 1.0) for label in self.labels)
            for other, c, d in self.lines:
                related = other.source_id == flow.source_id or other.target_id == flow.target_id
                shared = _shared_length(a, b, c, d)
                if shared:
                    cost += NEAR_OWN * (not _same_line(a, b, c, d)) if related else ON_LINE + shared
                elif not related and _cross(a, b, c, d):
                    cost += CROSSING
        return cost

    def _cuts(self, flow: FlowModel, a: Point, b: Point, name: str) -> bool:
        own = name in (flow.source_id, flow.target_id) or self.nodes[flow.source_id].attached_to == name
        return _touches(a, b, self.shapes[name], -1.0 if own else CLEARANCE)

    def _label(self, flow: FlowModel) -> Bounds:
        """The first place along the flow where its name covers nothing."""
        width = len(flow.name) * CHARACTER_WIDTH
        places = list(_label_places(flow.waypoints, width))
        return min(places, key=lambda place: (self._covered(place), places.index(place)))

    def _covered(self, place: Bounds) -> float:
        shapes = sum(_overlap(place, shape) for shape in [*self.shapes.values(), *self.labels])
        return 5 * shapes + sum(_touches(a, b, place, -1.0) for _, a, b in self.lines)


def _label_places(path: Path, width: float) -> Iterator[Bounds]:
    for a, b in pairwise(path):
        if a[1] == b[1] and abs(a[0] - b[0]) >= width * 0.6:
            left = min(a[0], b[0])
            near = a[0] + 6 if b[0] > a[0] else a[0] - 6 - width
            middle = left + (abs(a[0] - b[0]) - width) / 2
            for x in (near, middle):
                yield Bounds(x, a[1] - LABEL_HEIGHT - 3, width, LABEL_HEIGHT)
                yield Bounds(x, a[1] + 3, width, LABEL_HEIGHT)
        elif a[0] == b[0] and abs(a[1] - b[1]) >= LABEL_HEIGHT:
            y = a[1] + 8 if b[1] > a[1] else a[1] - 8 - LABEL_HEIGHT
            yield Bounds(a[0] + 4, y, width, LABEL_HEIGHT)
            yield Bounds(a[0] - width - 4, y, width, LABEL_HEIGHT)
    x, y = path[0]
    yield Bounds(x + 6, y - LABEL_HEIGHT - 3, width, LABEL_HEIGHT)


def _port(shape: Bounds, side: str, cost: float) -> _Port:
    cx, cy = shape.x + shape.width / 2, shape.y + shape.height / 2
    points = {
        "left": (shape.x, cy),
        "right": (shape.x + shape.width, cy),
        "top": (cx, shape.y),
        "bottom": (cx, shape.y + shape.height),
    }
    return _Port(points[side], side, cost)


def _right_way(port: _Port, y: float) -> bool:
    """May a vertical piece at a top or bottom port reach the height y without crossing its own shape?"""
    return y > port.point[1] if port.side == "bottom" else y < port.point[1]


def _gaps(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Free strips between merged spans, with a margin before the first and after the last."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    if not merged:
        return []
    inner = [(a[1], b[0]) for a, b in pairwise(merged)]
    return [(merged[0][0] - 36, merged[0][0]), *inner, (merged[-1][1], merged[-1][1] + 36)]


def _lines_in(gap: tuple[float, float]) -> list[float]:
    middle, half = (gap[0] + gap[1]) / 2, (gap[1] - gap[0]) / 2
    return [middle + offset for offset in OFFSETS if abs(offset) < half - 2 * CLEARANCE]


def _nearest(gaps: list[tuple[float, float]], x: float, direction: int) -> list[float]:
    """Lines of the first gutter right (+1) or left (-1) of x."""
    if direction > 0:
        after = [gap for gap in gaps if gap[1] > x + CLEARANCE]
        return [line for gap in after[:1] for line in _lines_in(gap) if line > x]
    before = [gap for gap in gaps if gap[0] < x - CLEARANCE]
    return [line for gap in before[-1:] for line in _lines_in(gap) if line < x]


def _straightened(path: Path) -> Path:
    """Without repeated points and points in the middle of a straight piece."""
    points: list[Point] = []
    for point in path:
        if points and points[-1] == point:
            continue
        if len(points) > 1 and (
            points[-2][0] == points[-1][0] == point[0] or points[-2][1] == points[-1][1] == point[1]
        ):
            points[-1] = point
            continue
        points.append(point)
    return tuple(points)


def _touches(a: Point, b: Point, shape: Bounds, clearance: float) -> bool:
    return (
        max(a[0], b[0]) > shape.x - clearance
        and min(a[0], b[0]) < shape.x + shape.width + clearance
        and max(a[1], b[1]) > shape.y - clearance
        and min(a[1], b[1]) < shape.y + shape.height + clearance
    )


def _overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _shared_length(a: Point, b: Point, c: Point, d: Point) -> float:
    """How far two pieces run on (nearly) the same line."""
    for axis, across in ((0, 1), (1, 0)):
        if a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < PARALLEL_DISTANCE:
            low = max(min(a[axis], b[axis]), min(c[axis], d[axis]))
            high = min(max(a[axis], b[axis]), max(c[axis], d[axis]))
            if high - low > 1:
                return high - low
    return 0.0


def _same_line(a: Point, b: Point, c: Point, d: Point) -> bool:
    return (a[0] == b[0] == c[0] == d[0]) or (a[1] == b[1] == c[1] == d[1])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    if (a[0] == b[0]) == (c[0] == d[0]):
        return False
    vertical, horizontal = ((a, b), (c, d)) if a[0] == b[0] else ((c, d), (a, b))
    x, y = vertical[0][0], horizontal[0][1]
    inside_x = min(horizontal[0][0], horizontal[1][0]) < x < max(horizontal[0][0], horizontal[1][0])
    return inside_x and min(vertical[0][1], vertical[1][1]) < y < max(vertical[0][1], vertical[1][1])
