"""A city of its own to measure in: embedded PostgreSQL with the desk's settings (fsync on), removed afterwards.

Its one definition, `bench/definitions/`, has three human steps: acceptance, street review, district decision.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from api.bootstrap import build_office
from api.demo_city import loader
from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.demo_city.household import Resident
from api.demo_city.population import residents
from api.embedded.postgres import EmbeddedPostgres
from api.migrate import migrate
from api.settings import Settings
from api.supply import REFERENCE_TEXTS, SUPPLIED_FROM
from engine.clock import local_date
from engine.commands.publish_definition import (
    LoadReferenceText,
    PublishDefinition,
    load_reference_text,
    publish_definition,
)
from engine.definitions.bundle import bundle_to_zip, read_bundle, read_vocabulary
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.actors import actor_named

KEY = "mz-990-bench-allowance"
DEFINITIONS = Path(__file__).parent / "definitions"
ACCOUNTS = ("window", "street", "district")
DOCUMENTS = {"identity_card": "paper", "income_statement": "paper"}
POPULATION_SEED = 1
# Every applicant is a resident of her own; more cases than this come back to the same people.
POPULATION = 500


@dataclass(frozen=True)
class Installation:
    """The server, the settings that reach it, the engine on it and the three officers of a case."""

    server: EmbeddedPostgres
    settings: Settings
    office: Office
    actors: dict[str, Actor]
    people: tuple[Resident, ...]

    def application(self, number: int) -> dict[str, Any]:
        """The eight answers of the `number`-th applicant; no two are alike."""
        person = self.people[number % len(self.people)]
        return {
            "applicant_name": person.name,
            "applicant_id": person.identity_number,
            "applicant_phone": f"1990{number:07d}",
            "reside_address": f"石板路{number}号{number % 30 + 1}室",
            "apply_mode": "整户" if number % 3 else "单人",
            "member_count": number % 6 + 1,
            "income_12m": str(10_000 + number * 7),
            "reason": f"第{number}户：主要劳动力患病，收入减少，申请基准补贴。",
        }

    @property
    def database_name(self) -> str:
        return self.office.database.url.database or ""

    def superuser(self) -> psycopg.Connection[Any]:
        """A session that may look at everything; in another database, so that its own commits do not count."""
        return psycopg.connect(self.server.superuser_url, autocommit=True)


@contextmanager
def installation() -> Iterator[Installation]:
    """The city, ready for its first case; everything is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="yimen-bench-", dir="/tmp") as name:
        os.chmod(name, 0o755)  # as root, the server runs under another account
        settings = Settings.from_environment({"YIMEN_ENV": "test", "YIMEN_HOME": name})
        with EmbeddedPostgres(Path(name)) as server:
            settings = replace(settings, database_url=server.url)
            office = build_office(settings, pool_size=4)
            try:
                _settle(office)
                today = local_date(office.clock.now())
                yield Installation(server, settings, office, _actors(office, today), _adults(today))
            finally:
                office.database.dispose()


def _settle(office: Office) -> None:
    migrate(office.database)
    with office.database.begin() as connection:
        loader.load_places(connection)
        loader.load_organisations(connection)
        loader.load_officers(connection, date(2025, 1, 1))
        loader.load_population(connection, office.sealer, POPULATION, POPULATION_SEED)
        # All move into one community, so that the same three officers hold every case.
        connection.execute(text("UPDATE residents SET reside_region = :here"), {"here": WINDOW_COMMUNITY})
    for name in REFERENCE_TEXTS:
        request = LoadReferenceText(name=name, content=read_vocabulary(name)[1], content_hash="0" * 64)
        load_reference_text(office, SYSTEM, request)
    archive = bundle_to_zip(read_bundle(KEY, DEFINITIONS))
    publish_definition(
        office, SYSTEM, PublishDefinition(bundle_zip=archive, valid_from=SUPPLIED_FROM, reason="bench/definitions")
    )


def _actors(office: Office, today: date) -> dict[str, Actor]:
    return {name: actor_named(office, name, today) for name in ACCOUNTS}


def _adults(today: date) -> tuple[Resident, ...]:
    born_before = today - timedelta(days=20 * 366)
    return tuple(p for p in residents(POPULATION_SEED, POPULATION) if p.alive and p.birth_on < born_before)
