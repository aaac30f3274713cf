"""Passwords, query passwords and check codes are guessed five times, and then not for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.bootstrap import Parts
from api.demo_city.officers import DEMO_PASSWORD
from api.settings import Environment
from engine.commands.check_certificate_code import CheckCertificateCode, check_certificate_code
from engine.commands.check_query_password import CheckQueryPassword, check_query_password
from engine.commands.sign_in import SignIn, sign_in
from engine.errors import NotFound, NotSignedIn, TooManyAttempts
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.throttling import LOCK_FOR, MOST_FAILURES
from engine.queries.session import UNATTENDED_FOR
from tests.story import Story

pytestmark = pytest.mark.usefixtures("no_failures")
SOMEBODY = Actor(-1, "", (), "203.0.113.7")


def certificate_of(story: Story) -> Any:
    story.to_end()
    return story.rows("SELECT number, identifier, check_code FROM certificates WHERE case_id = :case")[0]


def test_a_check_code_is_not_to_be_guessed(story: Story, client: FlaskClient) -> None:
    issued = certificate_of(story)
    address = f"/api/v1/certificates/{issued.number}"
    statuses = [client.get(f"{address}?check_code=WRONG{n}").status_code for n in range(MOST_FAILURES)]
    assert statuses == [404] * MOST_FAILURES
    right = {"check_code": issued.check_code}
    for door in (address, f"{address}/file"):
        assert client.get(door, query_string=right).status_code == 429
    for page in (f"/v/{issued.number}", f"/certificates/{issued.number}/file"):
        assert client.get(page, query_string={"c": issued.check_code}).status_code == 429
    posted = client.post("/verify", data={"number": issued.number, "code": issued.check_code})
    assert posted.status_code == 429
    story.office.clock.advance(LOCK_FOR + timedelta(seconds=1))  # type: ignore[attr-defined]
    assert client.get(address, query_string=right).status_code == 200


@pytest.mark.parametrize("page", ["/v/{}?c=WRONG", "/certificates/{}/file?c=WRONG"])
def test_every_door_to_a_certificate_counts_its_wrong_codes(story: Story, client: FlaskClient, page: str) -> None:
    issued = certificate_of(story)
    statuses = [client.get(page.format(issued.number)).status_code for _ in range(MOST_FAILURES + 1)]
    assert statuses == [404] * MOST_FAILURES + [429]


def test_a_check_code_opens_by_number_and_by_identifier(story: Story, office: Office) -> None:
    issued = certificate_of(story)
    for number in (issued.number, issued.identifier):
        code = f" {issued.check_code.lower()} "
        assert check_certificate_code(office, SOMEBODY, CheckCertificateCode(number=number, check_code=code)) == {}
        with pytest.raises(NotFound):
            check_certificate_code(office, SOMEBODY, CheckCertificateCode(number=number, check_code=""))


@pytest.mark.parametrize("kind", ["query", "certificate"])
def test_guesses_at_the_same_time_do_not_slip_past_the_count(story: Story, office: Office, kind: str) -> None:
    story.receive()

    def guess(n: int) -> str:
        try:
            if kind == "query":
                check_query_password(office, SOMEBODY, CheckQueryPassword(number=story.number, password=f"x{n}"))
            else:
                check_certificate_code(office, SOMEBODY, CheckCertificateCode(number=story.number, check_code=f"x{n}"))
        except (NotFound, TooManyAttempts) as refusal:
            return type(refusal).__name__
        return "in"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(guess, range(18)))
    assert outcomes.count("NotFound") == MOST_FAILURES
    assert outcomes.count("TooManyAttempts") == 18 - MOST_FAILURES


def test_a_failed_sign_in_and_a_sign_out_are_on_record_and_what_was_typed_is_not(
    app: Flask,
    trail: Callable[..., list[Any]],
    actor_of: Callable[[str], Actor],
    client_of: Callable[[str], FlaskClient],
) -> None:
    officer = actor_of("grid").officer_id
    before = len(trail("sign_in_failed"))
    for name in ("grid", "secret-typed-as-name"):
        app.test_client().post("/api/v1/sessions", json={"name": name, "password": "wrong"})
    failed = trail("sign_in_failed")[before:]
    assert [(entry.officer_id, entry.object_id) for entry in failed] == [(officer, str(officer)), (None, "")]
    assert "secret" not in str(failed)
    left = len(trail("sign_out", officer_id=officer))
    client_of("grid").delete("/api/v1/sessions/current")
    assert len(trail("sign_out", officer_id=officer)) == left + 1


def test_a_demo_account_in_production_fails_like_any_wrong_password(office: Office) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(NotSignedIn):
            sign_in(office, SOMEBODY, SignIn(name="window", password=DEMO_PASSWORD))
    with pytest.raises(TooManyAttempts):
        sign_in(office, SOMEBODY, SignIn(name="window", password=DEMO_PASSWORD))


def test_production_opens_to_no_demo_account_by_token_form_or_an_older_session(
    parts: Parts, token_of: Callable[[str], str]
) -> None:
    live = create_app(replace(parts, settings=replace(parts.settings, environment=Environment.PRODUCTION)))
    for kind in ("token", "browser"):
        account = {"name": "window", "password": DEMO_PASSWORD, "kind": kind}
        assert live.test_client().post("/api/v1/sessions", json=account).status_code == 401
    form = live.test_client().post("/sign-in", data={"name": "window", "password": DEMO_PASSWORD})
    assert form.status_code == 422
    old = {"Authorization": f"Bearer {token_of('window')}"}
    assert live.test_client().get("/api/v1/sessions/current", headers=old).status_code == 401
    assert DEMO_PASSWORD not in live.test_client().get("/sign-in").text


def test_a_screen_left_alone_is_signed_out_after_a_quarter_of_an_hour(
    office: Office, browser_of: Callable[[str], Any]
) -> None:
    browser = browser_of("window")
    office.clock.advance(UNATTENDED_FOR)  # type: ignore[attr-defined]
    browser.get("/")
    assert browser.status == 200
    office.clock.advance(UNATTENDED_FOR + timedelta(seconds=1))  # type: ignore[attr-defined]
    browser.get("/")
    assert browser.status == 303
