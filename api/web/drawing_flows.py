"""SVG of sequence flows: rounded bends, an arrow head drawn as a shape (sharp in print), the label beside the start."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.web.drawing_shapes import ARROW, Point, centre, number, text_lines
from api.web.drawing_text import em_width, wrap_label

if TYPE_CHECKING:
    from engine.definitions.model import Bounds, FlowModel

BEND = 7


def flow(model: FlowModel, is_default: bool) -> str:
    """One arrow along its way points; the default flow carries the slash of BPMN."""
    points = _without_repeats(model.waypoints)
    if len(points) < 2:
        return ""
    slash = f'<path class="dg-flow" d="{_slash(points[0], points[1])}"/>' if is_default else ""
    return f'<path class="dg-flow" d="{_line(points)}"/>{_head(points[-2], points[-1])}{slash}'


def flow_label(model: FlowModel, is_default: bool) -> str:
    """The words on an arrow, beside its first stretch so that they stay with the question they answer."""
    points = _without_repeats(model.waypoints)
    if not model.name or len(points) < 2:
        return ""
    lines = wrap_label(model.name, 8, 2)
    if model.label:
        return text_lines(lines, *centre(model.label), 13, "dg-label dg-flow-label")
    (x1, y1), (x2, y2) = points[0], points[1]
    width = max(map(em_width, lines)) * 13
    if abs(x2 - x1) >= abs(y2 - y1):
        middle = x1 + math.copysign(min(abs(x2 - x1) / 2, width / 2 + (18 if is_default else 8)), x2 - x1)
        return text_lines(lines, middle, y1 - 8.2 * len(lines) - 1, 13, "dg-label dg-flow-label")
    middle = y1 + math.copysign(min(abs(y2 - y1) / 2, 8.2 * len(lines) + 8), y2 - y1)
    return text_lines(lines, x1 + width / 2 + 7, middle, 13, "dg-label dg-flow-label")


def sides_in_use(box: Bounds, ends: list[Point]) -> set[str]:
    """Which of top and bottom of a shape are touched by flows."""
    x, reach = box.x + box.width / 2, box.width / 4
    near = [(px, py) for px, py in ends if abs(px - x) <= reach]
    tops = {"top" for _, y in near if y <= box.y + 3}
    return tops | {"bottom" for _, y in near if y >= box.y + box.height - 3}


def _without_repeats(points: tuple[Point, ...]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if not kept or math.dist(kept[-1], point) > 0.5:
            kept.append(point)
    return kept


def _towards(start: Point, end: Point, length: float) -> Point:
    share = length / math.dist(start, end)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _line(points: list[Point]) -> str:
    tip = _towards(points[-1], points[-2], min(ARROW - 2, math.dist(points[-1], points[-2]) / 2))
    path = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:-1], points[2:], strict=False):
        bend = min(BEND, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        path.append(f"L{_at(_towards(corner, before, bend))}Q{_at(corner)} {_at(_towards(corner, after, bend))}")
    return "".join(path) + f"L{_at(tip)}"


def _head(before: Point, tip: Point) -> str:
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    left, right = (
        (tip[0] - ARROW * math.cos(angle + turn), tip[1] - ARROW * math.sin(angle + turn)) for turn in (0.42, -0.42)
    )
    return f'<polygon class="dg-head" points="{_at(tip)} {_at(left)} {_at(right)}"/>'


def _slash(start: Point, onward: Point) -> str:
    x, y = _towards(start, onward, min(11, math.dist(start, onward) / 2))
    angle = math.atan2(onward[1] - start[1], onward[0] - start[0]) + 1.05
    dx, dy = 6 * math.cos(angle), 6 * math.sin(angle)
    return f"M{_at((x - dx, y - dy))}L{_at((x + dx, y + dy))}"


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"
