"""A definition stays readable and portable: few nodes per diagram, short paths."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, Source
from engine.definitions.shared import Shared

MAX_OWN_NODES = 40
MAX_PATH = 120


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    for process in definition.processes:
        count = len(process.nodes)
        if count > MAX_OWN_NODES:
            message = f"流程图有 {count} 个节点，超过 {MAX_OWN_NODES} 个。"
            yield error("sizes.nodes", Source(process.file, 1), process.id, message, "请把共用的段落改为调用活动。")
    for name in definition.files:
        if len(name) > MAX_PATH:
            message = f"文件路径长 {len(name)} 字，超过 {MAX_PATH} 字。"
            yield error("sizes.path", Source(name, 1), definition.key, message, "请缩短事项键。")
