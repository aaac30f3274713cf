"""Errors leave through one table, in the caller's language, with a way out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from api.auth import public, signed_in
from api.errors import HTTP_KINDS, KINDS, UNFORESEEN, kind_of
from engine import errors


def _leaves() -> Iterator[type[errors.CaseworkError]]:
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.CaseworkError)]
    return (c for c in classes if not any(other is not c and issubclass(other, c) for other in classes))


def test_every_error_of_the_engine_has_a_row_of_its_own() -> None:
    assert {leaf.__name__ for leaf in _leaves()} <= {kind.__name__ for kind in KINDS}


def test_every_row_speaks_both_languages_and_names_a_way_out() -> None:
    for kind in [*KINDS.values(), UNFORESEEN]:
        assert kind.title
        assert kind.title_en.isascii()
        assert bool(kind.way_out) == bool(kind.way_out_en)
        assert kind.way_out, kind
    assert all(kind.title and kind.title_en for kind in HTTP_KINDS.values())


def test_a_subclass_is_told_like_its_nearest_base() -> None:
    class OwnFormInvalid(errors.FormInvalid):
        """表单有误。"""

    assert kind_of(OwnFormInvalid()).slug == "form-invalid"


@pytest.fixture
def raising(app: Flask) -> Flask:
    @public
    def fail(name: str) -> str:
        if name == "bug":
            raise ZeroDivisionError("secret detail")
        raise getattr(errors, name)()

    app.add_url_rule("/api/v1/fail/<name>", "fail", fail)
    app.add_url_rule("/fail/<name>", "fail_page", fail)
    return app


@pytest.mark.parametrize("leaf", list(_leaves()))
def test_an_error_is_told_in_chinese_and_in_english(raising: Flask, leaf: type[errors.CaseworkError]) -> None:
    client = raising.test_client()
    chinese = client.get(f"/api/v1/fail/{leaf.__name__}")
    english = client.get(f"/api/v1/fail/{leaf.__name__}", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert chinese.status_code == english.status_code == KINDS[leaf].status
    assert chinese.mimetype == "application/problem+json"
    assert chinese.json["title"] == KINDS[leaf].title
    assert chinese.json["detail"] == leaf().message
    assert english.json["title"] == KINDS[leaf].title_en
    assert english.json["detail"].isascii()
    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-CN", "en")


def test_what_nobody_foresaw_is_logged_under_a_reference_and_not_told(
    raising: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = raising.test_client().get("/api/v1/fail/bug")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json["reference"] in caplog.text


def test_a_browser_gets_a_page_from_the_same_table(raising: Flask) -> None:
    answer = raising.test_client().get("/fail/StaleVersion", headers={"Accept": "text/html"})
    assert answer.status_code == 412
    assert answer.mimetype == "text/html"
    assert errors.StaleVersion().message in answer.text


def test_a_browser_that_is_not_signed_in_is_led_to_the_sign_in_page_and_back(raising: Flask) -> None:
    answer = raising.test_client().get("/fail/NotSignedIn?x=1", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Ffail%2FNotSignedIn%3Fx%3D1"


def test_a_database_that_is_away_still_gives_a_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("api.auth.session", away)
    app.add_url_rule("/desk", "desk", signed_in(lambda: ""))
    browser = app.test_client()
    browser.set_cookie("yimen_session", "anything")
    page = browser.get("/desk", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "connection refused" not in page.text
    told = browser.get("/desk", headers={"Accept": "application/json"})
    assert (told.status_code, told.headers["Retry-After"]) == (503, "30")


def test_fields_are_named_in_chinese(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sessions", json={"name": "window", "pin": "1234"})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"password": ["请填写。"], "pin": ["没有这一栏，请删去。"]}


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "1", "\x00", '{"name": 1, "password": "x"}'])
def test_a_body_of_another_shape_is_told_and_does_no_harm(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_a_character_the_database_cannot_keep_is_told(client: FlaskClient) -> None:
    answer = client.post("/api/v1/progress", json={"number": "1\x002", "password": "x"})
    assert answer.status_code == 422


def test_a_method_the_route_does_not_know_is_told(client: FlaskClient) -> None:
    answer = client.put("/api/v1/items")
    assert (answer.status_code, answer.json["type"]) == (405, "urn:yimen:problem:method-not-allowed")
