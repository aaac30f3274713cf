"""The chart of a process (流程图) as SVG, drawn on the server: no script, sharp in print, told in words as well."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from api.web import drawing_flows, drawing_shapes
from api.web.step_order import STATE_WORDS, StepLine, Translate, chinese, limit_text, state_of, step_list
from engine.errors import DefinitionInvalid

if TYPE_CHECKING:
    from engine.definitions.model import Bounds, FlowModel, NodeModel, ProcessModel

__all__ = ["StepLine", "draw_process", "step_list"]

MARGIN = 14
# from these widths on the chart scrolls in its frame instead of shrinking further
WIDE, EXTRA_WIDE = 1600, 2400

_TASKS = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"})
_GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway"})


def draw_process(
    process: ProcessModel,
    *,
    done: Set[str] = frozenset(),
    current: Set[str] = frozenset(),
    t: Translate = chinese,
    drawing_id: str = "",
) -> Markup:
    """The chart (流程图) of a process with finished steps ticked and open ones marked 当前环节.

    `done` and `current` hold element ids. `drawing_id` must differ where one page shows the same process twice.
    """
    _require_layout(process)
    name = f"drawing-{drawing_id or process.id}"
    x, y, width, height = _extent(process)
    css = "drawing" + (" drawing-extra-wide" if width > EXTRA_WIDE else " drawing-wide" if width > WIDE else "")
    view = " ".join(map(drawing_shapes.number, (x, y, width, height)))
    size = f'width="{drawing_shapes.number(width)}" height="{drawing_shapes.number(height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css}" viewBox="{view}" {size} role="img"',
        f' aria-labelledby="{escape(name)}-title" aria-describedby="{escape(name)}-steps">',
        f'<title id="{escape(name)}-title">{escape(t(f"流程图：{process.name}", f"Process: {process.name}"))}</title>',
        f'<desc id="{escape(name)}-steps">{escape(_in_words(process, done, current, t))}</desc>',
        *_lanes(process),
        *_nodes(process, done, current, t),
        *(drawing_flows.flow(f, _is_default(process, f)) for f in process.flows),
        *_labels(process),
        *_states(process, done, current, t),
        "</svg>",
    ]
    return Markup("".join(parts))


def _require_layout(process: ProcessModel) -> None:
    for node in process.nodes:
        if node.bounds is None:
            raise DefinitionInvalid(
                f"流程图中的“{node.name or node.id}”没有位置，无法画出流程图。",
                file=process.file,
                line=node.source.line if node.source else 0,
                key=node.id,
                hint="请在流程编辑器中打开并重新保存，补上图形坐标",
            )


def _box(node: NodeModel) -> Bounds:
    assert node.bounds is not None  # _require_layout ran
    return node.bounds


def _extent(process: ProcessModel) -> tuple[float, float, float, float]:
    """Left, top, width and height around everything drawn."""
    boxes = [lane.bounds for lane in process.lanes if lane.bounds] + [_box(n) for n in process.nodes]
    boxes += [n.label for n in process.nodes if n.label] + [f.label for f in process.flows if f.label]
    points = [point for flow in process.flows for point in flow.waypoints]
    left = min([b.x for b in boxes] + [x for x, _ in points]) - MARGIN
    top = min([b.y for b in boxes] + [y for _, y in points]) - MARGIN
    right = max([b.x + b.width for b in boxes] + [x for x, _ in points]) + MARGIN
    bottom = max([b.y + b.height for b in boxes] + [y for _, y in points]) + MARGIN
    return left, top, right - left, bottom - top


def _lanes(process: ProcessModel) -> list[str]:
    return [drawing_shapes.lane(lane, lane.bounds, i % 2 == 1) for i, lane in enumerate(process.lanes) if lane.bounds]


def _nodes(process: ProcessModel, done: Set[str], current: Set[str], t: Translate) -> list[str]:
    """Groups in an order in which sub-process frames lie under their children and boundary events over their task."""
    outer_first = sorted(process.nodes, key=lambda n: (_nesting(process, n), n.kind == "boundaryEvent"))
    return [
        f'<g class="dg-node dg-{state_of(node.id, done, current)}">{_shape(process, node)}</g>' for node in outer_first
    ]


def _nesting(process: ProcessModel, node: NodeModel) -> int:
    return 1 + _nesting(process, process.node(node.parent)) if node.parent else 0


def _shape(process: ProcessModel, node: NodeModel) -> str:
    if node.kind == "subProcess" and process.children(node.id):
        return drawing_shapes.open_sub_process(node, _box(node))
    if node.kind in _TASKS:
        return drawing_shapes.task(node, _box(node))
    if node.kind in _GATEWAYS:
        return drawing_shapes.gateway(node, _box(node))
    return drawing_shapes.event(node, _box(node))


def _is_default(process: ProcessModel, flow: FlowModel) -> bool:
    return process.node(flow.source_id).default_flow == flow.id


def _labels(process: ProcessModel) -> list[str]:
    """Names of events and gateways and the words on arrows, above every line."""
    out = []
    for node in process.nodes:
        if node.kind not in _TASKS:
            ends = [f.waypoints[0] for f in process.outgoing[node.id] if f.waypoints]
            ends += [f.waypoints[-1] for f in process.incoming[node.id] if f.waypoints]
            out.append(drawing_shapes.outer_label(node, _box(node), drawing_flows.sides_in_use(_box(node), ends)))
    return out + [drawing_flows.flow_label(f, _is_default(process, f)) for f in process.flows]


def _states(process: ProcessModel, done: Set[str], current: Set[str], t: Translate) -> list[str]:
    """Ticks, the words 当前环节 and the limits, above everything else."""
    out = []
    for node in process.nodes:
        box, state = _box(node), state_of(node.id, done, current)
        if limit := limit_text(node, t):
            out.append(drawing_shapes.tag(limit, *_limit_place(process, node), "dg-limit", end=True))
        if state == "done" and node.kind in _TASKS:
            out.append(drawing_shapes.done_mark(box))
        if state == "current":
            out.append(drawing_shapes.tag(t(*STATE_WORDS["current"]), box.x - 10, box.y - 11, "dg-now"))
    return out


def _limit_place(process: ProcessModel, node: NodeModel) -> tuple[float, float]:
    """Right end and middle of a limit's pill: on the lower right corner, left of markers and boundary events if any."""
    box = _box(node)
    if node.kind not in _TASKS:
        return box.x + box.width + 18, box.y + box.height + 10
    crowded = drawing_shapes.has_markers(node) or any(n.attached_to == node.id for n in process.nodes)
    return box.x + (box.width / 2 - 12 if crowded else box.width + 6), box.y + box.height


def _in_words(process: ProcessModel, done: Set[str], current: Set[str], t: Translate) -> str:
    words = {name: t(zh, en.lower()) for name, (zh, en) in STATE_WORDS.items()}
    lines = [
        f"{step.number}. {step.name}" + (f"（{step.lane}）" if step.lane else "") + t("：", ": ") + words[step.state]
        for step in step_list(process, done=done, current=current, t=t)
    ]
    return t("；", "; ").join(lines)
