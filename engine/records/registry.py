"""Residents, households and electronic licences (居民库、电子证照), read for prefill, facts and document reuse."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine.records.prepared import Link, prepared
from engine.records.tables import households, licences, residents

_BY_IDENTITY = prepared(
    select(residents, households.c.attributes.label("household"), households.c.region_code.label("household_region"))
    .outerjoin(households, households.c.id == residents.c.household_id)
    .where(residents.c.identity_index == bindparam("identity_index"))
)
_MEMBERS = prepared(
    select(residents.c.id, residents.c.name, residents.c.birth_on, residents.c.relation, residents.c.identity_cipher)
    .where(residents.c.household_id == bindparam("household_id"), residents.c.alive)
    .order_by(residents.c.relation, residents.c.id)
)
_LICENCES = prepared(select(licences).where(licences.c.resident_id == bindparam("resident_id")))


class RegistryRecords:
    """Rows of `residents`, `households`, `licences`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def resident(self, identity_index: bytes) -> Row[Any] | None:
        return self._connection.execute(_BY_IDENTITY, {"identity_index": identity_index}).one_or_none()

    def members(self, household_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_MEMBERS, {"household_id": household_id}))

    def licences(self, resident_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_LICENCES, {"resident_id": resident_id}))
