"""Safe reading of XML that people upload: BPMN and DMN files are text from outside until they are checked."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.errors import DefinitionInvalid

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
YIMEN = "urn:yimen:bpmn:1"

MAX_BYTES = 2_000_000
MAX_ELEMENTS = 10_000
MAX_FLOW_NODES = 200
FLOW_NODES = frozenset(
    {
        *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
        *("task", "userTask", "manualTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask"),
        *("callActivity", "subProcess", "transaction", "adHocSubProcess"),
        *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"),
    }
)


def parse_xml(data: bytes, file: str) -> Any:
    """The root element (lxml) of a BPMN or DMN text; anything unsafe or oversized is `DefinitionInvalid` with its line.

    No document type, no entities, no network; UTF-8 only; comments and processing instructions are left out.
    """
    text = _decode(data, file)
    for word in ("<!DOCTYPE", "<!ENTITY"):
        if word in text:
            raise DefinitionInvalid(
                "不允许使用 DOCTYPE 或实体声明。",
                file=file,
                line=text[: text.index(word)].count("\n") + 1,
                hint="请删除该声明，用建模工具重新导出。",
            )
    root = _parse(text, file)
    _measure(root, file)
    return root


def local_name(element: Any) -> str:
    """The tag without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: Any) -> str:
    """The namespace of an element's tag, empty if it has none."""
    return str(etree.QName(element).namespace or "")


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise DefinitionInvalid(f"文件有 {len(data)} 字节，超过上限 {MAX_BYTES} 字节。", file=file, hint="请拆分流程。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DefinitionInvalid("文件不是 UTF-8 编码。", file=file, line=line, hint="请另存为 UTF-8。") from error


def _parse(text: str, file: str) -> Any:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise DefinitionInvalid(
            f"第 {error.lineno or 1} 行不是合法的 XML：{error.msg}",
            file=file,
            line=error.lineno or 1,
            hint="请用建模工具重新导出，或检查标签是否成对。",
        ) from error


def _measure(root: Any, file: str) -> None:
    """Bound the work of every later reader (a flow of 500 chained nodes breaks recursive parsers)."""
    per_process: dict[Any, int] = {}
    for count, element in enumerate(root.iter(), start=1):
        if count > MAX_ELEMENTS:
            raise DefinitionInvalid(
                f"元素超过 {MAX_ELEMENTS} 个。", file=file, line=element.sourceline or 0, hint="请拆分流程。"
            )
        if local_name(element) in FLOW_NODES and namespace(element) == BPMN:
            process = next(element.iterancestors(f"{{{BPMN}}}process"), root)
            per_process[process] = per_process.get(process, 0) + 1
            if per_process[process] > MAX_FLOW_NODES:
                raise DefinitionInvalid(
                    f"一个流程最多 {MAX_FLOW_NODES} 个节点。",
                    file=file,
                    line=element.sourceline or 0,
                    hint="请把共用的段落改为调用活动。",
                )
