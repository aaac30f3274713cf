"""Puts the demo city into the tables: places, bodies, officers, residents (装入演示数据). Each call may be repeated.

Nothing is committed here: the caller owns the transaction. What is already there is left as it is.
Order: `load_places`, `load_organisations`, `load_officers`, `load_population`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import orjson
from argon2 import PasswordHasher
from psycopg import sql
from sqlalchemy import Connection, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from api.demo_city.household import Household, Resident
from api.demo_city.officers import DEMO_PASSWORD, officers
from api.demo_city.organisations import department_rows, organisation_row, organisations
from api.demo_city.places import regions
from api.demo_city.population import households
from api.demo_city.posts import posts
from engine.clock import local_instant
from engine.policy.identifiers import pinyin_initials
from engine.records import tables
from engine.records.secrets import Sealer
from engine.terms import Sex

BATCH_HOUSEHOLDS = 400  # about a thousand residents
_SEX_CODES = {Sex.MALE: 1, Sex.FEMALE: 2}  # GB/T 2261.1
_HOUSEHOLD_COLUMNS = ("id", "region_code", "attributes")
_RESIDENT_COLUMNS = (
    *(
        "id",
        "name",
        "initials",
        "identity_index",
        "identity_cipher",
        "personal_cipher",
        "birth_on",
        "sex",
        "household_id",
    ),
    *("relation", "hukou_region", "reside_region", "alive", "attributes"),
)
_LICENCE_COLUMNS = (
    *("resident_id", "type", "number_cipher", "issuer", "issued_on", "valid_until", "status", "trust_grade"),
)


def load_places(connection: Connection) -> None:
    """The 80 regions of the city (行政区划)."""
    _insert_missing(connection, tables.regions, regions())


def load_organisations(connection: Connection) -> None:
    """The 13 departments, 129 bodies (实施主体) and their posts; regions must be there."""
    _insert_missing(connection, tables.departments, department_rows())
    _insert_missing(connection, tables.organisations, [organisation_row(body) for body in organisations()])
    ids = _organisation_ids(connection)
    rows = [
        {
            "name": post.name,
            "organisation_id": ids[post.organisation],
            "region_code": post.region_code,
            "department": post.department,
            "lane": post.lane,
            "roles": [role.value for role in post.roles],
        }
        for post in posts()
    ]
    _insert_missing(connection, tables.posts, rows)


def load_officers(connection: Connection, today: date) -> None:
    """Every officer with the demo password, holding the posts from `today` on; posts must be there.

    `today` is the first day on which they may act: for a city with a history, the day the history begins.
    """
    password_hash = PasswordHasher().hash(DEMO_PASSWORD)
    created_at = local_instant(today)
    rows = [
        {
            "sign_in_name": officer.sign_in_name,
            "name": officer.name,
            "password_hash": password_hash,
            "is_demo": True,
            "created_at": created_at,
        }
        for officer in officers()
    ]
    _insert_missing(connection, tables.officers, rows)
    _load_holdings(connection, today)


def load_population(
    connection: Connection,
    sealer: Sealer,
    residents: int,
    seed: int,
    start_at: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """How many residents were added of the first `residents` of the stream, `start_at` of them passed over.

    `progress` is told after every batch how many residents were dealt with; that is the place to commit, so that an
    interrupted load keeps its batches and the next one goes on behind them.
    """
    added = 0
    settlers = _settlers(seed, start_at, residents)
    while batch := list(islice(settlers, BATCH_HOUSEHOLDS)):
        added += _load_batch(connection, sealer, batch)
        if progress:
            progress(sum(len(settler.members) for settler in batch))
    return added


@dataclass(frozen=True, slots=True)
class _Settlers:
    """A household and those of its members that are to be loaded."""

    household: Household
    members: tuple[Resident, ...]


def _settlers(seed: int, start: int, stop: int) -> Iterator[_Settlers]:
    position = 0
    for household in households(seed):
        if position >= stop:
            return
        first, last = max(start - position, 0), stop - position
        position += len(household.members)
        if members := household.members[first:last]:
            yield _Settlers(household, members)


def _load_batch(connection: Connection, sealer: Sealer, batch: Sequence[_Settlers]) -> int:
    registered = _registered(connection, sealer, batch)
    household_ids = _next_ids(connection, tables.households, len(batch))
    resident_ids = _next_ids(connection, tables.residents, sum(len(settlers.members) for settlers in batch))
    household_rows: list[tuple[Any, ...]] = []
    resident_rows: list[tuple[Any, ...]] = []
    licence_rows: list[tuple[Any, ...]] = []
    for settlers in batch:
        household = settlers.household
        members = [member for member in settlers.members if member.identity_number not in registered]
        household_id = _household_registered(household, registered)
        if members and household_id is None:
            household_id = next(household_ids)
            household_rows.append((household_id, household.region_code, _json(household.attributes)))
        for member in members:
            resident_id = next(resident_ids)
            resident_rows.append(_resident_row(sealer, member, resident_id, household_id))
            licence_rows.extend(_licence_rows(sealer, member, resident_id))
    _copy(connection, tables.households, _HOUSEHOLD_COLUMNS, household_rows)
    _copy(connection, tables.residents, _RESIDENT_COLUMNS, resident_rows)
    _copy(connection, tables.licences, _LICENCE_COLUMNS, licence_rows)
    return len(resident_rows)


def _registered(
    connection: Connection, sealer: Sealer, batch: Sequence[_Settlers]
) -> dict[str, tuple[str, int | None]]:
    """Name and household by identity number, of those in these households who are in the table already."""
    people = tables.residents.c
    numbers = {
        sealer.blind_index(member.identity_number): member.identity_number
        for settlers in batch
        for member in settlers.household.members
    }
    query = select(people.identity_index, people.name, people.household_id).where(people.identity_index.in_(numbers))
    return {numbers[bytes(index)]: (name, household_id) for index, name, household_id in connection.execute(query)}


def _household_registered(household: Household, registered: dict[str, tuple[str, int | None]]) -> int | None:
    """The household's id if an earlier, smaller load brought some of its members.

    The name is compared too: under another seed the same number is another person's.
    """
    for member in household.members:
        name, household_id = registered.get(member.identity_number, ("", None))
        if name == member.name:
            return household_id
    return None


def _resident_row(sealer: Sealer, resident: Resident, resident_id: int, household_id: int | None) -> tuple[Any, ...]:
    return (
        resident_id,
        resident.name,
        pinyin_initials(resident.name),
        sealer.blind_index(resident.identity_number),
        sealer.encrypt(resident.identity_number),
        sealer.encrypt_json(resident.personal),
        resident.birth_on,
        _SEX_CODES[resident.sex],
        household_id,
        resident.relation,
        resident.hukou_region,
        resident.reside_region,
        resident.alive,
        _json(resident.attributes),
    )


def _licence_rows(sealer: Sealer, resident: Resident, resident_id: int) -> Iterator[tuple[Any, ...]]:
    for licence in resident.licences:
        number = sealer.encrypt(licence.number)
        dates = licence.issued_on, licence.valid_until
        yield resident_id, licence.type, number, licence.issuer, *dates, licence.status, licence.trust_grade


def _load_holdings(connection: Connection, today: date) -> None:
    names = _organisation_names(connection)
    post_ids = {(names[row.organisation_id], row.name): row.id for row in connection.execute(select(tables.posts))}
    officer = tables.officers.c
    officer_ids = {row.sign_in_name: row.id for row in connection.execute(select(officer.sign_in_name, officer.id))}
    holding = tables.post_holdings.c
    held = {(row.officer_id, row.post_id) for row in connection.execute(select(holding.officer_id, holding.post_id))}
    wanted = ((officer_ids[o.sign_in_name], post_ids[key]) for o in officers() for key in o.posts)
    rows = [{"officer_id": o, "post_id": p, "held_from": today} for o, p in wanted if (o, p) not in held]
    _insert_missing(connection, tables.post_holdings, rows)


def _organisation_ids(connection: Connection) -> dict[str, int]:
    return {name: id_ for id_, name in _organisation_names(connection).items()}


def _organisation_names(connection: Connection) -> dict[int, str]:
    organisation = tables.organisations.c
    return {row.id: row.name for row in connection.execute(select(organisation.id, organisation.name))}


def _insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


def _next_ids(connection: Connection, table: Table, count: int) -> Iterator[int]:
    """So many fresh ids of the table, taken from its own sequence, because COPY returns none."""
    statement = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return iter(connection.execute(statement, {"name": table.name, "count": count}).scalars().all())


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
