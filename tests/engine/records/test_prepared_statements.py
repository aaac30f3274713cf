"""Statements that psycopg carries alone behave as they would through SQLAlchemy."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.office import Office
from engine.records.prepared import Link, prepared
from engine.records.secrets import WORTH_DEFLATING

_ECHO = prepared(
    text("SELECT CAST(:value AS jsonb) AS value, CAST(:at AS timestamptz) AS at, CAST(:bytes AS bytea) AS bytes")
)
_COUNTER = prepared(text("INSERT INTO counters (name, value) VALUES (:name, 1)"))
_END_MYSELF = prepared(text("SELECT pg_terminate_backend(pg_backend_pid())"))
_TWO = prepared(text("SELECT generate_series(1, 2)"))
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_values_come_back_as_they_were_given(office: Office) -> None:
    with office.unit_of_work() as uow:
        given = {"value": {"label": "低保", "amount": Decimal("1300.50")}, "at": AT, "bytes": b"\x00\xff"}
        row = Link(uow.connection).execute(_ECHO, given).one()
    assert row._asdict() == {"value": {"label": "低保", "amount": "1300.50"}, "at": AT, "bytes": b"\x00\xff"}


def test_errors_are_told_as_sqlalchemy_tells_them_and_undo_the_whole_verb(office: Office) -> None:
    with pytest.raises(IntegrityError), office.unit_of_work() as uow:
        Link(uow.connection).execute(_COUNTER, [{"name": "prepared:1"}, {"name": "prepared:1"}])
    with office.unit_of_work() as uow:
        assert uow.counters.next("prepared:1") == 1


def test_a_connection_that_died_leaves_the_pool(office: Office) -> None:
    with pytest.raises(OperationalError), office.unit_of_work() as uow:
        Link(uow.connection).execute(_END_MYSELF)
    with office.unit_of_work() as uow:
        assert uow.counters.next("prepared:2") == 1


def test_two_rows_where_one_is_expected_are_an_error(office: Office) -> None:
    with office.unit_of_work() as uow, pytest.raises(ValueError, match="2 rows"):
        Link(uow.connection).execute(_TWO).one_or_none()


@pytest.mark.parametrize("length", [0, WORTH_DEFLATING + 1, 5_000])
def test_encrypted_json_reads_back_whether_deflated_or_not(office: Office, length: int) -> None:
    value = {"opinion": "同意" * length}
    sealed = office.sealer.encrypt_json(value)
    assert office.sealer.decrypt_json(sealed) == value
    if length > WORTH_DEFLATING:
        assert len(sealed) < length
