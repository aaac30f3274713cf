"""Canonical BPMN text of a process model: stable order, two-space indent, incoming/outgoing and diagram interchange."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from engine.definitions.department_list import department_text
from engine.definitions.model import Bounds, FlowModel, NodeModel, ProcessModel
from engine.definitions.xml import BPMN, BPMNDI, DC, DI, XSI, YIMEN
from engine.terms import DayUnit

POOL_LABEL = 30.0
_LIMIT_NAMES = {DayUnit.WORKING_DAY: "workingDays", DayUnit.NATURAL_DAY: "naturalDays", DayUnit.HOUR: "hours"}
_DURATIONS = {DayUnit.NATURAL_DAY: "P{}D", DayUnit.HOUR: "PT{}H", DayUnit.MONTH: "P{}M"}
_NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "yimen": YIMEN}


def emit_bpmn(process: ProcessModel) -> bytes:
    """The text of a BPMN file; reading it again gives an equal model."""
    writer = _Writer()
    spaces = {f"xmlns:{prefix}": uri for prefix, uri in _NAMESPACES.items()}
    with_pool = bool(process.lanes)
    writer.open("bpmn:definitions", {**spaces, "id": f"definitions_{process.id}", "targetNamespace": YIMEN})
    if with_pool:
        writer.open("bpmn:collaboration", {"id": f"collaboration_{process.id}"})
        writer.leaf("bpmn:participant", {"id": f"pool_{process.id}", "name": process.name, "processRef": process.id})
        writer.close()
    writer.open("bpmn:process", {"id": process.id, "name": process.name, "isExecutable": "true"})
    _lanes(writer, process)
    _scope(writer, process, "")
    writer.close()
    _diagram(writer, process, with_pool)
    writer.close()
    return writer.text()


class _Writer:
    """Indented XML, one element per line."""

    def __init__(self) -> None:
        self._lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._open: list[str] = []

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        self._lines.append(f"{'  ' * len(self._open)}<{tag}{_attributes(attributes)}>")
        self._open.append(tag)

    def close(self) -> None:
        tag = self._open.pop()
        self._lines.append(f"{'  ' * len(self._open)}</{tag}>")

    def leaf(self, tag: str, attributes: dict[str, str], text: str = "") -> None:
        indent = "  " * len(self._open)
        body = f">{escape(text)}</{tag}>" if text else " />"
        self._lines.append(f"{indent}<{tag}{_attributes(attributes)}{body}")

    def text(self) -> bytes:
        return ("\n".join(self._lines) + "\n").encode()


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)


def _lanes(writer: _Writer, process: ProcessModel) -> None:
    if not process.lanes:
        return
    writer.open("bpmn:laneSet", {"id": f"lanes_{process.id}"})
    for lane in process.lanes:
        code = str(lane.lane) if lane.lane else "caller"
        attributes = {"id": lane.id, "name": lane.name, "yimen:lane": code, "yimen:department": lane.department}
        inside = [n.id for n in process.children("") if n.lane_id == lane.id]
        if not inside:
            writer.leaf("bpmn:lane", attributes)
            continue
        writer.open("bpmn:lane", attributes)
        for node_id in inside:
            writer.leaf("bpmn:flowNodeRef", {}, node_id)
        writer.close()
    writer.close()


def _scope(writer: _Writer, process: ProcessModel, parent: str) -> None:
    nodes = process.children(parent)
    for node in nodes:
        _node(writer, process, node)
    known = {n.id for n in nodes}
    for flow in process.flows:
        if flow.source_id in known or (not parent and flow.source_id not in process.by_id):
            _flow(writer, flow)


def _node(writer: _Writer, process: ProcessModel, node: NodeModel) -> None:
    tag = f"bpmn:{node.kind}"
    writer.open(tag, _node_attributes(node))
    for flow in process.incoming[node.id]:
        writer.leaf("bpmn:incoming", {}, flow.id)
    for flow in process.outgoing[node.id]:
        writer.leaf("bpmn:outgoing", {}, flow.id)
    if node.kind == "subProcess":
        _scope(writer, process, node.id)
    elif node.event == "terminate":
        writer.leaf("bpmn:terminateEventDefinition", {"id": f"{node.id}_event"})
    elif node.event == "timer":
        _timer(writer, node)
    elif node.cardinality is not None:
        writer.open("bpmn:multiInstanceLoopCharacteristics", {})
        writer.leaf("bpmn:loopCardinality", {"xsi:type": "bpmn:tFormalExpression"}, str(node.cardinality))
        writer.close()
    writer.close()


def _timer(writer: _Writer, node: NodeModel) -> None:
    writer.open("bpmn:timerEventDefinition", {"id": f"{node.id}_event"})
    if node.limit and node.limit.unit in _DURATIONS:
        duration = _DURATIONS[node.limit.unit].format(node.limit.amount)
        writer.leaf("bpmn:timeDuration", {"xsi:type": "bpmn:tFormalExpression"}, duration)
    writer.close()


def _node_attributes(node: NodeModel) -> dict[str, str]:
    return {
        "id": node.id,
        "name": node.name,
        "default": node.default_flow,
        "calledElement": node.called,
        "attachedToRef": node.attached_to,
        "cancelActivity": "" if node.interrupting else "false",
        "yimen:stage": node.stage or "",
        **_limit(node),
        "yimen:procedure": node.procedure,
        "yimen:counted": "" if node.counted else "false",
        "yimen:form": node.form,
        "yimen:guide": node.guide,
        "yimen:decisions": " ".join(f"{d.code}:{d.label}" for d in node.decisions),
        "yimen:department": node.department,
        "yimen:level": node.level or "",
        "yimen:departments": department_text(node),
        "yimen:noAnswer": node.no_answer,
        "yimen:service": node.service,
        "yimen:decisionRef": node.decision_table,
        "yimen:lane": node.caller_lane or "",
        "yimen:outcome": node.outcome,
    }


def _limit(node: NodeModel) -> dict[str, str]:
    """Steps and working-day timers carry our attribute; other timers are BPMN's own `timeDuration`."""
    if node.limit is None or (node.event == "timer" and node.limit.unit in _DURATIONS):
        return {}
    return {f"yimen:{_LIMIT_NAMES[node.limit.unit]}": str(node.limit.amount)}


