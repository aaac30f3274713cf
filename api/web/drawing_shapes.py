"""SVG of single BPMN elements. Looks come from static/drawing.css; nothing here carries a style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import escape

from api.web.drawing_text import em_width, wrap_label

if TYPE_CHECKING:
    from engine.definitions.model import Bounds, LaneModel, NodeModel

Point = tuple[float, float]

LANE_STRIP = 30  # width of the label strip at the left end of a lane, as BPMN editors draw it
CORNER = 8
ARROW = 9

_PERSON = '<circle cx="8" cy="4.6" r="3.1"/><path d="M1.8 15c0-4.2 2.8-6.4 6.2-6.4s6.2 2.2 6.2 6.4z"/>'
_GEAR = '<circle class="dg-teeth" cx="8" cy="8" r="6.1"/><circle cx="8" cy="8" r="4.3"/><circle cx="8" cy="8" r="1.5"/>'
_TABLE = '<path d="M1.5 3h13v10h-13zM1.5 6.3h13M6 6.3V13M1.5 9.7h13"/>'
_ICONS = {"userTask": _PERSON, "serviceTask": _GEAR, "businessRuleTask": _TABLE}


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def centre(box: Bounds) -> Point:
    """The middle of a rectangle."""
    return box.x + box.width / 2, box.y + box.height / 2


def text_lines(lines: Sequence[str], x: float, middle: float, size: int, css: str) -> str:
    """Lines of text centred on (x, middle)."""
    height = size * 1.25
    first = middle - height * (len(lines) - 1) / 2 + size * 0.36
    return "".join(
        f'<text class="{css}" x="{number(x)}" y="{number(first + i * height)}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )


def lane(model: LaneModel, bounds: Bounds, shaded: bool) -> str:
    """A lane (泳道): its area and its name written upright, character under character, in the strip at the left."""
    area = f'x="{number(bounds.x)}" y="{number(bounds.y)}" height="{number(bounds.height)}"'
    return (
        f'<rect class="dg-lane{" dg-shaded" if shaded else ""}" {area} width="{number(bounds.width)}"/>'
        f'<rect class="dg-lane-head" {area} width="{LANE_STRIP}"/>' + _upright(model.name, bounds)
    )


def _upright(name: str, bounds: Bounds) -> str:
    x, middle = bounds.x + LANE_STRIP / 2, centre(bounds)[1]
    if name.isascii():
        place = f"translate({number(x)} {number(middle)}) rotate(-90)"
        return f'<text class="dg-lane-name" transform="{place}" dy="5">{escape(name)}</text>'
    step = min(18.0, (bounds.height - 8) / len(name))
    first = middle - step * (len(name) - 1) / 2 + 5
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(first + i * step)}">{escape(character)}</tspan>'
        for i, character in enumerate(name)
    )
    return f'<text class="dg-lane-name{"" if step > 14 else " dg-small"}">{spans}</text>'


def task(node: NodeModel, box: Bounds) -> str:
    """A task, call activity or closed sub-process: frame, sign of its kind, name, markers at the bottom."""
    frame = f'<rect class="dg-box" {_rect(box)} rx="{CORNER}"/>'
    if node.kind == "callActivity":
        frame += f'<rect class="dg-inner" {_rect(box, inset=3)} rx="{CORNER - 3}"/>'
    markers = _markers(node, box)
    icon = _ICONS.get(node.kind)
    place = f"translate({number(box.x + 5)} {number(box.y + 5)})"
    sign = f'<g class="dg-icon" transform="{place}">{icon}</g>' if icon else ""
    return frame + sign + _task_name(node.name, box, bool(icon), bool(markers)) + markers


def _task_name(name: str, box: Bounds, has_icon: bool, has_markers: bool) -> str:
    lines = wrap_label(name, (box.width - 12) / 14, 3)
    size = 14
    if len(lines) > 2 or (lines and lines[-1].endswith("…")):
        size, lines = 12, wrap_label(name, (box.width - 10) / 12, 4)
    shift = (6 if has_icon and len(lines) > 2 else 3 if has_icon else 0) - (6 if has_markers else 0)
    return text_lines(lines, box.x + box.width / 2, box.y + box.height / 2 + shift, size, f"dg-name dg-s{size}")


def has_markers(node: NodeModel) -> bool:
    """Whether signs stand in the middle of the lower edge: a plus for what is inside, bars for several at once."""
    return node.kind in ("callActivity", "subProcess") or _by_several(node)


def _by_several(node: NodeModel) -> bool:
    return bool(node.departments or node.cardinality)


def _markers(node: NodeModel, box: Bounds) -> str:
    found = []
    if node.kind in ("callActivity", "subProcess"):
        found.append('<path d="M1 1h12v12H1zM7 3.5v7M3.5 7h7"/>')
    if _by_several(node):
        found.append('<path d="M3 2v10M7 2v10M11 2v10"/>')
    left = box.x + box.width / 2 - len(found) * 9 + 2
    return "".join(
        f'<g class="dg-marker" transform="translate({number(left + i * 18)} {number(box.y + box.height - 17)})">{m}</g>'
        for i, m in enumerate(found)
    )


def open_sub_process(node: NodeModel, box: Bounds) -> str:
    """An embedded sub-process drawn open: a frame around its elements, the name in the top left corner."""
    label = f'<text class="dg-frame-name" x="{number(box.x + 10)}" y="{number(box.y + 19)}">{escape(node.name)}</text>'
    return f'<rect class="dg-box dg-open" {_rect(box)} rx="{CORNER}"/>{label}'


def gateway(node: NodeModel, box: Bounds) -> str:
    """An exclusive (×) or parallel (+) gateway."""
    x, y = centre(box)
    corners = ((x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y))
    diamond = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
    r = box.width * (0.2 if node.kind == "parallelGateway" else 0.15)
    left, top, across = number(x - r), number(y - r), number(2 * r)
    cross = f"M{left} {top}l{across} {across}m0 -{across}l-{across} {across}"
    plus = f"M{left} {number(y)}h{across}M{number(x)} {top}v{across}"
    mark = plus if node.kind == "parallelGateway" else cross
    return f'<polygon class="dg-box" points="{diamond}"/><path class="dg-sign" d="{mark}"/>'


def event(node: NodeModel, box: Bounds) -> str:
    """A start (thin ring), end (thick ring) or timer (double ring with a clock)."""
    (x, y), r = centre(box), box.width / 2
    kind = {"startEvent": "dg-start", "endEvent": "dg-end"}.get(node.kind, "dg-between")
    dashed = "" if node.interrupting else " dg-dashed"
    out = f'<circle class="dg-box {kind}{dashed}" cx="{number(x)}" cy="{number(y)}" r="{number(r)}"/>'
    if kind == "dg-between":
        out += f'<circle class="dg-inner{dashed}" cx="{number(x)}" cy="{number(y)}" r="{number(r - 3.5)}"/>'
    if node.event == "terminate":
        out += f'<circle class="dg-full" cx="{number(x)}" cy="{number(y)}" r="{number(r * 0.55)}"/>'
    if node.event == "timer":
        hands = f"M{number(x)} {number(y - r * 0.45)}V{number(y)}L{number(x + r * 0.32)} {number(y + r * 0.2)}"
        face = f'<circle class="dg-clock" cx="{number(x)}" cy="{number(y)}" r="{number(r * 0.6)}"/>'
        out += f'{face}<path class="dg-sign" d="{hands}"/>'
    return out


def outer_label(node: NodeModel, box: Bounds, taken_sides: Iterable[str]) -> str:
    """The name of an event or gateway: where the definition puts it, else on a side no flow uses."""
    if not node.name:
        return ""
    lines = wrap_label(node.name, 8, 3)
    if node.label:
        return text_lines(lines, *centre(node.label), 13, "dg-label")
    x, half = box.x + box.width / 2, 8.1 * len(lines)
    width = max(map(em_width, lines)) * 13
    if node.attached_to:
        return text_lines(lines, box.x + box.width + 6 + width / 2, box.y + box.height - half + 8, 13, "dg-label")
    free = [side for side in ("bottom", "top") if side not in taken_sides]
    if not free:
        return text_lines(lines, x + 14 + width / 2, box.y - half + 6, 13, "dg-label")
    middle = box.y + box.height + half + 4 if free[0] == "bottom" else box.y - half - 4
    return text_lines(lines, x, middle, 13, "dg-label")


def done_mark(box: Bounds) -> str:
    """The green tick on the corner of a finished step."""
    place = f"translate({number(box.x + box.width - 4)} {number(box.y + 4)})"
    return f'<g class="dg-tick" transform="{place}"><circle r="9"/><path d="M-4 .3l2.8 2.9 5.2-6"/></g>'


def tag(words: str, x: float, y: float, css: str, *, end: bool = False) -> str:
    """A small pill with words, its left (or right, with `end`) edge at x, its middle at y."""
    width = em_width(words) * 11 + 12
    left = x - width if end else x
    return (
        f'<g class="{css}"><rect x="{number(left)}" y="{number(y - 9)}" width="{number(width)}" height="18" rx="9"/>'
        f'<text x="{number(left + width / 2)}" y="{number(y + 4)}">{escape(words)}</text></g>'
    )


def _rect(box: Bounds, inset: float = 0) -> str:
    return (
        f'x="{number(box.x + inset)}" y="{number(box.y + inset)}" '
        f'width="{number(box.width - 2 * inset)}" height="{number(box.height - 2 * inset)}"'
    )
