"""The operations of a case in a real browser: accessible with every form open, and usable by keyboard alone."""

from __future__ import annotations

import pytest

from api.bulk import work_off
from tests.hands import Hands
from tests.walks.test_pages_in_a_browser import complaints, faults

pytestmark = pytest.mark.browser


@pytest.fixture
def hands(site_parts):
    return Hands(site_parts.office)


def opened(visit, hands, name):
    found = visit(name)
    found.open(f"/cases/{hands.number}")
    return found


def unfold(visit, action):
    """The form of an operation, opened by keyboard."""
    summary = visit.page.locator(f"details[id^='do-{action}-'] > summary")
    summary.focus()
    visit.page.keyboard.press("Enter")
    return visit.page.locator(f"details[id^='do-{action}-'] form")


def tab_to(page, wanted):
    """Tab on until the focus stands on a control whose name or text ends like this."""
    for _ in range(80):
        page.keyboard.press("Tab")
        named = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if named.endswith(wanted):
            return
    raise AssertionError(f"the tab key never came to {wanted}")


@pytest.mark.parametrize(("at", "name"), [("at_opinion", "street"), ("at_decision", "district")])
def test_a_case_page_with_every_form_open_is_accessible(visit, hands, at, name):
    getattr(hands, at)()
    officer = opened(visit, hands, name)
    officer.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert faults(officer) == []
    assert complaints(officer) == []


def test_a_case_is_sent_back_by_keyboard_alone(visit, hands):
    hands.at_decision()
    officer = opened(visit, hands, "district")
    unfold(officer, "return")
    tab_to(officer.page, "-target")
    officer.page.keyboard.press("Space")
    tab_to(officer.page, "-reason")
    officer.page.keyboard.type("请核实收入情况")
    tab_to(officer.page, "退回")
    officer.press("Enter")
    assert "已退回" in officer.page.locator(".flash").inner_text()
    assert "district_decision" not in hands.open_nodes()


def test_a_joint_signing_is_started_and_signed_by_keyboard_alone(visit, hands):
    hands.at_decision()
    officer = opened(visit, hands, "district")
    unfold(officer, "sign_jointly")
    tab_to(officer.page, "-officers")
    officer.page.keyboard.press("Space")
    tab_to(officer.page, "会签")
    officer.press("Enter")
    assert "已发起会签" in officer.page.locator(".flash").inner_text()
    asked = next(row for row in hands.hands() if row.part == "joint")
    (other,) = hands.rows("SELECT sign_in_name FROM officers WHERE id = :id", id=asked.officer_id)
    signer = opened(visit, hands, other.sign_in_name)
    assert faults(signer) == []
    signer.press("F9")
    assert "已签署" in signer.page.locator(".flash").inner_text()
    officer.open(f"/cases/{hands.number}")
    assert officer.page.locator(".votes").get_attribute("aria-label").startswith("确认 1")
    assert faults(officer) == []


def test_cases_are_ticked_by_keyboard_and_claimed_in_bulk(visit, hands, site_parts):
    hands.receive()
    window = visit("window")
    window.open(f"/?q={hands.number}")
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("x")
    assert window.page.locator("[data-chosen]").inner_text() == "已勾选 1"
    assert faults(window) == []
    window.page.locator("#bulk button[value=claim]").focus()
    window.press("Enter")
    assert faults(window) == []
    work_off(site_parts)
    window.page.locator("text=全部办成").wait_for()
    assert faults(window) == []


@pytest.mark.parametrize("address", ["/copies", "/waiting", "/bulk"])
def test_the_lists_beside_the_worklist_are_accessible(visit, hands, address):
    hands.at_opinion()
    hands.add("before", "grid")
    street = visit("street")
    street.open(address)
    assert faults(street) == []
