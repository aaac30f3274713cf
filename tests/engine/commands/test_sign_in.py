"""Sign-in (登录): throttled by name and by address, silent about what was wrong, no demo accounts in production."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.demo_city.officers import DEMO_PASSWORD
from engine.commands.sign_in import SignIn, SignOut, sign_in, sign_out
from engine.errors import NotSignedIn, TooManyAttempts
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.policy.throttling import MOST_FAILURES
from engine.records.sessions import SessionRecords, token_hash

NOBODY = replace(SYSTEM, source="10.0.0.1")


@pytest.fixture
def city(office: Office) -> Office:
    """The shared city with no failure on record."""
    with office.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_in_attempts")
        connection.exec_driver_sql("DELETE FROM sessions")
    return office


def attempt(office: Office, password: str = DEMO_PASSWORD, **request: Any) -> dict[str, Any]:
    return sign_in(office, NOBODY, SignIn(**{"name": "window", "password": password, "allow_demo": True, **request}))


def fail(office: Office, times: int, name: str = "window") -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            attempt(office, "wrong", name=name)


def session_of(office: Office, token: str) -> Any:
    with office.database.connect() as connection:
        return SessionRecords(connection).find(token_hash(token))


def test_the_right_password_opens_a_session_that_can_be_ended(city: Office) -> None:
    answer = attempt(city)
    assert session_of(city, answer["token"]).name == answer["name"]
    sign_out(city, NOBODY, SignOut(token=answer["token"]))
    assert session_of(city, answer["token"]) is None


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(city: Office) -> None:
    with pytest.raises(NotSignedIn) as wrong_password:
        attempt(city, "wrong")
    with pytest.raises(NotSignedIn) as wrong_name:
        attempt(city, name="nobody")
    assert str(wrong_password.value) == str(wrong_name.value)


def test_after_too_many_failures_even_the_right_password_waits(city: Office) -> None:
    fail(city, MOST_FAILURES)
    with pytest.raises(TooManyAttempts):
        attempt(city)
    city.clock.advance(timedelta(minutes=15, seconds=1))  # type: ignore[attr-defined]
    assert attempt(city)["token"]


def test_a_success_forgets_the_failures_before_it(city: Office) -> None:
    fail(city, MOST_FAILURES - 1)
    attempt(city)
    fail(city, MOST_FAILURES - 1)
    assert attempt(city)["token"]


def test_a_locked_name_does_not_lock_its_neighbours(city: Office) -> None:
    fail(city, MOST_FAILURES)
    assert attempt(city, name="street")["token"]


def test_an_address_that_tries_many_names_is_locked(city: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.commands.guessing.MOST_FAILURES_PER_SOURCE", 6)
    for number in range(6):
        fail(city, 1, name=f"guess{number}")
    with pytest.raises(TooManyAttempts):
        attempt(city)


def test_demo_accounts_do_not_open_in_production(city: Office) -> None:
    with pytest.raises(NotSignedIn):
        attempt(city, allow_demo=False)


def test_a_token_is_stored_as_its_hash_only(city: Office) -> None:
    token = attempt(city)["token"]
    with city.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT s::text FROM sessions s").scalars().all()
    assert len(rows) == 1
    assert token not in rows[0]
