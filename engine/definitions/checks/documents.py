"""The material list is one clear list: ids unique, licences known, a declared condition says what supports it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.findings import Finding, error, warning
from engine.definitions.model import ItemDefinition
from engine.definitions.shared import Shared
from engine.terms import ConditionBasis


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for document in definition.documents:
        for word, value in (("标识", document.id), ("名称", document.title)):
            if value in seen:
                message = f"材料的{word}“{value}”重复。"
                yield error("documents.unique", document.source, document.id, message, "请改名或删除一处。")
        seen |= {document.id: "", document.title: ""}
        if document.licence and document.licence not in shared.licences:
            message = f"材料“{document.title}”的电子证照代码“{document.licence}”不在证照表内。"
            yield error("documents.licence", document.source, document.id, message, "请核对 licences.yaml。")
        if document.deferrable and not document.required and document.when is None:
            message = f"材料“{document.title}”既非必要又标为可容缺。"
            yield warning("documents.deferrable", document.source, document.id, message, "请删除 deferrable。")
    ids = [c.id for c in definition.eligibility]
    for condition in definition.eligibility:
        if ids.count(condition.id) > 1:
            yield error(
                "documents.condition_id", condition.source, condition.id, f"条件标识“{condition.id}”重复。", "请改名。"
            )
        if condition.basis is ConditionBasis.DECLARED and not condition.evidence:
            message = f"条件“{condition.id}”仅凭申报，没有写佐证材料。"
            yield error(
                "documents.evidence", condition.source, condition.id, message, "请补充 evidence（如承诺书、现场核实）。"
            )
