"""Every route says who may call it, and nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.auth import CSRF_HEADER, SESSION_COOKIE, access_of, require_declared_access
from api.demo_city.loader import DEMO_PASSWORD
from engine.office import Office
from engine.queries.session import IDLE_FOR
from engine.terms import Role

SIGNED_IN_FOR_A_ROLE = {
    Role.CLERK: "window",
    Role.SUPERVISOR: "supervisor",
    Role.POLICY_OFFICER: "policy",
    Role.AUDITOR: "auditor",
    Role.E_SUPERVISION: "esupervision",
}


def _calls(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(int:)?[^>]+>", "1", rule.rule)
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def test_every_protected_route_refuses_a_caller_without_a_session(app: Flask, client: FlaskClient) -> None:
    protected = [(m, a) for e, m, a in _calls(app) if (found := access_of(app, e)) and found.needs_session]
    assert len(protected) > 25
    for method, address in protected:
        answer = client.open(address, method=method)
        assert (answer.status_code, answer.json["type"]) == (401, "urn:yimen:problem:not-signed-in"), address
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_every_route_for_a_role_refuses_officers_without_it(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    for endpoint, method, address in _calls(app):
        access = access_of(app, endpoint)
        if access is None or not access.roles:
            continue
        stranger = next(name for role, name in SIGNED_IN_FOR_A_ROLE.items() if role not in access.roles)
        answer = client_of(stranger).open(address, method=method)
        assert answer.status_code == 403, (address, stranger, answer.text)
        assert answer.json["type"] == "urn:yimen:problem:not-permitted"


def test_public_routes_need_no_session(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, address in _calls(app):
        access = access_of(app, endpoint)
        if access is not None and not access.needs_session and endpoint != "static" and not address.endswith("/file"):
            assert client.open(address, method=method).status_code not in (401, 403, 500), address


def test_an_unknown_route_is_not_found(client: FlaskClient, client_of: Callable[[str], FlaskClient]) -> None:
    for caller in (client, client_of("window")):
        answer = caller.get("/api/v1/no-such-thing")
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(RuntimeError, match="/forgotten"):
        require_declared_access(app)


def test_a_route_that_does_not_say_who_may_call_it_is_closed(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "open to all")
    assert client.get("/api/v1/forgotten").status_code == 403


def test_a_cookie_session_must_show_its_csrf_token_before_it_changes_anything(
    app: Flask, token_of: Callable[[str], str]
) -> None:
    browser = app.test_client()
    browser.set_cookie(SESSION_COOKIE, token_of("window"))
    address = "/api/v1/work-items/999999999/claim"
    assert browser.get("/api/v1/work-items").status_code == 200
    assert browser.post(address).status_code == 403
    assert browser.post(address, headers={CSRF_HEADER: "guessed"}).status_code == 403
    assert browser.post(address, headers={CSRF_HEADER: "csrf-window"}).status_code == 404


def test_a_session_ends_after_half_an_hour_of_idleness(office: Office, client_of: Callable[[str], FlaskClient]) -> None:
    clerk = client_of("window")
    office.clock.advance(IDLE_FOR + timedelta(seconds=1))
    assert clerk.get("/api/v1/sessions/current").status_code == 401


def test_a_session_in_use_does_not_go_idle(office: Office, client_of: Callable[[str], FlaskClient]) -> None:
    clerk = client_of("window")
    for _ in range(4):
        office.clock.advance(timedelta(minutes=20))
        assert clerk.get("/api/v1/sessions/current").status_code == 200


def test_a_session_expires_although_it_is_used(office: Office, client_of: Callable[[str], FlaskClient]) -> None:
    clerk = client_of("window")
    for _ in range(36):
        office.clock.advance(timedelta(minutes=20))
        clerk.get("/api/v1/sessions/current")
    assert clerk.get("/api/v1/sessions/current").status_code == 401


def test_sign_in_gives_programs_a_token(client: FlaskClient) -> None:
    opened = client.post("/api/v1/sessions", json={"name": "grid", "password": DEMO_PASSWORD})
    assert opened.status_code == 201
    assert "Set-Cookie" not in opened.headers
    shown = client.get("/api/v1/sessions/current", headers={"Authorization": f"Bearer {opened.json['token']}"})
    assert shown.json["sign_in_name"] == "grid"


def test_sign_in_gives_browsers_a_cookie_scripts_cannot_read_and_a_csrf_token(app: Flask) -> None:
    browser = app.test_client()
    account = {"name": "grid", "password": DEMO_PASSWORD, "kind": "browser"}
    opened = browser.post("/api/v1/sessions", json=account)
    assert "token" not in opened.json
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert browser.delete("/api/v1/sessions/current").status_code == 403
    token = {CSRF_HEADER: opened.json["csrf_token"]}
    assert browser.delete("/api/v1/sessions/current", headers=token).status_code == 204


def test_over_tls_the_cookie_never_travels_in_clear(app: Flask) -> None:
    account = {"name": "grid", "password": DEMO_PASSWORD, "kind": "browser"}
    opened = app.test_client().post("/api/v1/sessions", json=account, base_url="https://localhost")
    assert "Secure" in opened.headers["Set-Cookie"]


def test_a_wrong_password_is_refused_and_the_name_locked_after_five(client: FlaskClient) -> None:
    wrong = {"name": "nobody-of-this-name", "password": "guess"}
    statuses = [client.post("/api/v1/sessions", json=wrong).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_a_signed_out_session_is_gone(client_of: Callable[[str], FlaskClient]) -> None:
    officer = client_of("panel")
    assert officer.delete("/api/v1/sessions/current").status_code == 204
    assert officer.get("/api/v1/sessions/current").status_code == 401
