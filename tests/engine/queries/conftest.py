"""Cases put straight into the tables, for questions that ask about many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, insert

from api.bootstrap import build_office
from api.settings import Settings
from engine.clock import FixedClock
from engine.office import Office
from engine.records.definitions import DefinitionRecords
from engine.records.events import GENESIS
from engine.records.tables import cases, steps, suspensions, work_items

ITEM = "mz-901-example-allowance"
NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
PutCase = Callable[..., int]
_serials = count(1)


def put_case(office: Office, **changes: Any) -> int:
    """Id of a case accepted on 2 March 2026 and promised for the 30th; `changes` are columns."""
    accepted_at = NINE
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


@pytest.fixture(scope="session")
def _query_office(_copy: Callable[[str], Settings]) -> Iterator[Office]:
    office = build_office(_copy("queries"), clock=FixedClock(NINE), pool_size=2)
    yield office
    office.database.dispose()


@pytest.fixture
def query_office(_query_office: Office) -> Iterator[Office]:
    """The engine on one database for all questions, without any case; its clock at nine on Monday 2 March 2026."""
    yield replace(_query_office, clock=FixedClock(NINE))
    with _query_office.database.begin() as connection:
        for table in (suspensions, work_items, steps, cases):
            connection.execute(delete(table))


@pytest.fixture
def put(query_office: Office) -> PutCase:
    """put(decided_at=…) adds a case that is gone after the test."""
    return lambda **changes: put_case(query_office, **changes)
