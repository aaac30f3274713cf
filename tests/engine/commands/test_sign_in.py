"""Sign-in (登录): throttled by name and by address, silent about what was wrong, no demo accounts in production."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.demo_city.officers import DEMO_PASSWORD
from engine.commands.sign_in import MOST_FAILURES, SignIn, SignOut, sign_in, sign_out
from engine.errors import NotSignedIn, TooManyAttempts
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.records.sessions import SessionRecords, token_hash

NOBODY = replace(SYSTEM, source="10.0.0.1")


def attempt(office: Office, password: str = DEMO_PASSWORD, **request: Any) -> dict[str, Any]:
    return sign_in(office, NOBODY, SignIn(**{"name": "window", "password": password, **request}))


def fail(office: Office, times: int, name: str = "window") -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            attempt(office, "wrong", name=name)


def session_of(office: Office, token: str) -> Any:
    with office.database.connect() as connection:
        return SessionRecords(connection).find(token_hash(token))


def test_the_right_password_opens_a_session_that_can_be_ended(own_office: Office) -> None:
    answer = attempt(own_office)
    assert session_of(own_office, answer["token"]).name == answer["name"]
    sign_out(own_office, NOBODY, SignOut(token=answer["token"]))
    assert session_of(own_office, answer["token"]) is None


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(own_office: Office) -> None:
    with pytest.raises(NotSignedIn) as wrong_password:
        attempt(own_office, "wrong")
    with pytest.raises(NotSignedIn) as wrong_name:
        attempt(own_office, name="nobody")
    assert str(wrong_password.value) == str(wrong_name.value)


def test_after_too_many_failures_even_the_right_password_waits(own_office: Office) -> None:
    fail(own_office, MOST_FAILURES)
    with pytest.raises(TooManyAttempts):
        attempt(own_office)
    own_office.clock.advance(timedelta(minutes=15, seconds=1))  # type: ignore[attr-defined]
    assert attempt(own_office)["token"]


def test_a_success_forgets_the_failures_before_it(own_office: Office) -> None:
    fail(own_office, MOST_FAILURES - 1)
    attempt(own_office)
    fail(own_office, MOST_FAILURES - 1)
    assert attempt(own_office)["token"]


def test_a_locked_name_does_not_lock_its_neighbours(own_office: Office) -> None:
    fail(own_office, MOST_FAILURES)
    assert attempt(own_office, name="street")["token"]


def test_an_address_that_tries_many_names_is_locked(own_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.commands.sign_in.MOST_FAILURES_PER_SOURCE", 6)
    for number in range(6):
        fail(own_office, 1, name=f"guess{number}")
    with pytest.raises(TooManyAttempts):
        attempt(own_office)


def test_demo_accounts_do_not_open_in_production(own_office: Office) -> None:
    with pytest.raises(NotSignedIn):
        attempt(own_office, allow_demo=False)


def test_a_token_is_stored_as_its_hash_only(own_office: Office) -> None:
    token = attempt(own_office)["token"]
    with own_office.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT s::text FROM sessions s").scalars().all()
    assert len(rows) == 1
    assert token not in rows[0]
