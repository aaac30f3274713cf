"""The service guide is consistent (the import checks of item libraries after GB/T 39554): visits, depth, fee, basis."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.negative_list import matches
from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import DocumentRule, ItemDefinition
from engine.definitions.shared import Shared
from engine.terms import DefinitionKind

_FREE = "免费"
_COMMITTEE = ("社区", "居委会", "村委会", "居民委员会", "村民委员会")


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    yield from _visits(definition)
    if not definition.fee.startswith(_FREE) and not definition.fee_basis:
        yield error(
            "guide.fee", definition.at("fee"), "fee", "收费事项没有写收费依据。", "请补充 fee_basis，或改为免费。"
        )
    if definition.accept_level.rank < definition.decide_level.rank:
        message = f"受理层级（{definition.accept_level.label}）高于决定层级（{definition.decide_level.label}）。"
        yield error("guide.levels", definition.at("decide_level"), "decide_level", message, "请更正层级。")
    for document in definition.documents:
        yield from _document(document)
    if not all(basis.verified for basis in definition.legal_basis):
        message = "设定依据尚未经法制机构核验。"
        yield warning(
            "guide.unverified", definition.at("legal_basis"), "legal_basis", message, "核验后写 verified: true。"
        )
    if definition.kind is DefinitionKind.SERVICE_ITEM and not definition.theme:
        yield warning(
            "guide.theme", definition.at(""), "theme", "没有写主题，居民按主题找不到本事项。", "请补充 theme。"
        )


def _visits(definition: ItemDefinition) -> Iterator[Finding]:
    at = definition.at("visits")
    if definition.online_depth == 5 and definition.visits:
        message = f"网上办理深度为五级，到现场次数却是 {definition.visits}。"
        yield error("guide.depth", at, "visits", message, "五级应为 0 次；否则请降低深度。")
    if definition.visits == 0 and definition.online_depth < 3:
        message = "到现场次数为 0，但网上不能申请。"
        yield error("guide.visits", at, "visits", message, "请提高网上办理深度，或写明到现场次数。")


def _document(document: DocumentRule) -> Iterator[Finding]:
    if document.required and not document.basis:
        message = f"必要材料“{document.title}”没有写要求提供的依据。"
        yield warning("guide.document_basis", document.source, document.id, message, "请补充 basis。")
    banned = matches([document.title]) if "证明" in document.title and not document.licence else ""
    if banned and any(word in document.title + document.how_to for word in _COMMITTEE):
        message = f"材料“{document.title}”属于不得要求社区出具的证明（{banned}）。"
        yield error("guide.negative_document", document.source, document.id, message, "请改为部门核验或告知承诺。")
    elif banned:
        message = f"材料“{document.title}”与不应由社区出具的证明（{banned}）同名。"
        yield warning("guide.negative_document", document.source, document.id, message, "请写明由哪个有权机关出具。")
