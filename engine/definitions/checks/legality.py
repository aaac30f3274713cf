"""A certificate is issued only on a confirmed basis; the twenty forbidden proofs can never be sealed (民发〔2020〕20号)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.negative_list import matches
from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import ItemDefinition
from engine.definitions.shared import Shared
from engine.terms import DefinitionKind, LegalityStatus

_ISSUES_ELSEWHERE = (LegalityStatus.FORBIDDEN, LegalityStatus.REDIRECT)


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    legality = definition.legality
    at = definition.at("legality")
    if definition.kind is DefinitionKind.SERVICE_ITEM:
        if legality is not None:
            yield error("legality.kind", at, "legality", "服务事项不写 legality。", "请删除。")
        return
    if legality is None:
        yield error(
            "legality.missing", at, "legality", "证明没有写出具依据状态。", "请补充 legality；未确认的写 review。"
        )
        return
    status = legality.status
    banned = matches([definition.title, *definition.aliases])
    if status is LegalityStatus.ISSUE and banned:
        message = f"“{definition.title}”属于禁止社区出具的“{banned}”，不得设为可以出具。"
        hint = "请改为 forbidden、redirect、commitment 或 check。"
        yield error("legality.negative_list", definition.at("legality.status"), "legality.status", message, hint)
    if status is LegalityStatus.ISSUE and not legality.basis:
        yield error(
            "legality.basis", at, "legality.basis", "可以出具的证明没有写依据。", "请补充 basis；未确认的写 review。"
        )
    if status in _ISSUES_ELSEWHERE and not (legality.competent_body or legality.alternative):
        message = "不能出具的证明没有写有权机关或替代办法。"
        yield error("legality.way_out", at, "legality", message, "请补充 competent_body 或 alternative。")
    if status is LegalityStatus.REVIEW:
        yield warning(
            "legality.review", at, "legality.status", "出具依据待核，不得用印。", "经法制机构确认后改为 issue。"
        )
    yield from _seal_steps(definition, status)


def _seal_steps(definition: ItemDefinition, status: LegalityStatus) -> Iterator[Finding]:
    """What may not be issued has no step that seals; a matter under review may be drawn with one."""
    if status in (LegalityStatus.ISSUE, LegalityStatus.REVIEW):
        return
    for process in definition.processes:
        for node in process.nodes:
            if node.service == "issue_certificate":
                message = f"“{status.label}”的证明不能有制证用印环节“{node.name}”。"
                yield error("legality.seal", node.source, node.id, message, "请改为告知、承诺或核验环节。")
