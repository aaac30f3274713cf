"""BPMN text to `ProcessModel`: only the elements and attributes of our profile, everything else is a finding."""

from __future__ import annotations

import re
from typing import Any

from engine.definitions.bpmn_profile import (
    CONTAINERS,
    EVENTS,
    NODE_ATTRIBUTES,
    NODE_CHILDREN,
    NODE_KINDS,
    PROCESS_CHILDREN,
    REFUSALS,
    YIMEN_ATTRIBUTES,
)
from engine.definitions.department_list import department_limits_in, departments_in
from engine.definitions.diagram_reader import Diagram, read_diagram
from engine.definitions.findings import Findings
from engine.definitions.model import (
    DecisionChoice,
    FlowModel,
    LaneModel,
    LimitRule,
    NodeModel,
    ProcessModel,
    Source,
)
from engine.definitions.xml import BPMN, YIMEN, local_name, namespace, parse_xml
from engine.errors import DefinitionInvalid, ExpressionError
from engine.feel import Expression, parse
from engine.terms import DayUnit, Lane, Level, Stage

_B = f"{{{BPMN}}}"
_Y = f"{{{YIMEN}}}"
_LIMITS = {"workingDays": DayUnit.WORKING_DAY, "naturalDays": DayUnit.NATURAL_DAY, "hours": DayUnit.HOUR}
_DURATION = re.compile(r"P(?:(\d{1,4})D|(\d{1,3})M|T(\d{1,4})H)")
_LINKS = frozenset({"incoming", "outgoing"})
_WHOLE = re.compile(r"\d{1,4}")


def read_process(data: bytes, found: Findings) -> ProcessModel | None:
    """The drawn process of a BPMN text; None when it cannot be read as a process at all."""
    try:
        root = parse_xml(data, found.file)
    except DefinitionInvalid as error:
        found.refused(error, "xml")
        return None
    processes = root.findall(f"{_B}process")
    if len(processes) != 1:
        found.error(
            "bpmn.process",
            root.sourceline or 1,
            "",
            f"一个文件应有且只有一个流程，现有 {len(processes)} 个。",
            "请拆分。",
        )
        return None
    _check_top(root, found)
    return _Reader(processes[0], read_diagram(root, found), found).process()


def _check_top(root: Any, found: Findings) -> None:
    for element in root:
        if local_name(element) not in CONTAINERS:
            found.error(
                "bpmn.element",
                element.sourceline,
                local_name(element),
                f"不支持顶层元素 {local_name(element)}。",
                "请删除。",
            )
    participants = list(root.iter(f"{_B}participant"))
    flows = list(root.iter(f"{_B}messageFlow"))
    if len(participants) > 1 or flows:
        line = (flows or participants)[-1].sourceline
        found.error(
            "bpmn.element", line, "collaboration", "只支持一个池，且没有消息流。", "跨部门协作请画成泳道或调用活动。"
        )


