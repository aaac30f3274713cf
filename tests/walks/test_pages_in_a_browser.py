"""Every page in a real browser: accessible, within the content security policy, silent, and usable by keyboard alone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

ITEM = "mz-901-example-allowance"
WANG = "990101197403120027"
DESKTOP, PHONE = {"width": 1600, "height": 900}, {"width": 390, "height": 844}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ADDRESSES = {
    "": ["/sign-in", "/progress", "/verify", "/verify/nothing?c=K7M2QX9P", "/guide", f"/guide/{ITEM}", "/help/keys"],
    "window": ["/", "/accept", f"/accept/{ITEM}", "/cases", "/cases/none"],
    "supervisor": ["/supervision/on-time", "/supervision/on-time?by=item"],
    "policy": ["/definitions", f"/definitions/{ITEM}"],
    "auditor": ["/audit"],
    "admin": [
        *("/organisation", "/organisation/bodies/1", "/organisation/posts/1", "/organisation/posts/1/change"),
        *("/organisation/officers", "/organisation/officers/1", "/organisation/officers/new", "/organisation/coverage"),
        *("/organisation/reviews", "/account", "/account/password", "/account/leave"),
    ],
}
PAGES = [(name, address) for name, addresses in ADDRESSES.items() for address in addresses]


def faults(visit):
    """What axe finds on the present page, what sticks out sideways and what the policy refused, at both widths."""
    found = []
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        answer = Axe().run(visit.page, options=RULES)
        for rule in answer.response["violations"]:
            found.append(f"{size['width']}: {rule['id']} {[node['html'][:120] for node in rule['nodes']]}")
        beyond = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beyond > 0:
            found.append(f"{size['width']}: {beyond} px beyond the edge")
    visit.page.set_viewport_size(DESKTOP)
    return found + [f"refused {directive}" for directive in visit.refused()]


def complaints(visit):
    """What the console said; that a page answers 4xx is meant."""
    return [words for words in visit.complaints if "Failed to load resource" not in words]


def start(visit, number=WANG):
    """The acceptance form of a resident, opened by keyboard."""
    visit.open(f"/accept/{ITEM}")
    visit.page.keyboard.type(number)
    visit.press("Enter")


def fill(visit):
    """What the register did not know, and the documents."""
    page = visit.page
    with page.expect_response("**/form"):
        page.check("[name=apply_mode][value=整户]")
    page.fill("[name=income_12m]", "6000")
    page.check("[name=hardship_cause][value=疾病]")
    page.check("#f-document-identity_card")
    with page.expect_response("**/form"):
        page.check("#f-document-income_statement")
    visit.settle()


@pytest.mark.parametrize(("name", "address"), PAGES, ids=[f"{n or 'resident'}{a}" for n, a in PAGES])
def test_a_page_is_accessible_at_every_width_silent_and_within_the_policy(visit, name, address):
    opened = visit(name)
    opened.open(address)
    assert faults(opened) == []
    assert complaints(opened) == []


def test_the_form_with_and_without_errors_and_the_case_page_are_accessible(visit):
    window = visit("window")
    start(window)
    assert faults(window) == []
    window.press("F9")
    assert window.page.locator(".error-summary").is_visible()
    assert faults(window) == []
    fill(window)
    window.press("F9")
    assert "/cases/" in window.page.url
    assert faults(window) == []
    assert complaints(window) == []


def test_an_application_is_accepted_by_keyboard_alone(visit):
    window = visit("window")
    window.open("/")
    window.press("n")
    assert window.page.url.endswith("/accept")
    window.page.keyboard.type("slshbt")
    window.page.locator(".items-count", has_text="slshbt").wait_for()
    window.press("Enter")
    assert window.page.url.endswith(f"/accept/{ITEM}")
    window.page.keyboard.type(WANG)
    window.press("Enter")
    _answer_by_keyboard(window.page)
    window.press("F9")
    assert "/cases/" in window.page.url
    assert "受理" in window.page.evaluate("document.activeElement.textContent")
    window.press("Enter")
    assert "已受理" in window.page.locator(".flash").inner_text()
    assert window.page.locator("text=受理通知书").count() >= 1


def _answer_by_keyboard(page):
    """Tab through the form; answer each empty question where the focus stands."""
    for _ in range(60):
        name, kind, ticked = page.evaluate(
            "[document.activeElement.name ?? '', document.activeElement.type ?? '', document.activeElement.checked]"
        )
        if kind == "radio":
            page.keyboard.press("Space")
        elif name == "income_12m":
            page.keyboard.press("Control+a")
            page.keyboard.type("6000")
        elif name == "document" and not ticked:
            page.keyboard.press("Space")
        if name == "document" and page.locator("#f-document-income_statement").is_checked():
            break
        page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")


def test_errors_take_the_focus_and_their_links_lead_to_the_fields(visit):
    window = visit("window")
    start(window)
    window.press("F9")
    page = window.page
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.keyboard.press("Tab")
    wanted = page.evaluate("document.activeElement.getAttribute('href')").removeprefix("#")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == wanted


def test_a_conditional_question_appears_without_losing_the_focus_or_what_was_typed(visit):
    window = visit("window")
    start(window)
    page = window.page
    page.fill("[name=applicant_phone]", "13812345678")
    with page.expect_response("**/form"):
        page.check("[name=apply_mode][value=单人]")
    page.locator("[name=severe_illness]").first.wait_for()
    assert page.evaluate("document.activeElement.name") == "apply_mode"
    assert page.input_value("[name=applicant_phone]") == "13812345678"


def test_a_draft_survives_the_page_and_is_gone_after_sign_out(visit):
    window = visit("window")
    start(window)
    page = window.page
    page.fill("[name=applicant_phone]", "13800001111")
    window.settle()
    page.keyboard.press("F2")
    assert "本机" in page.locator("[data-draft-note]").inner_text()
    window.open(f"/accept/{ITEM}")
    with page.expect_navigation():
        page.click("[data-restore-draft]")
    window.settle()
    assert page.input_value("[name=applicant_phone]") == "13800001111"
    with page.expect_navigation():
        page.click("form[action='/sign-out'] button")
    assert page.evaluate("localStorage.length") == 0


def test_the_arrows_move_through_the_worklist_and_the_preview_follows(visit):
    window = visit("window")
    for _ in range(2):
        start(window)
        fill(window)
        window.press("F9")
    page = window.open("/")
    page.keyboard.press("ArrowDown")
    first = page.evaluate("document.activeElement.dataset.preview")
    with page.expect_response("**/preview"):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.preview") != first
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-q"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "TR"
    window.press("Enter")
    assert "/cases/" in page.url


def test_the_question_mark_lists_the_keys_of_the_page(visit):
    page = visit("window").page
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    assert "新收申请" in page.locator("#shortcuts").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#shortcuts").is_visible()


def test_paper_shows_the_slip_and_nothing_around_it(visit):
    window = visit("window")
    start(window)
    fill(window)
    window.press("F9")
    number = window.page.url.split("/cases/")[1].split("?")[0]
    page = window.open(f"/cases/{number}/receipt")
    page.emulate_media(media="print")
    assert page.locator(".notice").is_visible()
    assert not page.locator(".site-header").is_visible()
    assert not page.locator("[data-print]").first.is_visible()


def test_forms_work_without_javascript(chromium, site, visit):
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/progress")
    page.fill("#f-number", "1")
    page.fill("#f-password", "2")
    page.click("main form button")
    assert "没有查到" in page.locator("main").inner_text()
    context.close()
