"""Cases put straight into the tables, for questions that ask about many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from engine.office import Office
from engine.records.definitions import DefinitionRecords
from engine.records.events import GENESIS
from engine.records.tables import cases

ITEM = "mz-901-example-allowance"
PutCase = Callable[..., int]
_serials = count(1)


def put_case(office: Office, **changes: Any) -> int:
    """Id of a case accepted on 2 March 2026 and promised for the 30th; `changes` are columns."""
    accepted_at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    with office.unit_of_work() as uow:
        version = DefinitionRecords(uow.connection).in_force(ITEM, accepted_at.date())
        assert version is not None
        values: dict[str, Any] = {
            "number": f"T{next(_serials):011d}",
            "version_id": version.id,
            "item_id": version.item_id,
            "department": "civil_affairs",
            "kind": "committed",
            "status": "in_process",
            "channel": "counter",
            "accept_region": "990101001001",
            "home_region": "990101001001",
            "applicant_name": "王秀英",
            "applicant_initials": "wxy",
            "applicant_index": office.sealer.blind_index("990101197403120027"),
            "received_at": accepted_at,
            "accepted_at": accepted_at,
            "promised_due_at": datetime(2026, 3, 30, 15, 59, 59, tzinfo=UTC),
            "statutory_due_at": datetime(2026, 4, 14, 15, 59, 59, tzinfo=UTC),
            "calendar_id": office.references.calendar(uow.definitions).text_id,
            "event_seq": 0,
            "event_hash": GENESIS,
        }
        row = insert(cases).returning(cases.c.id)
        return int(uow.connection.execute(row, {**values, **changes}).scalar_one())


@pytest.fixture
def put(own_office: Office) -> PutCase:
    """put(decided_at=…) on a database of the test's own."""
    return lambda **changes: put_case(own_office, **changes)
