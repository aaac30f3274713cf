"""One installation from nothing to running: database, schema, supply, certificate authority, demo city, processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import click

from api.children import ChildCommand
from api.embedded.errors import EmbeddedServerError
from api.embedded.maintenance import running_database
from api.embedded.postgres import EmbeddedPostgres
from api.migrate import migrate
from api.serve import serve, standard_children
from api.settings import Settings
from api.supply import import_supply
from certificates.pki import ensure_authority
from engine.office import Office
from engine.records.unit_of_work import open_database

SUPPLY_STATUSES = {
    "published": "已发布",
    "draft": "与在用版本不同，存为草稿",
    "loaded": "已载入",
    "unchanged": "无变化",
    "kept": "保留本市版本",
    "refused": "未通过检查，未发布：",
}


def run_installation(settings: Settings, *, residents: int, cases: int, grow_residents: int, grow_cases: int) -> None:
    """Serve until told to stop; with `settings.demo` the fictional city is filled first and grows in the background."""

    def prepare(ready: Settings) -> None:
        prepare_installation(ready)
        if ready.demo:
            from api.demo_city.city import fill_city, print_accounts

            fill_city(ready, residents=residents, cases=cases, seed=1)
            print_accounts(ready)

    def children(ready: Settings) -> Sequence[ChildCommand]:
        if not ready.demo or (grow_residents <= residents and grow_cases <= cases):
            return standard_children(ready)
        size = ("--residents", str(grow_residents), "--cases", str(grow_cases), "--quiet")
        growth = ChildCommand("growth", (sys.executable, "-m", "api.cli", "demo-city", *size), once=True)
        return (*standard_children(ready), growth)

    serve(settings, prepare=prepare, children=children)


def prepare_installation(settings: Settings) -> None:
    """Schema, supplied definitions and the authority that signs certificates; repeating changes nothing."""
    from api.bootstrap import build_parts

    database = open_database(settings.sqlalchemy_url(), pool_size=1)
    migrate(database)
    database.dispose()
    parts = build_parts(settings, pool_size=1)
    noteworthy = [a for a in import_supply(parts.office) if a["status"] not in ("unchanged", "kept")]
    ensure_authority(parts.authority_directory)
    parts.office.database.dispose()
    for answer in noteworthy:
        click.echo(f"出厂定义 {answer['key']}：{SUPPLY_STATUSES[answer['status']]} {answer.get('reason', '')}".rstrip())


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """Settings whose database answers: the given one, the one `serve` runs, or the embedded one started for the while."""
    found = None
    with suppress(EmbeddedServerError):
        found = running_database(settings)
    if found is not None and _answers(found):
        yield settings.with_servers(found, settings.redis_url or "")
        return
    with EmbeddedPostgres(settings.home, settings.postgres_major, tcp=settings.postgres_tcp) as postgres:
        ready = settings.with_servers(postgres.url, settings.redis_url or "")
        prepare_installation(ready)
        yield ready


@contextmanager
def with_office(settings: Settings) -> Iterator[Office]:
    """The engine on a database that answers, for one command of the command line."""
    from api.bootstrap import build_office

    with with_database(settings) as ready:
        office = build_office(ready, pool_size=1)
        try:
            yield office
        finally:
            office.database.dispose()


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