class _Reader:
    def __init__(self, process: Any, diagram: Diagram, found: Findings) -> None:
        self._process = process
        self._diagram = diagram
        self._found = found
        self._lane_of: dict[str, str] = {}

    def process(self) -> ProcessModel:
        if self._process.get("isExecutable") != "true":
            self._error("bpmn.process", self._process, "流程未标记为可执行。", "请设置 isExecutable=“true”。")
        lanes = tuple(self._lane(e) for e in self._process.iter(f"{_B}lane"))
        nodes: list[NodeModel] = []
        flows: list[FlowModel] = []
        self._scope(self._process, "", nodes, flows)
        self._check_lane_references({n.id for n in nodes})
        return ProcessModel(
            id=self._process.get("id", ""),
            name=self._process.get("name", ""),
            file=self._found.file,
            lanes=lanes,
            nodes=tuple(nodes),
            flows=tuple(flows),
        )

    def _scope(self, scope: Any, parent: str, nodes: list[NodeModel], flows: list[FlowModel]) -> None:
        """Nodes in drawn order with inner ones after their sub-process; inner flows before outer ones."""
        own: list[FlowModel] = []
        for element in scope:
            kind = local_name(element)
            if namespace(element) != BPMN:
                self._error("bpmn.element", element, f"不支持扩展元素 {kind}。", "脚本、监听器等扩展不会执行，请删除。")
            elif kind == "sequenceFlow":
                own.append(self._flow(element))
            elif kind in NODE_KINDS:
                nodes.append(self._node(element, kind, parent))
                if kind == "subProcess":
                    self._scope(element, nodes[-1].id, nodes, flows)
            elif kind not in PROCESS_CHILDREN:
                self._error(
                    "bpmn.element", element, f"不支持元素 {kind}。", REFUSALS.get(kind, "请删除或改用允许的元素。")
                )
        flows += own
        self._check_links(scope, own)

    def _check_links(self, scope: Any, flows: list[FlowModel]) -> None:
        """Modelling tools need incoming and outgoing children that agree with the flows."""
        drawn = {(f.target_id, "incoming", f.id) for f in flows} | {(f.source_id, "outgoing", f.id) for f in flows}
        for element in scope:
            node_id = element.get("id", "")
            links = [(node_id, local_name(c), (c.text or "").strip()) for c in element if local_name(c) in _LINKS]
            wanted = {link for link in drawn if link[0] == node_id}
            if local_name(element) in NODE_KINDS and (set(links) != wanted or len(links) != len(wanted)):
                message = f"节点“{element.get('name') or node_id}”的 incoming、outgoing 与连线不一致。"
                self._error("process.links", element, message, "请用建模工具重新保存。")

    def _lane(self, element: Any) -> LaneModel:
        self._check_attributes(element, "lane", {"id", "name"})
        for reference in element.findall(f"{_B}flowNodeRef"):
            self._lane_of.setdefault((reference.text or "").strip(), element.get("id", ""))
        if element.find(f"{_B}childLaneSet") is not None:
            self._error("bpmn.element", element, "不支持嵌套泳道。", "请并列画出。")
        word = element.get(f"{_Y}lane", "")
        lane = Lane(word) if word in tuple(Lane) else None
        if lane is None and word != "caller":
            self._error(
                "lanes.code", element, f"泳道代码“{word}”不在词表内。", f"可用：{'、'.join(Lane)}；片段用 caller。"
            )
        return LaneModel(
            id=element.get("id", ""),
            name=element.get("name", ""),
            lane=lane,
            department=element.get(f"{_Y}department", ""),
            bounds=self._diagram.bounds.get(element.get("id", "")),
        )

    def _check_lane_references(self, known: set[str]) -> None:
        for reference in self._process.iter(f"{_B}flowNodeRef"):
            if (reference.text or "").strip() not in known:
                self._error(
                    "lanes.reference", reference, f"泳道引用了不存在的节点“{reference.text}”。", "请删除该引用。"
                )

    def _node(self, element: Any, kind: str, parent: str) -> NodeModel:
        self._check_attributes(element, kind, NODE_ATTRIBUTES.get(kind, set()) | {"id", "name"})
        self._check_children(element, kind)
        node_id = element.get("id", "")
        if parent:
            self._lane_of[node_id] = self._lane_of.get(parent, "")
        own = element.attrib
        return NodeModel(
            id=node_id,
            kind=kind,
            name=element.get("name", ""),
            lane_id=self._lane_of.get(node_id, ""),
            stage=self._word(element, "stage", Stage),
            limit=self._limit(element),
            counted=own.get(f"{_Y}counted", "true") != "false",
            procedure=own.get(f"{_Y}procedure", ""),
            department=own.get(f"{_Y}department", ""),
            departments=departments_in(own.get(f"{_Y}departments", "")),
            department_limits=department_limits_in(own.get(f"{_Y}departments", "")),
            no_answer=own.get(f"{_Y}noAnswer", ""),
            level=self._word(element, "level", Level),
            form=own.get(f"{_Y}form", ""),
            guide=own.get(f"{_Y}guide", ""),
            decisions=self._decisions(element),
            service=own.get(f"{_Y}service", ""),
            decision_table=own.get(f"{_Y}decisionRef", ""),
            called=own.get("calledElement", ""),
            caller_lane=self._word(element, "lane", Lane),
            attached_to=own.get("attachedToRef", ""),
            outcome=own.get(f"{_Y}outcome", ""),
            default_flow=own.get("default", ""),
            event=self._event(element, kind),
            bounds=self._diagram.bounds.get(node_id),
            parent=parent,
            cardinality=self._cardinality(element),
            interrupting=own.get("cancelActivity", "true") != "false",
            label=self._diagram.labels.get(node_id),
            source=self._source(element),
        )

    def _flow(self, element: Any) -> FlowModel:
        self._check_attributes(element, "sequenceFlow", {"id", "name", "sourceRef", "targetRef"})
        for child in element:
            if local_name(child) != "conditionExpression":
                self._error("bpmn.element", child, f"连线上不支持 {local_name(child)}。", "请删除。")
        flow_id = element.get("id", "")
        return FlowModel(
            id=flow_id,
            source_id=element.get("sourceRef", ""),
            target_id=element.get("targetRef", ""),
            name=element.get("name", ""),
            condition=self._condition(element),
            waypoints=self._diagram.waypoints.get(flow_id, ()),
            label=self._diagram.labels.get(flow_id),
            source=self._source(element),
        )

    def _condition(self, element: Any) -> Expression | None:
        condition = element.find(f"{_B}conditionExpression")
        if condition is None:
            return None
        try:
            return parse((condition.text or "").strip())
        except ExpressionError as error:
            self._error("expressions.syntax", condition, f"条件有误：{error.message}", error.hint, element.get("id"))
            return None

    def _word(self, element: Any, name: str, words: Any) -> Any:
        text = element.get(f"{_Y}{name}")
        if text is None:
            return None
        if text not in tuple(words):
            self._error(
                "bpmn.value", element, f"属性 yimen:{name} 的值“{text}”不在词表内。", f"可用：{'、'.join(words)}。"
            )
            return None
        return words(text)

    def _limit(self, element: Any) -> LimitRule | None:
        written = [name for name in _LIMITS if element.get(f"{_Y}{name}") is not None]
        if len(written) > 1:
            self._error(
                "bpmn.value", element, "一个环节只能写一种时限。", "请只留 workingDays、naturalDays、hours 之一。"
            )
        for name in written:
            text = element.get(f"{_Y}{name}")
            if _WHOLE.fullmatch(text):
                return LimitRule(int(text), _LIMITS[name])
            self._error("bpmn.value", element, f"属性 yimen:{name} 的值“{text}”不是整数。", "请写 0 至 9999 的整数。")
        return self._duration(element)

    def _duration(self, element: Any) -> LimitRule | None:
        timer = element.find(f"{_B}timerEventDefinition")
        duration = timer.find(f"{_B}timeDuration") if timer is not None else None
        if duration is None:
            return None
        text = (duration.text or "").strip()
        match = _DURATION.fullmatch(text)
        if not match:
            self._error(
                "bpmn.value", duration, f"定时“{text}”不合格式。", "请写 P7D（天）、P1M（月）或 PT24H（小时）。"
            )
            return None
        days, months, hours = match.groups()
        unit = DayUnit.NATURAL_DAY if days else DayUnit.MONTH if months else DayUnit.HOUR
        return LimitRule(int(days or months or hours), unit)

    def _decisions(self, element: Any) -> tuple[DecisionChoice, ...]:
        choices = []
        for word in element.get(f"{_Y}decisions", "").split():
            code, separator, label = word.partition(":")
            if not separator or not label or not re.fullmatch(r"[a-z][a-z0-9_]*", code):
                self._error(
                    "bpmn.value", element, f"处理选项“{word}”不合格式。", "请写“代码:名称”，以空格分隔，如 agree:同意。"
                )
                continue
            choices.append(DecisionChoice(code, label))
        if len({c.code for c in choices}) != len(choices):
            self._error("bpmn.value", element, "处理选项的代码重复。", "请改用不同的代码。")
        return tuple(choices)

    def _event(self, element: Any, kind: str) -> str:
        names = [
            local_name(c).removesuffix("EventDefinition") for c in element if local_name(c).endswith("EventDefinition")
        ]
        allowed = EVENTS.get(kind, frozenset({""}))
        name = names[0] if names else ""
        if len(names) > 1 or name not in allowed:
            shown = "、".join(names) or "无定义"
            self._error(
                "process.elements",
                element,
                f"{kind} 不支持“{shown}”事件。",
                f"可用：{'、'.join(e or '普通' for e in sorted(allowed))}。",
            )
        return name

    def _cardinality(self, element: Any) -> int | None:
        loop = element.find(f"{_B}multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        for child in loop:
            if local_name(child) != "loopCardinality":
                self._error(
                    "bpmn.element", child, f"多实例不支持 {local_name(child)}。", "份数请写整数 loopCardinality。"
                )
        if loop.get("isSequential") == "true":
            self._error("process.elements", loop, "不支持顺序多实例。", "请用并行多实例。")
        text = (loop.findtext(f"{_B}loopCardinality") or "").strip()
        if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= 30:
            self._error(
                "bpmn.value", loop, f"多实例份数“{text}”不是 1 至 30 的整数。", "请写整数，与 departments 的个数一致。"
            )
            return None
        return int(text)

    def _check_attributes(self, element: Any, kind: str, plain: set[str]) -> None:
        ours = YIMEN_ATTRIBUTES.get(kind, frozenset())
        for name in element.attrib:
            if name.startswith(_Y) and name.removeprefix(_Y) not in ours:
                short = name.removeprefix(_Y)
                self._error(
                    "bpmn.attribute",
                    element,
                    f"{kind} 上没有属性 yimen:{short}。",
                    f"可用：{'、'.join(sorted(ours)) or '无'}。",
                )
            elif not name.startswith(_Y) and name not in plain:
                self._error(
                    "bpmn.attribute",
                    element,
                    f"{kind} 上不支持属性 {name.rpartition('}')[2]}。",
                    "请删除；它不会起作用。",
                )

    def _check_children(self, element: Any, kind: str) -> None:
        if kind == "subProcess":
            return
        for child in element:
            name = local_name(child)
            if namespace(child) != BPMN or name not in NODE_CHILDREN.get(kind, {"incoming", "outgoing"}):
                self._error(
                    "bpmn.element",
                    child,
                    f"{kind} 内不支持元素 {name}。",
                    REFUSALS.get(name, "请删除。"),
                    element.get("id"),
                )

    def _source(self, element: Any) -> Source:
        return Source(self._found.file, element.sourceline or 0)

    def _error(self, rule: str, element: Any, message: str, hint: str, key: str | None = None) -> None:
        self._found.error(rule, element.sourceline or 0, key or element.get("id") or "", message, hint)
