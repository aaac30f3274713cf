"""The whole application on the shared test city, and everybody who might attack it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from api.app import create_app
from api.bootstrap import Parts
from engine.office import Office
from tests.api.rest.conftest import client, client_of, token_of
from tests.api.web.conftest import browser_of, visitor
from tests.story import Story

__all__ = ["browser_of", "client", "client_of", "token_of", "visitor"]

WANG = "990101197403120027"
EXAMPLE = "mz-901-example-allowance"


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def story(office: Office) -> Story:
    """A case taken at the demo city's window."""
    return Story(office)


@pytest.fixture
def trail(office: Office) -> Callable[..., list[Any]]:
    """The audit entries of an action, oldest first."""

    def entries(action: str, **wanted: Any) -> list[Any]:
        narrowed = "".join(f" AND {name} = %({name})s" for name in wanted)
        sql = f"SELECT * FROM audit_entries WHERE action = %(action)s{narrowed} ORDER BY id"
        with office.database.connect() as connection:
            return list(connection.exec_driver_sql(sql, {"action": action, **wanted}))

    return entries


@pytest.fixture
def no_failures(office: Office) -> None:
    """Nobody has guessed yet."""
    with office.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_in_attempts")
