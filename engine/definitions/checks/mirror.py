"""One key, the same everywhere: file names, folder, process id, code and fragment names mirror each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from engine.definitions.findings import Finding, error
from engine.definitions.model import ItemDefinition, Source
from engine.definitions.shared import Shared
from engine.terms import DefinitionKind


def check(definition: ItemDefinition, shared: Shared) -> Iterator[Finding]:
    yield from _folders(definition)
    yield from _names(definition)


def _folders(definition: ItemDefinition) -> Iterator[Finding]:
    for name in definition.files:
        folder = PurePosixPath(name).parts[1]
        if folder != "_shared" and folder != definition.department:
            message = f"文件放在“{folder}”文件夹，而主管部门是“{definition.department}”。"
            yield error("mirror.folder", Source(name, 1), definition.key, message, "请移动文件或更正 department。")


def _names(definition: ItemDefinition) -> Iterator[Finding]:
    at = definition.at("code")
    if not definition.key.startswith(f"{definition.code.lower()}-"):
        message = f"编码 {definition.code} 与事项键 {definition.key} 不一致。"
        yield error("mirror.code", at, "code", message, "事项键应以小写编码开头。")
    is_certificate = definition.code.startswith("ZM-")
    if is_certificate != (definition.kind is DefinitionKind.CERTIFICATE):
        message = f"编码 {definition.code} 与定义类别“{definition.kind.label}”不符。"
        yield error(
            "mirror.kind", definition.at("kind"), "kind", message, "证明的编码以 ZM- 开头，事项的编码以部门代码开头。"
        )
    for name, process in {definition.key: definition.process, **definition.fragments}.items():
        if process.id != name:
            message = f"流程标识“{process.id}”与文件名“{name}”不一致。"
            yield error("mirror.process", Source(process.file, 1), process.id, message, "请使二者相同。")
    face = definition.outcome.certificate
    if face and face != definition.key:
        message = f"证面样式“{face}”与事项键“{definition.key}”不一致。"
        yield error(
            "mirror.certificate", definition.at("outcome.certificate"), face, message, "证面样式的键与事项键相同。"
        )
