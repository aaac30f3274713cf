"""A real browser on a real site: the application served from a thread on the shared test city, Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from api.app import create_app
from api.bootstrap import Parts
from api.demo_city.officers import DEMO_PASSWORD
from certificates.pki import ensure_authority
from engine.clock import FixedClock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MISSING = "Chromium is missing: apt-get install chromium fonts-noto-cjk"
DESKTOP, PHONE = {"width": 1600, "height": 900}, {"width": 390, "height": 844}
# Collects what the content security policy refused, in the page itself.
_WATCH = (
    "window.refused = []; document.addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective))"
)


@dataclass
class Visit:
    """One browser page with everything it complained about."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        self.page.goto(self.site + address)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait for whatever the page fetches by itself."""
        self.page.wait_for_load_state("networkidle")

    def press(self, key: str) -> Page:
        """A key that leads to another page; htmx's changes of the history are no other page."""
        with self.page.expect_event("domcontentloaded"):
            self.page.keyboard.press(key)
        self.settle()
        return self.page

    def refused(self) -> list[str]:
        """What the content security policy refused on the present page."""
        found: list[str] = self.page.evaluate("window.refused")
        return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site_parts(_shared_office: Any, shared_settings: Any) -> Parts:
    """The shared test city with a clock that tests may move."""
    clock = FixedClock(_shared_office.clock.now())
    parts = Parts(shared_settings, replace(_shared_office, clock=clock), None)
    ensure_authority(parts.authority_directory)
    return parts


@pytest.fixture(scope="session")
def site(site_parts: Parts) -> Iterator[str]:
    """Address of the running site."""
    server = make_server("127.0.0.1", 0, create_app(site_parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[[str], Visit]]:
    """Opens the site for a demo account, or for a resident without one: visit("window"), visit("")."""
    contexts = []

    def open_site(name: str) -> Visit:
        context = chromium.new_context(viewport=DESKTOP, locale="zh-CN")
        contexts.append(context)
        context.add_init_script(_WATCH)
        found = Visit(context.new_page(), site)
        found.page.set_default_timeout(20_000)
        found.page.on("console", lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None)
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        if name:
            found.open("/sign-in")
            found.page.fill("#f-name", name)
            found.page.fill("#f-password", DEMO_PASSWORD)
            found.press("Enter")
        return found

    yield open_site
    for context in contexts:
        context.close()
