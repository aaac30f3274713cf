"""Texts of counter documents (文书模板): the supplied ones with their samples, and what an edited one must satisfy.

An edited text is a small language of its own: it prints facts, repeats rows and leaves out paragraphs, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
import yaml
from jinja2 import nodes

from certificates.errors import FaceInvalid
from certificates.templates import FILTERS, environment, fact_names, filled
from engine.ports import NoticeRequest
from engine.terms import NoticeKind

_PLACE = Path(__file__).with_name("notices")
_ENDING = ".xml.j2"
SUPPLIED = {path.name: path.read_text(encoding="utf-8") for path in sorted(_PLACE.glob(f"*{_ENDING}"))}

LARGEST_TEXT = 20_000
MOST_NESTED_LOOPS = 2
_TAGS = frozenset(
    {"page", "number", "title", "p", "table", "tr", "th", "td", "sign", "space", "footer", "b", "u", "br"}
)
_NAMES = frozenset({"title", "number", "site", "issuer", "issued_on", "sealed", "facts", "loop"})
_NODES: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Include, nodes.Assign),
    *(nodes.Name, nodes.Getattr, nodes.Filter, nodes.Const, nodes.CondExpr, nodes.Compare, nodes.Operand),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.Concat),
)
# Lengths in mm or points that a page can hold; what is larger is a slip of the pen or meant to break the printer.
_BOUNDS = {"size": (6, 48), "h": (0, 200), "before": (0, 100), "after": (0, 100), "padding": (0, 20), "qr": (0, 60)}
_BOUNDS |= {"indent": (0, 20), "spacing": (0, 5), "head": (0, 5), "colspan": (1, 20)}

_ALWAYS = frozenset({"case_number"})
_APPLICATION = _ALWAYS | {"applicant", "item"}
# What a document of the kind must say for the law's sake: no edited text may leave it out.
REQUIRED: dict[NoticeKind, frozenset[str]] = {
    NoticeKind.RECEIPT: _APPLICATION | {"documents", "received_by", "received_at"},
    NoticeKind.ACCEPTANCE: _APPLICATION | {"due_on", "statutory_limit", "promised_limit", "not_counted", "documents"},
    NoticeKind.REFUSAL_OF_ACCEPTANCE: _APPLICATION | {"reason", "legal_basis"},
    NoticeKind.ONE_TIME_NOTICE: _APPLICATION | {"corrections", "correct_by", "legal_basis"},
    NoticeKind.CORRECTION: _APPLICATION | {"corrections", "new_due_on"},
    NoticeKind.GAP_COMMITMENT: _APPLICATION | {"missing", "deadline", "consequence"},
    NoticeKind.COMMITMENT: _APPLICATION | {"declared", "consequence"},
    NoticeKind.SPECIAL_PROCEDURE: _APPLICATION | {"procedure", "started_on", "expected_length", "legal_basis"},
    NoticeKind.EXTENSION: _APPLICATION | {"reason", "approver", "new_due_on", "legal_basis"},
    NoticeKind.GRANT: _APPLICATION | {"decision", "legal_basis"},
    NoticeKind.REFUSAL: _APPLICATION | {"reason", "legal_basis"},
    NoticeKind.WITHDRAWAL: _APPLICATION | {"requested_by"},
    NoticeKind.TERMINATION: _APPLICATION | {"reason", "legal_basis"},
    NoticeKind.REFERRAL: _ALWAYS | {"applicant", "item", "competent_body", "legal_basis"},
    NoticeKind.SUPERVISION_ORDER: _ALWAYS | {"matter", "reply_by"},
    NoticeKind.CARD_NOTICE: _ALWAYS | {"signal", "rule", "fact", "answer_by"},
    NoticeKind.SERVICE_RETURN: _ALWAYS | {"document_number", "recipient", "mode", "served_on"},
    NoticeKind.HANDOVER_SLIP: _ALWAYS | {"documents", "from_post", "to_post", "handed_by", "received_by"},
    NoticeKind.COLLECTION_RECORD: _ALWAYS | {"recipient", "mode", "delivered_at"},
    NoticeKind.ARCHIVE_LIST: _ALWAYS | {"files", "retention", "manifest_sha256"},
    NoticeKind.ARCHIVE_TRANSFER: frozenset({"archives", "receiver", "count"}),
}
# Decisions against the applicant name the remedies.
UNFAVOURABLE = frozenset(
    {
        NoticeKind.REFUSAL_OF_ACCEPTANCE,
        NoticeKind.REFUSAL,
        NoticeKind.EXTENSION,
        NoticeKind.TERMINATION,
        NoticeKind.REFERRAL,
    }
)
_REMEDIES = ("行政复议", "行政诉讼")


@cache
def _samples() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_PLACE / "samples.yaml").read_text(encoding="utf-8"))
    return found


def sample(kind: NoticeKind, content: str, public_url: str) -> NoticeRequest:
    """The invented document of the kind, printed with this text (empty: the supplied one)."""
    values = _samples()[kind.value]
    return NoticeRequest(
        notice_key=kind.value,
        number=values["number"],
        facts=values["facts"],
        body_name="幸福市东湖区和平街道办事处",
        body_code="11370102MB1234567U",
        issued_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
        tracking_url=f"{public_url}/progress",
        template=content,
    )


def supplied_text(kind: NoticeKind) -> str:
    """The text the product came with."""
    return SUPPLIED[f"{kind.value}{_ENDING}"]


def check_text(kind: NoticeKind, content: str, printed: Callable[[NoticeKind, str], bytes]) -> None:
    """Raises FaceInvalid with the line: too long, foreign markup, unknown words, missing facts, or not printable.

    printed  sets the kind's sample with a text
    """
    file = f"{kind.value}{_ENDING}"
    if len(content) > LARGEST_TEXT:
        raise FaceInvalid(f"模板不得超过{LARGEST_TEXT}个字符，现有{len(content)}个。", file=file)
    _check_markup(content, file)
    try:
        tree = environment({}).parse(content)
    except jinja2.TemplateSyntaxError as error:
        raise FaceInvalid(f"模板写法有误：{error.message}", file=file, line=error.lineno) from error
    _check_language(tree, file)
    whole = _with_parts(content, tree, file)
    if lacking := sorted(REQUIRED[kind] - fact_names(whole, file)):
        names = "、".join(f"facts.{name}" for name in lacking)
        raise FaceInvalid(f"“{kind.label}”必须写明这些内容，模板中没有：{names}。", file=file)
    if kind in UNFAVOURABLE and not all(word in whole for word in _REMEDIES):
        raise FaceInvalid(f"“{kind.label}”对申请人不利，必须告知行政复议和行政诉讼的途径。", file=file)
    _check_measures(content, kind, file)
    try:
        printed(kind, content)
    except FaceInvalid:
        raise
    except Exception as error:  # whatever the typesetter cannot do with an officer's text is the text's fault
        raise FaceInvalid(f"模板无法排版：{type(error).__name__}。请检查表格列宽、字号和篇幅。", file=file) from error


def _check_markup(content: str, file: str) -> None:
    for number, line in enumerate(content.splitlines(), 1):
        if "<!" in line or "<?" in line:
            raise FaceInvalid("模板里不能使用声明、注释或处理指令（<! <?）。", file=file, line=number)
        for tag in re.findall(r"</?\s*([^\s/>]+)", line):
            if tag not in _TAGS:
                raise FaceInvalid(f"模板里不能使用 <{tag}>。", file=file, line=number)


def _check_language(tree: nodes.Template, file: str) -> None:
    own: set[str] = set()
    for node in _walk(tree):
        line = node.lineno
        if not isinstance(node, _NODES):
            raise FaceInvalid(f"模板里不能使用这种写法（{type(node).__name__}）。", file=file, line=line)
        if isinstance(node, nodes.Filter) and node.name not in {*FILTERS, "default"}:
            raise FaceInvalid(f"没有“{node.name}”这种格式；可用：{'、'.join(FILTERS)}。", file=file, line=line)
        if isinstance(node, nodes.Test) and node.name not in ("defined", "undefined"):
            raise FaceInvalid(f"不能使用“is {node.name}”。", file=file, line=line)
        if isinstance(node, nodes.Include) and not _is_part(node.template):
            raise FaceInvalid("只能引用随系统提供的公用段落。", file=file, line=line)
        if isinstance(node, nodes.Name) and node.ctx == "store":
            own.add(node.name)
        elif isinstance(node, nodes.Name) and node.name not in _NAMES | own:
            raise FaceInvalid(f"没有“{node.name}”这项内容；数据写作 facts.名称。", file=file, line=line)
    if _depth(tree) > MOST_NESTED_LOOPS:
        raise FaceInvalid(f"循环最多{MOST_NESTED_LOOPS}层。", file=file)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """Every node in reading order, except that what a loop or `set` names comes before its use."""
    yield node
    children = list(node.iter_child_nodes())
    for child in sorted(children, key=lambda n: not (isinstance(n, nodes.Name) and n.ctx == "store")):
        yield from _walk(child)


def _depth(node: nodes.Node) -> int:
    inner = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.For)


def _is_part(template: nodes.Expr) -> bool:
    return isinstance(template, nodes.Const) and str(template.value).startswith("_") and template.value in SUPPLIED


def _with_parts(content: str, tree: nodes.Template, file: str) -> str:
    """The text together with the parts it includes, for the question what it says."""
    parts = [node.template for node in tree.find_all(nodes.Include)]
    return content + "".join(SUPPLIED[str(part.value)] for part in parts if isinstance(part, nodes.Const))


def _check_measures(content: str, kind: NoticeKind, file: str) -> None:
    values = _samples()[kind.value]
    known = {"title": kind.label, "number": values["number"], "site": "", "issuer": "", "issued_on": "2026-11-20"}
    texts = environment({**SUPPLIED, file: content}, gaps=True)
    xml = filled(texts, file, {**known, "sealed": True, "facts": values["facts"]})
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise FaceInvalid(
            "模板填写后不是合格的 XML：标签没有成对或位置不对。", file=file, line=error.position[0]
        ) from error
    for element in root.iter():
        for name, (least, most) in _BOUNDS.items():
            if name in element.attrib and not _lies(element.attrib[name], least, most):
                raise FaceInvalid(f"<{element.tag}> 的 {name} 应在{least}到{most}之间。", file=file)
        if element.tag == "table" and not all(_lies(w, 5, 160) for w in element.get("cols", "").split()):
            raise FaceInvalid("<table> 的 cols 每列应在5到160毫米之间。", file=file)
    if root.find("sign") is None:
        raise FaceInvalid("模板没有 <sign> 署名位置，不能用印。", file=file)


def _lies(text: str, least: float, most: float) -> bool:
    try:
        return least <= float(text) <= most
    except ValueError:
        return False
