"""A process drawn from a compact description: steps in order, gateways and merges put in, laid out by `layout`.

    {"id": "mz-901-example", "name": "示例", "lanes": ["community", "street"], "steps": [
      {"id": "accept", "lane": "community", "name": "受理", "stage": "accept", "days": 1},
      {"id": "decide", "lane": "street", "name": "决定", "stage": "decide", "days": 3,
       "decisions": "grant:准予 refuse:不予",
       "next": [{"to": "refused", "when": 'decide = "refuse"', "name": "不予"}, {"to": "granted"}]},
      {"id": "granted", "kind": "end", "name": "办结", "outcome": "granted"},
      {"id": "refused", "kind": "end", "name": "不予", "outcome": "refused"}]}

A step without `next` goes on to the following step. Several `next` entries put an exclusive gateway behind the step (the
entry without `when` is its default flow); several flows into a step put a merging gateway before it. A start event comes
before the first step, an end event after the last one unless they are written. The keys are listed in
docs/definition-format.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.definitions.department_list import department_limits_in, departments_in
from engine.definitions.layout import arrange
from engine.definitions.model import DecisionChoice, FlowModel, LaneModel, LimitRule, NodeModel, ProcessModel
from engine.errors import DefinitionInvalid
from engine.feel import parse
from engine.terms import DayUnit, Lane, Level, Stage

KINDS: Mapping[str, str] = {
    "user": "userTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "call": "callActivity",
    "sub": "subProcess",
    "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway",
    "wait": "intermediateCatchEvent",
    "boundary": "boundaryEvent",
    "start": "startEvent",
    "end": "endEvent",
}
LIMIT_KEYS: Mapping[str, DayUnit] = {
    "days": DayUnit.WORKING_DAY,
    "natural_days": DayUnit.NATURAL_DAY,
    "hours": DayUnit.HOUR,
    "months": DayUnit.MONTH,
}
PROCESS_KEYS = ("id", "name", "lanes", "steps")
LANE_KEYS = ("id", "lane", "name", "department")
STEP_KEYS = (
    *("id", "kind", "name", "lane", "next", "stage", "procedure", "counted", "form", "guide", "decisions"),
    *(
        "department",
        "departments",
        "no_answer",
        "level",
        "service",
        "table",
        "calls",
        "caller_lane",
        "on",
        "interrupting",
        "outcome",
    ),
    *("terminate", "steps", "branches", "join"),
    *LIMIT_KEYS,
)
ROUTE_KEYS = ("to", "when", "name")


def draft_process(spec: Mapping[str, Any], file: str = "") -> ProcessModel:
    """The laid-out process of a compact description; a slip in it is `DefinitionInvalid` naming the step."""
    _closed(spec, PROCESS_KEYS, "流程", ("id", "lanes", "steps"))
    lanes = tuple(_lane(entry) for entry in spec["lanes"])
    draft = _Draft(
        {name: lane.id for lane, entry in zip(lanes, spec["lanes"], strict=True) for name in _names(lane, entry)}
    )
    draft.scope(spec["steps"], "")
    process = ProcessModel(spec["id"], spec.get("name", ""), file, lanes, tuple(draft.nodes), tuple(draft.flows))
    return arrange(process)


def _lane(entry: str | Mapping[str, Any]) -> LaneModel:
    if isinstance(entry, str):
        entry = {"lane": entry}
    _closed(entry, LANE_KEYS, "泳道", ("lane",))
    word = entry["lane"]
    if word != "caller" and word not in tuple(Lane):
        raise DefinitionInvalid(f"泳道代码“{word}”不在词表内。", key=word, hint=f"可用：{'、'.join(Lane)}、caller。")
    lane = None if word == "caller" else Lane(word)
    department = entry.get("department", "")
    suffix = f"_{department}" if department else ""
    name = entry.get("name") or (lane.label if lane else "承办方")
    return LaneModel(entry.get("id") or f"lane_{word}{suffix}", name, lane, department)


def _names(lane: LaneModel, entry: str | Mapping[str, Any]) -> set[str]:
    """What a step may call this lane by."""
    return {lane.id, entry} if isinstance(entry, str) else {lane.id, entry["lane"]}


@dataclass
class _Draft:
    """Nodes and flows as they are collected, scope by scope."""

    lane_ids: Mapping[str, str]
    nodes: list[NodeModel] = field(default_factory=list)
    flows: list[FlowModel] = field(default_factory=list)

    def scope(self, steps: Sequence[Mapping[str, Any]], parent: str, lane_id: str = "") -> None:
        steps = _with_ends(_with_forks(steps), parent)
        routes: list[tuple[str, Mapping[str, Any]]] = []
        nodes: list[NodeModel] = []
        for index, step in enumerate(steps):
            node = self._node(step, parent, lane_id)
            lane_id = node.lane_id
            nodes.append(node)
            following = _following(steps, index)
            routes += [(node.id, route) for route in _routes(step, following)]
        self._add(nodes, routes, steps)

    def _add(self, nodes: list[NodeModel], routes: list[tuple[str, Mapping[str, Any]]], steps: Any) -> None:
        nodes, routes = _with_splits(nodes, routes)
        nodes, routes = _with_merges(nodes, routes)
        known = {n.id for n in nodes}
        flows = [_flow(source, route) for source, route in routes]
        for flow in flows:
            if flow.target_id not in known:
                raise DefinitionInvalid(f"步骤“{flow.source_id}”的下一步“{flow.target_id}”不存在。", key=flow.source_id)
        repeated = [n.id for i, n in enumerate(nodes) if n.id in {earlier.id for earlier in nodes[:i]}]
        if repeated:
            raise DefinitionInvalid(f"步骤标识“{repeated[0]}”重复。", key=repeated[0], hint="请改用不同的标识。")
        inner = {step["id"]: step["steps"] for step in steps if "steps" in step}
        for node in nodes:
            default = next((f.id for f in flows if f.source_id == node.id and f.condition is None), "")
            is_split = node.kind == "exclusiveGateway" and sum(f.source_id == node.id for f in flows) > 1
            self.nodes.append(replace(node, default_flow=default if is_split else ""))
            if node.id in inner:
                self.scope(inner[node.id], node.id, node.lane_id)
        self.flows += flows

    def _node(self, step: Mapping[str, Any], parent: str, lane_id: str) -> NodeModel:
        kind = step.get("kind", "user")
        if kind not in KINDS:
            raise DefinitionInvalid(f"步骤类型“{kind}”不认识。", key=step["id"], hint=f"可用：{'、'.join(KINDS)}。")
        if "lane" in step and not parent:
            lane_id = self.lane_ids.get(step["lane"], "")
            if not lane_id:
                raise DefinitionInvalid(f"步骤“{step['id']}”的泳道“{step['lane']}”未在 lanes 中列出。", key=step["id"])
        listed = " ".join(step.get("departments", ()))
        departments = departments_in(listed)
        return NodeModel(
            id=step["id"],
            kind=KINDS[kind],
            name=step.get("name", ""),
            lane_id=lane_id,
            stage=Stage(step["stage"]) if "stage" in step else None,
            limit=_limit(step),
            counted=step.get("counted", True),
            procedure=step.get("procedure", ""),
            department=step.get("department", ""),
            departments=departments,
            department_limits=department_limits_in(listed),
            no_answer=step.get("no_answer", ""),
            level=Level(step["level"]) if "level" in step else None,
            form=step.get("form", ""),
            guide=step.get("guide", ""),
            decisions=_decisions(step.get("decisions", "")),
            service=step.get("service", ""),
            decision_table=step.get("table", ""),
            called=step.get("calls", ""),
            caller_lane=Lane(step["caller_lane"]) if "caller_lane" in step else None,
            attached_to=step.get("on", ""),
            outcome=step.get("outcome", ""),
            event="timer" if kind in ("wait", "boundary") else "terminate" if step.get("terminate") else "",
            parent=parent,
            cardinality=len(departments) or None,
            interrupting=step.get("interrupting", True),
        )


def _limit(step: Mapping[str, Any]) -> LimitRule | None:
    found = [LimitRule(step[key], unit) for key, unit in LIMIT_KEYS.items() if key in step]
    if len(found) > 1:
        raise DefinitionInvalid(f"步骤“{step['id']}”写了不止一种时限。", key=step["id"])
    return found[0] if found else None


def _decisions(text: str) -> tuple[DecisionChoice, ...]:
    return tuple(DecisionChoice(*word.split(":", 1)) for word in text.split())


def _flow(source: str, route: Mapping[str, Any]) -> FlowModel:
    condition = parse(route["when"]) if "when" in route else None
    return FlowModel(f"{source}_to_{route['to']}", source, route["to"], route.get("name", ""), condition)


def _following(steps: Sequence[Mapping[str, Any]], index: int) -> str | None:
    """The step a route without `next` leads to; boundary timers stand aside of the order."""
    later = (s for s in steps[index + 1 :] if s.get("kind") not in ("boundary", "start"))
    return next((s["id"] for s in later), None)


def _routes(step: Mapping[str, Any], following: str | None) -> list[Mapping[str, Any]]:
    if step.get("kind") == "end":
        return []
    written = step.get("next", following)
    if written is None:
        raise DefinitionInvalid(f"步骤“{step['id']}”之后没有步骤。", key=step["id"], hint="请写 next 或补一个结束。")
    if isinstance(written, str | Mapping):
        written = [written]
    routes = [{"to": route} if isinstance(route, str) else route for route in written]
    for route in routes:
        _closed(route, ROUTE_KEYS, f"步骤 {step['id']} 的 next", ("to",))
    return routes


def _with_forks(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """`branches` (lists of steps) of a parallel step become fork, branches and join."""
    flat: list[Mapping[str, Any]] = []
    for position, step in enumerate(steps, start=1):
        _closed(step, STEP_KEYS, f"步骤 {step.get('id', position)}", ("id",))
        if "branches" not in step:
            flat.append(step)
            continue
        join = step.get("join", f"{step['id']}_join")
        branches = [_with_forks(branch) for branch in step["branches"]]
        head = {key: value for key, value in step.items() if key not in ("branches", "join", "next")}
        flat.append({**head, "kind": "parallel", "next": [branch[0]["id"] for branch in branches]})
        for branch in branches:
            last = branch[-1]
            flat += [*branch[:-1], last if "next" in last else {**last, "next": join}]
        flat.append({"id": join, "kind": "parallel", **{key: step[key] for key in ("lane", "next") if key in step}})
    return flat


def _with_ends(steps: Sequence[Mapping[str, Any]], parent: str) -> list[Mapping[str, Any]]:
    """A start before and an end after the steps where they are not written."""
    prefix = f"{parent}_" if parent else ""
    whole = list(steps)
    if not any(s.get("kind") == "start" for s in whole):
        lane = {"lane": whole[0]["lane"]} if "lane" in whole[0] else {}
        whole.insert(0, {"id": f"{prefix}start", "kind": "start", **lane, "next": whole[0]["id"]})
    last = next(s for s in reversed(whole) if s.get("kind") != "boundary")
    if last.get("kind") != "end" and "next" not in last:
        whole.append({"id": f"{prefix}end", "kind": "end"})
    return whole


def _with_splits(
    nodes: list[NodeModel], routes: list[tuple[str, Mapping[str, Any]]]
) -> tuple[list[NodeModel], list[tuple[str, Mapping[str, Any]]]]:
    """An exclusive gateway behind every node other than a gateway with several routes."""
    whole: list[NodeModel] = []
    moved: dict[str, str] = {}
    for node in nodes:
        whole.append(node)
        many = sum(source == node.id for source, _ in routes) > 1
        if many and not node.kind.endswith("Gateway"):
            moved[node.id] = f"{node.id}_split"
            whole.append(NodeModel(moved[node.id], "exclusiveGateway", "", node.lane_id, parent=node.parent))
    changed = [(moved.get(source, source), route) for source, route in routes]
    return whole, [*((node, {"to": split}) for node, split in moved.items()), *changed]


def _with_merges(
    nodes: list[NodeModel], routes: list[tuple[str, Mapping[str, Any]]]
) -> tuple[list[NodeModel], list[tuple[str, Mapping[str, Any]]]]:
    """An exclusive gateway before every node that several routes enter, gateways that only merge and ends excepted."""
    whole: list[NodeModel] = []
    moved: dict[str, str] = {}
    for node in nodes:
        entering = sum(route["to"] == node.id for _, route in routes)
        leaving = sum(source == node.id for source, _ in routes)
        merges_itself = node.kind == "endEvent" or (node.kind.endswith("Gateway") and leaving <= 1)
        if entering > 1 and not merges_itself:
            moved[node.id] = f"{node.id}_merge"
            whole.append(NodeModel(moved[node.id], "exclusiveGateway", "", node.lane_id, parent=node.parent))
        whole.append(node)
    changed = [(source, {**route, "to": moved.get(route["to"], route["to"])}) for source, route in routes]
    return whole, [*changed, *((merge, {"to": node}) for node, merge in moved.items())]


def _closed(entry: Mapping[str, Any], keys: Sequence[str], place: str, required: Sequence[str]) -> None:
    unknown = [key for key in entry if key not in keys]
    if unknown:
        raise DefinitionInvalid(
            f"{place}里有不认识的键“{unknown[0]}”。", key=unknown[0], hint=f"可用：{'、'.join(keys)}。"
        )
    missing = [key for key in required if not entry.get(key)]
    if missing:
        raise DefinitionInvalid(f"{place}里缺少“{missing[0]}”。", key=missing[0], hint="请补充。")
