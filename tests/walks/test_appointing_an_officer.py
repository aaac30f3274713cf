"""An administrator sets up a post and an officer by keyboard; the officer changes the one-time password and sees the worklist."""

from __future__ import annotations

import pytest

from tests.walks.test_pages_in_a_browser import complaints, faults

pytestmark = pytest.mark.browser

STREET = "望溪区"  # a district where no other test has cases
PASSWORD = "一门进出皆是百姓事"


def to_a_street(admin):
    """The page of a street's body, through the tree."""
    page = admin.open("/organisation")
    for region in (
        page.locator("summary", has_text=STREET),
        page.locator("summary", has_text="街道").locator("visible=true"),
    ):
        region.first.focus()
        page.keyboard.press("Enter")
    page.locator("a:visible", has_text="街道").first.focus()
    admin.press("Enter")


def sign_in(visit, name, password):
    officer = visit("")
    officer.open("/sign-in")
    officer.page.keyboard.type(name)
    officer.page.keyboard.press("Tab")
    officer.page.keyboard.type(password)
    officer.press("Enter")
    return officer


def test_a_new_post_a_new_officer_and_the_first_sign_in(visit):
    admin = visit("admin")
    to_a_street(admin)
    admin.press("n")
    page = admin.page
    page.keyboard.type("临时窗口")
    page.select_option("#f-lane", "street")
    page.check("[name=roles][value=clerk]")
    admin.press("F9")
    assert faults(admin) == []
    post = page.url
    page.locator("a", has_text="录入新人员并任职").focus()
    admin.press("Enter")
    page.keyboard.type("吴新")
    page.keyboard.press("Tab")
    page.keyboard.type("wuxin")
    admin.press("F9")
    assert faults(admin) == []
    told = page.locator("#one-time-password").inner_text()
    admin.open(post.removeprefix(admin.site))
    assert "吴新" in page.locator("main").inner_text()
    officer = sign_in(visit, "wuxin", told)
    assert officer.page.url.endswith("/account/password")
    assert faults(officer) == []
    for text in (told, PASSWORD, PASSWORD):
        officer.page.keyboard.insert_text(text)
        officer.page.keyboard.press("Tab")
    officer.press("F9")
    assert officer.page.url == f"{officer.site}/"
    assert "我的工作台" in officer.page.locator("main").inner_text()
    assert complaints(admin) + complaints(officer) == []
