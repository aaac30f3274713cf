"""The result can be produced: ends say how the case ended, and a face has a seal step, a licence code and its facts."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.paths import edges, reachable
from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, NodeModel
from engine.definitions.shared import Shared
from engine.terms import CaseResult, DefinitionKind, LegalityStatus


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    yield from _ends(definition)
    yield from _licence(definition, shared)
    yield from _face(definition)


def _ends(definition: ItemDefinition) -> Iterator[Finding]:
    results = tuple(CaseResult)
    process = definition.process
    ends = [n for n in process.children("") if n.kind == "endEvent"]
    beside = _beside(definition)
    for node in ends:
        if node.id not in beside and node.outcome not in results:
            message = f"结束“{node.name or node.id}”没有写办结结果，或结果“{node.outcome}”不在词表内。"
            yield error(
                "outcome.end", node.source, node.id, message, f"请写 yimen:outcome，可用：{'、'.join(results)}。"
            )
    inner = [n for p in definition.processes for n in p.nodes if n.outcome and n not in ends]
    for node in (*inner, *(n for n in ends if n.id in beside and n.outcome)):
        message = f"结束“{node.name or node.id}”不结束办件，不能写办结结果。"
        yield error("outcome.end", node.source, node.id, message, "办结结果只写在主流程的结束事件上，请删除。")
    if ends and not any(n.outcome in (CaseResult.GRANTED, CaseResult.FORWARDED) for n in ends) and _issues(definition):
        message = "没有一个结束是准予（granted）或转报（forwarded）。"
        yield error("outcome.granted", ends[0].source, process.id, message, "请更正结束事件的办结结果。")


def _beside(definition: ItemDefinition) -> set[str]:
    """Nodes that only a non-interrupting timer leads to."""
    nodes = definition.process.children("")
    forward = edges(definition.process, "")
    side = {n.id for n in nodes if n.attached_to and not n.interrupting}
    main = {n: tuple(t for t in targets if t not in side) for n, targets in forward.items()}
    return set(forward) - reachable(main, [n.id for n in nodes if n.kind == "startEvent"])


def _issues(definition: ItemDefinition) -> bool:
    return definition.legality is None or definition.legality.status is LegalityStatus.ISSUE


def _licence(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    outcome = definition.outcome
    at = definition.at("outcome")
    if outcome.kind == "licence" and not outcome.licence:
        yield error(
            "outcome.licence",
            at,
            "outcome.licence",
            "结果类型是证照，却没有证照代码。",
            "请补充 licence，或更正 kind。",
        )
    if outcome.licence and outcome.licence not in shared.licences:
        message = f"结果证照代码“{outcome.licence}”不在证照表内。"
        yield error(
            "outcome.licence", definition.at("outcome.licence"), "outcome.licence", message, "请核对 licences.yaml。"
        )
    if outcome.valid_months and outcome.valid_days:
        yield error("outcome.validity", at, "outcome", "有效期写了两种单位。", "valid_months 与 valid_days 只留其一。")


def _face(definition: ItemDefinition) -> Iterator[Finding]:
    outcome, at = definition.outcome, definition.at("outcome")
    seals = [n for p in definition.processes for n in p.nodes if n.service == "issue_certificate"]
    if definition.kind is DefinitionKind.CERTIFICATE and _issues(definition) and not outcome.certificate:
        yield error(
            "outcome.certificate", at, "outcome.certificate", "可以出具的证明没有证面样式。", "请补充 certificate。"
        )
    if seals and not outcome.certificate:
        message = f"环节“{_name(seals[0])}”要制证，结果却没有证面样式。"
        yield error(
            "outcome.certificate", seals[0].source, seals[0].id, message, "请补充 outcome.certificate，或删除该环节。"
        )
    if outcome.certificate and not seals and _issues(definition):
        at = definition.at("outcome.certificate")
        message = "结果有证面样式，流程却没有制证用印环节。"
        yield error(
            "outcome.seal_step",
            definition.at("outcome.certificate"),
            "outcome.certificate",
            message,
            "请补充系统任务 issue_certificate。",
        )
    if outcome.certificate and not outcome.facts:
        yield error("outcome.facts", at, "outcome.facts", "证面样式没有内容。", "请在 facts 中写明证面用到的内容。")


def _name(node: NodeModel) -> str:
    return node.name or node.id
