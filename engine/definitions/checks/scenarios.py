"""Every definition brings its proof: enough named situations with their outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, Source
from engine.definitions.shared import Shared
from engine.terms import DefinitionKind

LEAST = {DefinitionKind.SERVICE_ITEM: 4, DefinitionKind.CERTIFICATE: 3}


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    names = definition.scenario_names
    file = next((name for name in definition.files if name.endswith(".scenarios.yaml")), definition.at("").file)
    at, least = Source(file, 1), LEAST[definition.kind]
    if len(names) < least:
        message = f"只有 {len(names)} 个情景，至少要有 {least} 个。"
        yield error("scenarios.count", at, definition.key, message, "请补充准予、不予、补正或退回等情景。")
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        yield error("scenarios.unique", at, name, f"情景“{name}”重复。", "请改名。")
