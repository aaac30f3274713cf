"""The texts of a published definition, byte for byte as they were stored."""

from __future__ import annotations

from collections.abc import Mapping

from engine.clock import local_date
from engine.definitions.bundle import bundle_from_upload
from engine.errors import NotFound
from engine.office import Office
from engine.records.definitions import DefinitionRecords


def published_texts(office: Office, key: str) -> Mapping[str, bytes]:
    """Path -> text of the version in force today."""
    with office.database.connect() as connection:
        records = DefinitionRecords(connection)
        row = records.in_force(key, local_date(office.clock.now()))
        stored = records.bundle(row.id) if row else None
    if stored is None:
        raise NotFound(f"事项“{key}”没有有效版本。", en=f"{key} has no version in force")
    return bundle_from_upload(stored.bundle).texts
