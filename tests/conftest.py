"""One embedded PostgreSQL per test session, migrated once; every test worker works on copies of that database."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from api.bootstrap import Parts, build_office
from api.demo_city import loader
from api.embedded.postgres import EmbeddedPostgres
from api.migrate import migrate
from api.settings import Settings
from api.supply import import_supply
from engine.clock import FixedClock, local_date
from engine.commands.publish_definition import PublishDefinition, publish_definition
from engine.definitions.bundle import bundle_to_zip, read_bundle
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.actors import actor_named

# A slow machine is no fault of the code: no test of ours asserts a time.
hypothesis_settings.register_profile("yimen", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("yimen")

# A Monday morning in Shanghai; tests that need another day move their own clock.
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EXAMPLE_ROOT = Path(__file__).parent / "engine" / "definitions" / "fixtures"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def session_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yimen-test-", dir="/tmp") as home:
        os.chmod(home, 0o755)
        yield Path(home)


@pytest.fixture(scope="session")
def postgres(session_home: Path) -> Iterator[EmbeddedPostgres]:
    major = int(os.environ.get("YIMEN_POSTGRES_MAJOR", "16"))
    with EmbeddedPostgres(session_home, major, extra_settings=FAST) as server:
        yield server


@pytest.fixture(scope="session")
def test_settings(session_home: Path, postgres: EmbeddedPostgres) -> Settings:
    """Settings of a development installation on the test server; no Redis."""
    settings = Settings.from_environment({"YIMEN_ENV": "test", "YIMEN_HOME": str(session_home)})
    return replace(settings, database_url=postgres.url, public_url="http://127.0.0.1:8000")


@pytest.fixture(scope="session")
def city_template(postgres: EmbeddedPostgres, test_settings: Settings) -> str:
    """A database with the demo city's places, bodies, officers, a few residents and every supplied definition."""
    settings = replace(test_settings, database_url=postgres.create_database("city"))
    office = build_office(settings, clock=FixedClock(MONDAY), pool_size=2)
    migrate(office.database)
    with office.database.begin() as connection:
        loader.load_places(connection)
        loader.load_organisations(connection)
        loader.load_officers(connection, date(2025, 1, 1))
        loader.load_population(connection, office.sealer, 60, 1)
    import_supply(office)
    example = bundle_to_zip(read_bundle("mz-901-example-allowance", EXAMPLE_ROOT))
    publish_definition(
        office, SYSTEM, PublishDefinition(bundle_zip=example, valid_from=date(2025, 1, 1), reason="示例")
    )
    office.database.dispose()
    return "city"


@pytest.fixture(scope="session")
def _copy(postgres: EmbeddedPostgres, city_template: str, test_settings: Settings) -> Callable[[str], Settings]:
    def copy(name: str) -> Settings:
        return replace(test_settings, database_url=postgres.create_database(name, city_template))

    return copy


def _office(settings: Settings) -> tuple[Office, Engine]:
    office = build_office(settings, clock=FixedClock(MONDAY), pool_size=4)
    return office, office.database


@pytest.fixture(scope="session")
def shared_settings(_copy: Callable[[str], Settings]) -> Settings:
    """The database that ordinary tests share: each works on cases of its own."""
    return _copy("shared")


@pytest.fixture(scope="session")
def _shared_office(shared_settings: Settings) -> Iterator[Office]:
    office, database = _office(shared_settings)
    yield office
    database.dispose()


@pytest.fixture
def office(_shared_office: Office) -> Office:
    """The engine on the shared test city, its clock at nine on Monday 2 March 2026 and free to move."""
    return replace(_shared_office, clock=FixedClock(MONDAY))


@pytest.fixture
def own_office(_copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Office]:
    """The engine on a database of the test's own, for sequencers, sweeps and counts."""
    office, database = _office(_copy(f"own_{abs(hash(request.node.nodeid)) % 10**10}"))
    yield office
    database.dispose()


@pytest.fixture
def parts(office: Office, shared_settings: Settings) -> Parts:
    """What doors share, on the shared test city."""
    return Parts(shared_settings, office, None)


@pytest.fixture
def actor_of(office: Office) -> Callable[[str], Actor]:
    """The officer of a demo account: actor_of("window")."""

    def find(name: str) -> Actor:
        return actor_named(office, name, local_date(office.clock.now()))

    return find


@pytest.fixture
def clock(office: Office) -> Any:
    """The office's clock: clock.at = …, clock.advance(timedelta(…))."""
    return office.clock
