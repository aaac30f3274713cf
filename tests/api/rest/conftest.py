"""The REST door on the shared test city, and clients that are signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.bootstrap import Parts
from api.rest import register
from api.web.presentation import STATIC_FOLDER, TEMPLATE_FOLDER, install_pages
from engine.commands.sign_in import token_hash
from engine.office import Office
from engine.policy.actors import Actor
from engine.records.sessions import SessionRecords


@pytest.fixture
def app(parts: Parts, office: Office) -> Flask:
    application = Flask(__name__, static_folder=str(STATIC_FOLDER), template_folder=str(TEMPLATE_FOLDER))
    application.extensions["yimen"] = parts
    install_pages(application)
    register(application, office)
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def token_of(office: Office, actor_of: Callable[[str], Actor]) -> Callable[[str], str]:
    """A live bearer token of a demo account, without the slow password hash."""

    def token(name: str) -> str:
        now = office.clock.now()
        text = f"token-of-{name}-{now.timestamp()}"
        with office.unit_of_work() as uow:
            records = SessionRecords(uow.connection)
            records.close(token_hash(text))
            records.open(
                {
                    "token_hash": token_hash(text),
                    "officer_id": actor_of(name).officer_id,
                    "kind": "token",
                    "csrf_token": f"csrf-{name}",
                    "created_at": now,
                    "seen_at": now,
                    "expires_at": now + timedelta(hours=12),
                    "source": "test",
                }
            )
        return text

    return token


@pytest.fixture
def client_of(app: Flask, token_of: Callable[[str], str]) -> Callable[[str], FlaskClient]:
    """A client signed in by bearer token: client_of("window")."""

    def sign_in(name: str) -> FlaskClient:
        found = app.test_client()
        found.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token_of(name)}"
        return found

    return sign_in
