"""What a browser is told to refuse, where it may be sent, and whose word about an address counts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from api.app import create_app
from api.auth import SAFE_METHODS, SESSION_COOKIE, access_of
from api.bootstrap import Parts
from api.demo_city.officers import DEMO_PASSWORD
from api.proxies import TrustedProxies
from api.settings import Settings, SettingsInvalid
from engine.queries.applicant_view import masked
from tests.story import ANSWERS, Story

Clients = Callable[[str], FlaskClient]
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "//[",
        "/\t/[",
        "https://evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/a\\..\\evil",
    ],
)
def test_sign_in_leads_nowhere_else(app: Flask, address: str) -> None:
    visitor = app.test_client()
    assert visitor.get("/sign-in", query_string={"next": address}).status_code in (200, 422)
    account = {"name": "grid", "password": DEMO_PASSWORD, "next": address}
    answer = visitor.post("/sign-in", data=account)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_sign_in_leads_back_to_an_own_address(app: Flask) -> None:
    account = {"name": "grid", "password": DEMO_PASSWORD, "next": "/cases?q=%E7%8E%8B&status=closed"}
    assert app.test_client().post("/sign-in", data=account).headers["Location"] == account["next"]


def test_every_page_and_every_answer_carries_the_headers_of_defence(client: FlaskClient, client_of: Clients) -> None:
    addresses = ("/sign-in", "/guide", "/nowhere", "/api/v1/items", "/api/v1/cases", "/health/live", "/static/app.js")
    for address in addresses:
        for caller in (client, client_of("window")):
            headers = caller.get(address, headers={"Accept": "text/html"}, buffered=True).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"
            if (
                headers.get("Content-Type", "").startswith(("text/html", "application/"))
                and address != "/static/app.js"
            ):
                policy = headers["Content-Security-Policy"]
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
            if not address.startswith("/static"):
                assert headers["Cache-Control"] == "no-store"


def test_no_form_of_another_site_changes_anything_with_somebodys_cookie(
    app: Flask, token_of: Callable[[str], str]
) -> None:
    calls = 0
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) - SAFE_METHODS):
            if access is None or not access.needs_session:
                continue
            victim = app.test_client()
            victim.set_cookie(SESSION_COOKIE, token_of("policy"))
            address = re.sub(r"<(?:path:)?|>", "", re.sub(r"<int:\w+>", "1", rule.rule))
            for headers in ({}, {"HX-Request": "true"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
                answer = victim.open(address, method=method, headers=headers, data={"csrf_token": "guess"})
                assert answer.status_code == 403, (method, address, headers)
                calls += 1
    assert calls > 60


def test_a_bearer_header_does_not_free_a_cookie_from_its_token(app: Flask, token_of: Callable[[str], str]) -> None:
    victim = app.test_client()
    victim.set_cookie(SESSION_COOKIE, token_of("window"))
    forged = {"Authorization": "Bearer not-a-session"}
    assert victim.post("/api/v1/work-items/1/claim", headers=forged).status_code == 401


def test_sign_in_gives_a_new_session_whatever_was_sent_along(app: Flask) -> None:
    browser = app.test_client()
    browser.set_cookie(SESSION_COOKIE, "chosen-by-somebody-else")
    answer = browser.post("/sign-in", data={"name": "grid", "password": DEMO_PASSWORD})
    assert "chosen-by-somebody-else" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def seen_address(networks: str, peer: str, forwarded: str) -> tuple[str, str]:
    told: dict[str, Any] = {}

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        told.update(environ)
        return []

    trusted = [ipaddress.ip_network(part) for part in networks.split()]
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": "https"}
    TrustedProxies(inner, trusted)({**environ, "wsgi.url_scheme": "http"}, None)
    assert not any(name.startswith("HTTP_X_FORWARDED") for name in told)
    return told["REMOTE_ADDR"], told["wsgi.url_scheme"]


def test_only_our_own_proxies_are_believed_about_where_a_request_came_from() -> None:
    assert seen_address("127.0.0.0/8", "203.0.113.9", "10.0.0.1") == ("203.0.113.9", "http")
    assert seen_address("127.0.0.0/8", "127.0.0.1", "203.0.113.9") == ("203.0.113.9", "https")
    # What the client put there itself stands on the left.
    assert seen_address("127.0.0.0/8", "127.0.0.1", "1.2.3.4, 203.0.113.9") == ("203.0.113.9", "https")
    assert seen_address("127.0.0.0/8 10.1.0.0/16", "127.0.0.1", "6.6.6.6, 203.0.113.9, 10.1.2.3") == (
        "203.0.113.9",
        "https",
    )
    assert seen_address("127.0.0.0/8", "127.0.0.1", "") == ("127.0.0.1", "https")
    assert seen_address("127.0.0.0/8", "", "203.0.113.9") == ("203.0.113.9", "https")


def test_a_stranger_does_not_escape_the_count_by_naming_other_addresses(parts: Parts, no_failures: None) -> None:
    live = create_app(replace(parts, settings=replace(parts.settings, trusted_proxies=())))
    assert live.test_client().get("/sign-in", headers={"X-Forwarded-For": "10.9.9.9"}).status_code == 200
    for n in range(3):
        forged = {"X-Forwarded-For": f"10.0.0.{n}"}
        live.test_client().post("/api/v1/sessions", json={"name": f"n{n}", "password": "x"}, headers=forged)
    with parts.office.database.connect() as connection:
        counted = connection.exec_driver_sql("SELECT subject, failures FROM sign_in_attempts").all()
    assert [row.failures for row in counted if row.subject == "name-source:127.0.0.1"] == [3]


def test_a_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment({"YIMEN_ENV": "test", "YIMEN_TRUSTED_PROXIES": "everybody"})
    assert {problem.name for problem in refusal.value.problems} == {"YIMEN_TRUSTED_PROXIES"}


def test_production_is_served_over_tls_only() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment({"YIMEN_ENV": "production", "YIMEN_PUBLIC_URL": "http://yimen.example.gov.cn"})
    assert "YIMEN_PUBLIC_URL" in {problem.name for problem in refusal.value.problems}


def test_a_name_that_is_markup_stays_a_name_on_every_page(story: Story, browser_of: Callable[[str], Any]) -> None:
    story.receive(form={**ANSWERS, "applicant_name": SCRIPT})
    browser = browser_of("window")
    for address in (
        f"/cases/{story.number}",
        f"/cases/{story.number}/receipt",
        "/cases",
        "/",
        f"/cases?q={SCRIPT}&do={SCRIPT}",
    ):
        browser.get(address)
        assert browser.status == 200
        assert SCRIPT not in browser.response.text
        assert "alert(1)" not in "".join(html.fromstring(browser.response.text).xpath("//script/text() | //@onload"))
    browser.post("/progress", {"number": SCRIPT, "password": SCRIPT})
    assert SCRIPT not in browser.response.text


def test_a_persons_number_in_a_list_is_masked_under_whatever_name_and_type_it_stands() -> None:
    people = [{"identity": "990101197403120027", "number": 990101197403120027, "note": "电话13812345678", "age": 7}]
    assert masked("person_list", people) == [
        {"identity": "990101********0027", "number": "990101********0027", "note": "电话138****5678", "age": 7}
    ]
