"""A browser without a screen: the application's test client, signed in as a demo account, with forms read from pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from api.app import create_app
from api.bootstrap import Parts
from api.demo_city.officers import DEMO_PASSWORD


@dataclass
class Browser:
    """Pages as lxml trees; `submit` sends a form of the last page as a browser would."""

    client: FlaskClient
    response: TestResponse | None = None
    page: Any = None

    def get(self, address: str, **options: Any) -> Any:
        headers = {"Accept": "text/html", **options.pop("headers", {})}
        return self._read(self.client.get(address, headers=headers, **options))

    def post(self, address: str, data: Mapping[str, Any], **options: Any) -> Any:
        token = self.page.xpath("//meta[@name='csrf-token']/@content") if self.page is not None else [""]
        headers = {"Accept": "text/html", **options.pop("headers", {})}
        sent = self.client.post(
            address, data={"csrf_token": token[0] if token else "", **data}, headers=headers, **options
        )
        return self._read(sent)

    def submit(self, form: str, button: str = "", **changes: Any) -> Any:
        """Send the first form of this XPath, with some answers changed; `button` is the value of the button pressed."""
        found = self.page.xpath(form)[0]
        values: dict[str, Any] = {}
        for name, value in found.form_values():
            values.setdefault(name, []).append(value)
        values.update({name: value for name, value in changes.items() if value is not None})
        for pressed in found.xpath(f".//button[@value='{button}']") if button else ():
            values[pressed.get("name")] = button
        return self.post(found.get("action"), values, follow_redirects=True)

    def _read(self, response: TestResponse) -> Any:
        self.response = response
        self.page = html.fromstring(response.text) if response.text.strip() else None
        return self.page

    @property
    def status(self) -> int:
        assert self.response is not None
        return self.response.status_code

    @property
    def address(self) -> str:
        assert self.response is not None
        return self.response.request.path

    @property
    def words(self) -> str:
        """What the page says, blanks taken out."""
        (body,) = self.page.xpath("//body") or [self.page]
        return re.sub(r"\s+", "", body.text_content())


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Somebody without an account."""
    return Browser(app.test_client())


@pytest.fixture
def browser_of(app: Flask) -> Callable[[str], Browser]:
    """A browser signed in as a demo account: browser_of("window")."""

    def sign_in(name: str) -> Browser:
        browser = Browser(app.test_client())
        browser.get("/sign-in")
        browser.post("/sign-in", {"name": name, "password": DEMO_PASSWORD})
        assert browser.status == 303
        return browser

    return sign_in
