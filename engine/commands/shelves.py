"""Read-once shelves: published definitions by version id and dated reference texts by row id.

What a version id or a text id names never changes, so a process reads each once. Which text is the newest is asked again
after `FRESH_SECONDS`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.definitions.bundle import ItemBundle, bundle_from_upload
from engine.definitions.labels import labels
from engine.definitions.model import ItemDefinition
from engine.definitions.parse import parse_item
from engine.definitions.shared import Shared
from engine.errors import NotFound
from engine.records.definitions import DefinitionRecords
from engine.runtime import CompiledProcess, compile_process

FRESH_SECONDS = 30.0
MOST_DEFINITIONS = 512


@dataclass(frozen=True)
class ShelvedDefinition:
    """A published version, read and compiled."""

    version_id: int
    item_id: int
    version: int
    bundle: ItemBundle
    definition: ItemDefinition
    process: CompiledProcess
    labels: Mapping[str, Any]


class DefinitionShelf:
    """Published versions by id; bounded, safe for threads."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._known: OrderedDict[int, ShelvedDefinition] = OrderedDict()
        self._lock = threading.Lock()

    def by_id(self, records: DefinitionRecords, version_id: int) -> ShelvedDefinition:
        """The version a case is pinned to."""
        with self._lock:
            found = self._known.get(version_id)
            if found:
                self._known.move_to_end(version_id)
                return found
        shelved = self._read(records, version_id)
        with self._lock:
            self._known[version_id] = shelved
            while len(self._known) > MOST_DEFINITIONS:
                self._known.popitem(last=False)
        return shelved

    def in_force(self, records: DefinitionRecords, key: str, day: date) -> ShelvedDefinition:
        """The version valid on a local date. Raises NotFound when the item is not published for that day."""
        row = records.in_force(key, day)
        if row is None:
            raise NotFound(
                f"事项“{key}”在{day}没有有效版本，请由业务管理员发布。", en=f"{key} has no version in force on {day}"
            )
        return self.by_id(records, row.id)

    def _read(self, records: DefinitionRecords, version_id: int) -> ShelvedDefinition:
        row = records.bundle(version_id)
        if row is None:
            raise NotFound(f"事项版本{version_id}不存在。")
        bundle = bundle_from_upload(row.bundle)
        definition = parse_item(bundle, self._shared)
        return ShelvedDefinition(
            version_id,
            row.item_id,
            row.version,
            bundle,
            definition,
            compile_process(bundle),
            labels(definition, self._shared),
        )
