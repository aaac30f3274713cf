"""Published definitions and dated reference texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.records.prepared import Link, prepared
from engine.records.tables import definition_versions, items, reference_texts

_IN_FORCE = prepared(
    text(
        "SELECT v.id, v.version, v.content_hash, i.id AS item_id FROM items i JOIN definition_versions v ON v.item_id = i.id"
        " WHERE i.key = :key AND v.status = 'published' AND v.valid_from <= :day AND (v.valid_to IS NULL OR v.valid_to >= :day)"
    )
)
_BUNDLE: Select[Any] = (
    select(items.c.key, definition_versions.c.item_id, definition_versions.c.version, definition_versions.c.bundle)
    .join(items, items.c.id == definition_versions.c.item_id)
    .where(definition_versions.c.id == bindparam("version_id"))
)
_NEWEST_TEXT = (
    select(reference_texts)
    .where(reference_texts.c.name == bindparam("name"))
    .order_by(reference_texts.c.id.desc())
    .limit(1)
)


class DefinitionRecords:
    """Rows of `items`, `definition_versions`, `reference_texts`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def in_force(self, key: str, day: date) -> Row[Any] | None:
        """The version valid on a local date; the exclusion constraint allows at most one."""
        return self._connection.execute(_IN_FORCE, {"key": key, "day": day}).one_or_none()

    def bundle(self, version_id: int) -> Row[Any] | None:
        return self._connection.execute(_BUNDLE, {"version_id": version_id}).one_or_none()

    def add_item(self, values: Mapping[str, Any]) -> int:
        """Id of the item row of this key; one that exists keeps its titles."""
        self._connection.execute(upsert(items).values(**values).on_conflict_do_nothing(index_elements=["key"]))
        result: int = self._connection.execute(select(items.c.id).where(items.c.key == values["key"])).scalar_one()
        return result

    def change_item(self, item_id: int, values: Mapping[str, Any]) -> None:
        """The item's titles as its newest published version has them."""
        self._connection.execute(update(items).where(items.c.id == item_id).values(**values))

    def versions(self, item_id: int) -> list[Row[Any]]:
        """Newest first, the item locked against a second publisher."""
        self._connection.execute(select(items.c.id).where(items.c.id == item_id).with_for_update())
        columns = [c for c in definition_versions.c if c.name != "bundle"]
        statement = select(*columns).where(definition_versions.c.item_id == item_id)
        return list(self._connection.execute(statement.order_by(definition_versions.c.version.desc())))

    def add_version(self, values: Mapping[str, Any]) -> int:
        statement = insert(definition_versions).returning(definition_versions.c.id)
        result: int = self._connection.execute(statement, values).scalar_one()
        return result

    def change_version(self, version_id: int, changes: Mapping[str, Any]) -> None:
        statement = update(definition_versions).where(definition_versions.c.id == version_id).values(**changes)
        self._connection.execute(statement)

    def reference_text(self, name: str) -> Row[Any] | None:
        """The newest text of this name (calendar, parameters …)."""
        return self._connection.execute(_NEWEST_TEXT, {"name": name}).one_or_none()

    def lock_reference_text(self, name: str) -> None:
        """Hold the newest text of this name: whoever replaces it at the same time waits here."""
        self._connection.execute(_NEWEST_TEXT.with_for_update(), {"name": name})

    def add_reference_text(self, name: str, content_hash: str, content: bytes, at: datetime, by: int | None) -> int:
        values = {"name": name, "content_hash": content_hash, "content": content, "loaded_at": at, "loaded_by": by}
        statement = insert(reference_texts).returning(reference_texts.c.id)
        result: int = self._connection.execute(statement, values).scalar_one()
        return result

    def reference_text_by_id(self, text_id: int) -> Row[Any] | None:
        statement = select(reference_texts).where(reference_texts.c.id == text_id)
        return self._connection.execute(statement).one_or_none()