def _flow(writer: _Writer, flow: FlowModel) -> None:
    attributes = {"id": flow.id, "name": flow.name, "sourceRef": flow.source_id, "targetRef": flow.target_id}
    if flow.condition is None:
        writer.leaf("bpmn:sequenceFlow", attributes)
        return
    writer.open("bpmn:sequenceFlow", attributes)
    writer.leaf("bpmn:conditionExpression", {"xsi:type": "bpmn:tFormalExpression"}, flow.condition.text)
    writer.close()


def _diagram(writer: _Writer, process: ProcessModel, with_pool: bool) -> None:
    plane = f"collaboration_{process.id}" if with_pool else process.id
    writer.open("bpmndi:BPMNDiagram", {"id": f"diagram_{process.id}"})
    writer.open("bpmndi:BPMNPlane", {"id": f"plane_{process.id}", "bpmnElement": plane})
    lanes = [(lane.id, lane.bounds) for lane in process.lanes if lane.bounds]
    if lanes:
        _shape(writer, f"pool_{process.id}", _pool([b for _, b in lanes]), {"isHorizontal": "true"})
    for lane_id, bounds in lanes:
        _shape(writer, lane_id, bounds, {"isHorizontal": "true"})
    for node in process.nodes:
        if node.bounds:
            _shape(writer, node.id, node.bounds, _shape_marks(node), node.label)
    for flow in process.flows:
        if flow.waypoints:
            _edge(writer, flow)
    writer.close()
    writer.close()


def _pool(lanes: list[Bounds]) -> Bounds:
    x, y = min(b.x for b in lanes), min(b.y for b in lanes)
    right, bottom = max(b.x + b.width for b in lanes), max(b.y + b.height for b in lanes)
    return Bounds(x - POOL_LABEL, y, right - x + POOL_LABEL, bottom - y)


def _shape_marks(node: NodeModel) -> dict[str, str]:
    marks = {"exclusiveGateway": {"isMarkerVisible": "true"}, "subProcess": {"isExpanded": "true"}}
    return marks.get(node.kind, {})


def _shape(writer: _Writer, element: str, bounds: Bounds, marks: dict[str, str], label: Bounds | None = None) -> None:
    writer.open("bpmndi:BPMNShape", {"id": f"{element}_di", "bpmnElement": element, **marks})
    _bounds(writer, bounds)
    _label(writer, label)
    writer.close()


def _edge(writer: _Writer, flow: FlowModel) -> None:
    writer.open("bpmndi:BPMNEdge", {"id": f"{flow.id}_di", "bpmnElement": flow.id})
    for x, y in flow.waypoints:
        writer.leaf("di:waypoint", {"x": _number(x), "y": _number(y)})
    _label(writer, flow.label)
    writer.close()


def _label(writer: _Writer, label: Bounds | None) -> None:
    if label is None:
        return
    writer.open("bpmndi:BPMNLabel", {})
    _bounds(writer, label)
    writer.close()


def _bounds(writer: _Writer, bounds: Bounds) -> None:
    names = ("x", "y", "width", "height")
    writer.leaf("dc:Bounds", {name: _number(getattr(bounds, name)) for name in names})


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
