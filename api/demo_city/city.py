"""The demo city filled: places, bodies, officers, residents, the city's own decisions, and cases with a history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from sqlalchemy import TextClause, text
from tqdm import tqdm

from api.bootstrap import build_parts
from api.demo_city import loader
from api.demo_city.history import make_history
from api.demo_city.officers import DEMO_ACCOUNTS, DEMO_PASSWORD
from api.settings import Settings
from engine.commands.publish_definition import LoadReferenceText, load_reference_text
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.due_work import SWEEP_PAUSE_LOCK

MOST_ATTEMPTS = 4
HISTORY_FROM = date(2025, 1, 1)
LEGALITY = Path(__file__).with_name("legality.yaml")
_PAUSE = text("SELECT pg_advisory_lock(:lock)")
_GO_ON = text("SELECT pg_advisory_unlock(:lock)")
_COUNT_RESIDENTS = text("SELECT count(*) FROM residents")
_COUNT_CASES = text("SELECT count(*) FROM cases")


def fill_city(
    settings: Settings, *, residents: int, cases: int, seed: int, show_progress: bool = True, is_open: bool = False
) -> None:
    """Bring the city to this size; what is there already is kept and counted.

    is_open  the city's web, worker and scheduler run meanwhile
    """
    parts = build_parts(settings, pool_size=3)
    load_foundations(parts.office)
    _load_residents(parts.office, residents, seed, show_progress)
    for attempt in range(MOST_ATTEMPTS):
        if (wanted := cases - _count(parts.office, _COUNT_CASES)) <= 0:
            break
        # Another seed each time: some stories find nobody who fits, and the same ones would be told twice.
        with (
            sweeps_paused(parts.office),
            tqdm(total=wanted, desc="历史办件", unit="件", disable=not show_progress) as bar,
        ):
            make_history(parts, wanted, seed + 1000 * attempt, bar.update, one_by_one=is_open)
    parts.office.database.dispose()


def _count(office: Office, question: TextClause) -> int:
    with office.database.connect() as connection:
        found: int = connection.execute(question).scalar_one()
        return found


@contextmanager
def sweeps_paused(office: Office) -> Iterator[None]:
    """The scheduler leaves due work alone while a history is told; the lock falls with the connection."""
    with office.database.connect() as connection:
        connection.execute(_PAUSE, {"lock": SWEEP_PAUSE_LOCK})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(_GO_ON, {"lock": SWEEP_PAUSE_LOCK})
            connection.commit()


def load_foundations(office: Office) -> None:
    """Places, bodies, posts, officers and the fictional city's decision which certificates it issues."""
    with office.database.begin() as connection:
        loader.load_places(connection)
        loader.load_organisations(connection)
        loader.load_officers(connection, HISTORY_FROM)
    content = LEGALITY.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    load_reference_text(office, SYSTEM, LoadReferenceText(name="legality", content=content, content_hash=digest))


def _load_residents(office: Office, wanted: int, seed: int, show_progress: bool) -> None:
    with office.database.connect() as connection:
        present = connection.execute(_COUNT_RESIDENTS).scalar_one()
        connection.commit()
        if present >= wanted:
            return
        with tqdm(total=wanted, initial=present, desc="居民", unit="人", disable=not show_progress) as bar:

            def loaded(count: int) -> None:
                connection.commit()
                bar.update(count)

            loader.load_population(connection, office.sealer, wanted, seed, progress=loaded)
        connection.commit()


def print_accounts(settings: Settings) -> None:
    """The demo accounts and their one password, for whoever started the demo."""
    click.echo(f"\n演示账号（密码均为 {DEMO_PASSWORD}，仅限演示）：")
    for account in DEMO_ACCOUNTS:
        click.echo(f"  {account.sign_in_name:<13} {account.name}  {account.does}")
    click.echo(f"\n地址：{settings.public_url}\n")
