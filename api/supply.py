"""Factory supply (出厂定义) into the database: a key the database lacks is published, a changed one becomes a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from engine.commands.publish_definition import (
    LoadReferenceText,
    PublishDefinition,
    load_reference_text,
    publish_definition,
)
from engine.definitions.bundle import PROJECT_ROOT, all_keys, bundle_to_zip, read_bundle, read_vocabulary
from engine.errors import DefinitionError
from engine.office import Office
from engine.policy.actors import SYSTEM

REFERENCE_TEXTS = ("calendar", "parameters", "supervision")
SUPPLIED_FROM = date(2025, 1, 1)


def import_supply(office: Office, root: Path = PROJECT_ROOT) -> list[dict[str, Any]]:
    """What happened to each reference text and each key. Nothing the city changed is overwritten."""
    return list(_import(office, root))


def _import(office: Office, root: Path) -> Iterator[dict[str, Any]]:
    for name in REFERENCE_TEXTS:
        _, content = read_vocabulary(name, root)
        digest = hashlib.sha256(content).hexdigest()
        request = LoadReferenceText(name=name, content=content, content_hash=digest, if_absent=True)
        yield {"key": name, **load_reference_text(office, SYSTEM, request)}
    for key in all_keys(root):
        yield _publish(office, key, root)


def _publish(office: Office, key: str, root: Path) -> dict[str, Any]:
    """A definition that fails its checks is refused by itself and named; it does not keep the others out."""
    archive = bundle_to_zip(read_bundle(key, root))
    request = PublishDefinition(bundle_zip=archive, valid_from=SUPPLIED_FROM, reason="出厂定义", if_absent=True)
    try:
        return publish_definition(office, SYSTEM, request)
    except DefinitionError as error:
        return {"key": key, "status": "refused", "reason": str(error)}
