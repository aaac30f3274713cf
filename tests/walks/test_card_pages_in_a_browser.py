"""The pages about cards in a real browser: accessible at every width, silent, and usable by keyboard alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import MONDAY
from tests.story import Story
from tests.walks.test_pages_in_a_browser import DESKTOP, PHONE, complaints, faults

pytestmark = pytest.mark.browser


@pytest.fixture
def late(site_parts):
    """A case past its promised limit in the city behind the site; its clock goes back afterwards."""
    story = Story(site_parts.office)
    story.receive()
    story.accept()
    yield story.wait(29)
    site_parts.office.clock.at = MONDAY


def pictured(visit, name):
    """Keeps what the page looks like at both widths where somebody wants to look."""
    if folder := os.environ.get("YIMEN_PICTURES"):
        for size in (DESKTOP, PHONE):
            visit.page.set_viewport_size(size)
            visit.page.screenshot(path=str(Path(folder) / f"{name}-{size['width']}.png"), full_page=True)
        visit.page.set_viewport_size(DESKTOP)


def card_id(late):
    return late.rows("SELECT id FROM cards WHERE case_id = :case AND rule = 'T05'")[0].id


def test_list_rules_card_and_the_case_with_its_cards_are_accessible(visit, late):
    supervisor = visit("supervisor")
    for name, address in (
        ("cards", "/supervision/cards"),
        ("rules", "/supervision/rules"),
        ("on-time", "/supervision/on-time"),
        ("card", f"/supervision/cards/{card_id(late)}"),
        ("case", f"/cases/{late.number}"),
    ):
        supervisor.open(address)
        pictured(supervisor, name)
        assert faults(supervisor) == [], address
    assert complaints(supervisor) == []


def test_a_card_is_explained_and_upheld_by_keyboard_alone(visit, late):
    holder, supervisor = visit("consult"), visit("supervisor")
    address = f"/supervision/cards/{card_id(late)}"
    holder.open(address)
    pictured(holder, "holder")
    assert faults(holder) == []
    holder.press("F9")
    assert holder.page.evaluate("document.activeElement.className") == "error-summary"
    assert faults(holder) == []
    holder.page.keyboard.press("Tab")
    holder.page.keyboard.press("Enter")
    assert holder.page.evaluate("document.activeElement.name") == "text"
    holder.page.keyboard.type("材料由外地寄送，途中延误三天")
    holder.press("F9")
    assert "说明已提交" in holder.page.locator(".flash").inner_text()
    supervisor.open(address)
    supervisor.page.locator("#f-reason").focus()
    supervisor.page.keyboard.type("应当事先申请延期")
    supervisor.press("F9")
    assert supervisor.page.locator(".chip", has_text="维持").count() >= 1
    pictured(supervisor, "upheld")
    assert faults(supervisor) == []
