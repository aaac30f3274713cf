"""Our profile of BPMN 2.0 as data: allowed elements, events and attributes, and why the rest is refused."""

from __future__ import annotations

from collections.abc import Mapping

CONTAINERS = frozenset({"process", "collaboration", "BPMNDiagram"})
NODE_KINDS = frozenset(
    {
        *("startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"),
        *("userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"),
        *("exclusiveGateway", "parallelGateway"),
    }
)
PROCESS_CHILDREN = frozenset({"laneSet", "incoming", "outgoing"})

EVENTS: Mapping[str, frozenset[str]] = {
    "endEvent": frozenset({"", "terminate"}),
    "intermediateCatchEvent": frozenset({"timer"}),
    "boundaryEvent": frozenset({"timer"}),
}

NODE_ATTRIBUTES: Mapping[str, set[str]] = {
    "exclusiveGateway": {"default", "gatewayDirection"},
    "parallelGateway": {"gatewayDirection"},
    "callActivity": {"calledElement"},
    "boundaryEvent": {"attachedToRef", "cancelActivity"},
}
_PLAIN = {"incoming", "outgoing"}
NODE_CHILDREN: Mapping[str, set[str]] = {
    "userTask": _PLAIN | {"multiInstanceLoopCharacteristics"},
    "endEvent": _PLAIN | {"terminateEventDefinition"},
    "intermediateCatchEvent": _PLAIN | {"timerEventDefinition"},
    "boundaryEvent": _PLAIN | {"timerEventDefinition"},
}

# What a step records when its limit passed and nobody answered, where no choice of its own stands for that.
NO_ANSWER = "no_answer"

_LIMIT = {"workingDays", "naturalDays", "hours"}
YIMEN_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "lane": frozenset({"lane", "department"}),
    "userTask": frozenset(
        {
            *_LIMIT,
            "stage",
            "procedure",
            "counted",
            "form",
            "guide",
            "decisions",
            "department",
            "level",
            "departments",
            "noAnswer",
        }
    ),
    "serviceTask": frozenset({*_LIMIT, "service", "guide", "counted"}),
    "businessRuleTask": frozenset({"decisionRef"}),
    "callActivity": frozenset({"lane"}),
    "intermediateCatchEvent": frozenset({*_LIMIT, "procedure"}),
    "boundaryEvent": frozenset(_LIMIT),
    "endEvent": frozenset({"outcome"}),
}

REFUSALS: Mapping[str, str] = {
    "scriptTask": "脚本任务会执行代码，不允许；请改用决策表或系统任务。",
    "sendTask": "请改用系统任务（yimen:service=“notify”）。",
    "receiveTask": "请改用人工任务或定时事件。",
    "manualTask": "请改用人工任务。",
    "task": "请明确为人工任务或系统任务。",
    "inclusiveGateway": "包容网关的汇合难以核对；请改用排他或并行网关。",
    "complexGateway": "请改用排他或并行网关。",
    "eventBasedGateway": "请改用人工任务上的边界定时。",
    "intermediateThrowEvent": "请改用系统任务（通知）。",
    "transaction": "请改用嵌入子流程。",
    "adHocSubProcess": "引擎不能可靠执行；请画出顺序。",
    "dataObject": "数据由表单和登记库提供，不画数据对象。",
    "dataObjectReference": "数据由表单和登记库提供，不画数据对象。",
    "dataStoreReference": "数据由表单和登记库提供，不画数据存储。",
    "textAnnotation": "说明请写在环节的 yimen:guide。",
    "association": "请与注释一并删除。",
    "group": "请删除分组框。",
    "documentation": "说明请写在环节的 yimen:guide。",
    "extensionElements": "脚本、监听器、输入输出映射等扩展不会执行，请删除。",
    "standardLoopCharacteristics": "循环请画成退回的连线。",
    "multiInstanceLoopCharacteristics": "只有人工任务可以多实例。",
}

SERVICES: Mapping[str, str] = {
    "issue_certificate": "制证用印",
    "compare_facts": "数据比对",
    "notify": "通知",
    "archive": "归档",
    "query_licence": "查询电子证照",
}

# What a machine step that compares data leaves behind under its id, as a step with choices does.
COMPARISON_RESULTS = ("match", "mismatch", "unknown")
