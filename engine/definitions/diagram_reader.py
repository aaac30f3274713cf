"""Diagram interchange of a BPMN text: bounds, way points and labels by element id."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.model import Bounds
from engine.definitions.xml import BPMNDI, DC, DI

MAX_COORDINATE = 100_000


@dataclass
class Diagram:
    """Drawn geometry by BPMN element id."""

    bounds: dict[str, Bounds] = field(default_factory=dict)
    labels: dict[str, Bounds] = field(default_factory=dict)
    waypoints: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


def read_diagram(root: Any, found: Findings) -> Diagram:
    """The drawing of a BPMN document; missing shapes are found by the checks."""
    diagram = Diagram()
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        element = shape.get("bpmnElement", "")
        bounds = _bounds(shape.find(f"{{{DC}}}Bounds"), found)
        if bounds:
            diagram.bounds[element] = bounds
        _label(shape, element, diagram, found)
    for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        element = edge.get("bpmnElement", "")
        points = (_numbers(point, ("x", "y"), found) for point in edge.findall(f"{{{DI}}}waypoint"))
        diagram.waypoints[element] = tuple((p[0], p[1]) for p in points if p)
        _label(edge, element, diagram, found)
    return diagram


def _label(shape: Any, element: str, diagram: Diagram, found: Findings) -> None:
    label = shape.find(f"{{{BPMNDI}}}BPMNLabel")
    bounds = _bounds(label.find(f"{{{DC}}}Bounds"), found) if label is not None else None
    if bounds:
        diagram.labels[element] = bounds


def _bounds(element: Any, found: Findings) -> Bounds | None:
    numbers = _numbers(element, ("x", "y", "width", "height"), found) if element is not None else None
    return Bounds(*numbers) if numbers else None


def _numbers(element: Any, names: tuple[str, ...], found: Findings) -> list[float] | None:
    try:
        numbers = [float(element.get(name, "")) for name in names]
    except ValueError:
        numbers = [math.inf]
    if all(math.isfinite(n) and abs(n) <= MAX_COORDINATE for n in numbers):
        return numbers
    found.error("bpmn.diagram", element.sourceline, "", "图形坐标不是有效的数字。", "请用建模工具重新保存。")
    return None
