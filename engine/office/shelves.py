"""Read-once shelves: published definitions by version id and dated reference texts by row id.

What a version id or a text id names never changes, so a process reads each once. Which text is the newest is asked
again after `FRESH_SECONDS`.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from engine.definitions.bundle import ItemBundle, bundle_from_upload
from engine.definitions.model import ItemDefinition, Legality
from engine.definitions.parse import parse_item
from engine.definitions.shared import Shared, labels, load_shared, with_parameters
from engine.definitions.yaml_reader import load_yaml
from engine.errors import CalendarMissing, NotFound
from engine.policy.rule_book import RuleBook, rule_book_from, supplied_rule_book
from engine.policy.working_days import WorkingCalendar, calendar_from_mapping
from engine.records.definitions import DefinitionRecords
from engine.runtime import CompiledProcess, compile_process
from engine.terms import LegalityStatus

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

    def __init__(self, shared: Shared | None = None) -> None:
        self._shared = shared or load_shared()
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
        definition = parse_item(bundle)
        return ShelvedDefinition(
            version_id=version_id,
            item_id=row.item_id,
            version=row.version,
            bundle=bundle,
            definition=definition,
            process=compile_process(bundle),
            labels=labels(definition, self._shared),
        )


@dataclass(frozen=True)
class ShelvedCalendar:
    """The working calendar of one reference text."""

    text_id: int
    calendar: WorkingCalendar


class ReferenceShelf:
    """The calendar and the dated parameters in force, as loaded into the database; safe for threads."""

    def __init__(self, shared: Shared | None = None) -> None:
        self._shared = shared or load_shared()
        self._calendars: dict[int, ShelvedCalendar] = {}
        self._parameters: dict[int, Shared] = {}
        self._newest: dict[str, tuple[float, tuple[int, bytes] | None]] = {}
        self._lock = threading.Lock()

    def calendar(self, records: DefinitionRecords) -> ShelvedCalendar:
        """The working calendar in force. Raises CalendarMissing when none was ever loaded."""
        text_id, content = self._newest_text(records, "calendar")
        if text_id not in self._calendars:
            self._calendars[text_id] = _read_calendar(text_id, content)
        return self._calendars[text_id]

    def calendar_by_id(self, records: DefinitionRecords, text_id: int) -> ShelvedCalendar:
        """The calendar a due date was computed with, to explain it."""
        if text_id not in self._calendars:
            row = records.reference_text_by_id(text_id)
            if row is None:
                raise CalendarMissing()
            self._calendars[text_id] = _read_calendar(text_id, row.content)
        return self._calendars[text_id]

    def policy(self, records: DefinitionRecords, day: date) -> dict[str, Any]:
        """Values of `policy.*` on a local date."""
        text_id, content = self._newest_text(records, "parameters")
        if text_id not in self._parameters:
            self._parameters[text_id] = with_parameters(self._shared, content)
        return self._parameters[text_id].policy_on(day)

    def legality(self, records: DefinitionRecords, definition: ItemDefinition) -> Legality | None:
        """May this certificate be issued here: the city's decision where one is loaded, else what the definition says.

        A forbidden type stays forbidden, whatever a city decides (民发〔2020〕20号).
        """
        written = definition.legality
        if written is None or written.status is LegalityStatus.FORBIDDEN:
            return written
        row = self._newest_or_none(records, "legality")
        decided = _read_decisions(row[1]).get(definition.code) if row else None
        return decided or written

    def rule_book(self, records: DefinitionRecords) -> RuleBook:
        """The rules of e-supervision in force: the city's own, else the ones that ship."""
        row = self._newest_or_none(records, "supervision")
        return _read_rule_book(row[1]) if row else _supplied_rule_book()

    def forget(self) -> None:
        """Ask again which texts are the newest: after loading one."""
        self._newest.clear()

    def _newest_text(self, records: DefinitionRecords, name: str) -> tuple[int, bytes]:
        found = self._newest_or_none(records, name)
        if found is None:
            raise CalendarMissing(
                "工作日历和政策参数尚未导入，请先执行 yimen definitions import。", en=f"no {name} loaded"
            )
        return found

    def _newest_or_none(self, records: DefinitionRecords, name: str) -> tuple[int, bytes] | None:
        asked, now = self._newest.get(name), time.monotonic()
        if asked and now - asked[0] < FRESH_SECONDS:
            return asked[1]
        row = records.reference_text(name)
        found = (row.id, row.content) if row else None
        with self._lock:
            self._newest[name] = (now, found)
        return found


def _read_calendar(text_id: int, content: bytes) -> ShelvedCalendar:
    return ShelvedCalendar(text_id, calendar_from_mapping(load_yaml(content, "calendar.yaml")))


@lru_cache(4)
def _read_decisions(content: bytes) -> Mapping[str, Legality]:
    """A city's decisions: certificate code -> status and basis."""
    entries = load_yaml(content, "legality.yaml")
    return {e["code"]: Legality(LegalityStatus(e["status"]), e["basis"]) for e in entries}


@lru_cache(4)
def _read_rule_book(content: bytes) -> RuleBook:
    return rule_book_from(load_yaml(content, "supervision.yaml"))


@lru_cache(1)
def _supplied_rule_book() -> RuleBook:
    return supplied_rule_book()
