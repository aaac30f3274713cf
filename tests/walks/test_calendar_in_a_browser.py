"""The yearly notice at a real browser: pasted, previewed, confirmed, and the case that waited for it explains its date."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from api.app import create_app
from api.bootstrap import Parts, build_office
from api.jobs import redate
from api.settings import Settings
from engine.clock import FixedClock, local_date
from tests.conftest import MONDAY
from tests.engine.policy.notices import NOTICE_2027
from tests.story import Story
from tests.walks.test_pages_in_a_browser import complaints, faults

pytestmark = pytest.mark.browser
JANUARY = MONDAY.replace(year=2027, month=1, day=18)
# Where pictures of the pages go, for eyes; without it none are taken.
PICTURES = os.environ.get("YIMEN_TEST_PICTURES", "")


@pytest.fixture(scope="module")
def site_parts(_copy: Callable[[str], Settings]) -> Iterator[Parts]:
    """A city of its own: the calendar holds for everybody in it."""
    settings = _copy("calendar_walk")
    office = build_office(settings, clock=FixedClock(JANUARY), pool_size=4)
    yield Parts(settings, office, None)
    office.database.dispose()


@pytest.fixture(scope="module")
def site(site_parts: Parts) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(site_parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def look(visit: Any, name: str) -> None:
    """Whatever axe, the content security policy or a narrow screen has against the present page; a picture on request."""
    assert faults(visit) == []
    if PICTURES:
        for width, height in ((1600, 900), (390, 844)):
            visit.page.set_viewport_size({"width": width, "height": height})
            visit.page.screenshot(path=str(Path(PICTURES) / f"{name}_{width}.png"), full_page=True)
        visit.page.set_viewport_size({"width": 1600, "height": 900})


def test_the_notice_is_pasted_previewed_and_confirmed_and_the_case_explains_its_new_date(visit, site_parts):
    story = Story(site_parts.office)
    story.receive()
    story.accept()
    before = story.case()
    assert before.due_is_provisional
    policy = visit("policy")
    page = policy.open("/calendar?year=2027")
    assert "暂定" in page.locator(".figure.basis").inner_text()
    look(policy, "year")
    policy.press("n")
    page.fill("#f-text", NOTICE_2027.replace("共7天", "共8天"))
    policy.press("F9")
    assert "写明共8天" in page.locator(".error-summary").inner_text()
    look(policy, "wrong")
    page.fill("#f-text", page.input_value("#f-text").replace("共8天", "共7天"))
    policy.press("F9")
    assert story.number in page.locator("main").inner_text()
    assert page.locator("td.changed").count() > 0
    look(policy, "preview")
    page.keyboard.press("F9")
    with page.expect_event("domcontentloaded"):
        page.locator("#confirm button[value=yes]").click()
    policy.settle()
    look(policy, "going")
    site_parts.office.clock.advance(timedelta(minutes=1))
    assert redate(site_parts) == 1
    page.locator("tbody", has_text=story.number).wait_for()
    policy.settle()
    look(policy, "run")
    policy.open("/calendar/redatings")
    look(policy, "runs")
    after = story.case()
    assert (after.promised_due_at != before.promised_due_at, after.due_is_provisional) == (True, False)
    window = visit("window")
    page = window.open(f"/cases/{story.number}")
    due = local_date(after.promised_due_at)
    told = page.locator(".timeline li", has_text="承诺时限届满日改为")
    assert f"{due.year}年{due.month}月{due.day}日" in told.inner_text()
    assert "国办发明电〔2026〕8号" in page.locator("table.ledger").first.inner_text()
    look(window, "case")
    told.locator("a").click()
    page.wait_for_url("**/calendar/redatings/*")
    assert story.number in page.locator("tbody").inner_text()
    assert complaints(policy) == []


@pytest.mark.parametrize("address", ["/calendar/change/local", "/calendar/change/file", "/calendar?year=2050"])
def test_the_other_pages_of_the_calendar_are_accessible_at_every_width(visit, address):
    policy = visit("policy")
    policy.open(address)
    look(policy, address.strip("/").replace("/", "-").partition("?")[0])
    assert complaints(policy) == []
