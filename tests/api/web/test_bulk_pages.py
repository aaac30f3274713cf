"""Bulk work through the pages: tick, choose, follow, try again."""

from __future__ import annotations

import pytest

from api.bulk import work_off
from tests.hands import Hands


@pytest.fixture
def received(office):
    stories = [Hands(office) for _ in range(2)]
    for story in stories:
        story.receive()
    return stories


def tick(browser, action, stories, **changes):
    browser.get("/")
    items = [str(story.items()[0].id) for story in stories]
    browser.submit("//form[@id='bulk']", work_items=items, action=action, **changes)
    return browser


def test_a_selection_of_the_worklist_is_claimed_and_the_page_shows_how_far_it_is(browser_of, received, parts):
    window = tick(browser_of("window"), "claim", received)
    assert "已处理0/2" in window.words
    assert window.page.xpath("//section[@id='run']/@hx-trigger") == ["every 2s"]
    address = window.address
    work_off(parts)
    window.get(address)
    assert "已处理2/2" in window.words
    assert "全部办成" in window.words
    assert not window.page.xpath("//section[@id='run']/@hx-trigger")
    window.get("/bulk")
    assert address in window.page.xpath("//a/@href")


def test_nothing_ticked_says_so(browser_of):
    window = tick(browser_of("window"), "claim", [])
    assert window.address == "/"
    assert "请先勾选" in window.words


def test_passing_on_asks_once_and_keeps_what_was_typed(browser_of, office, parts):
    story = Hands(office).at_opinion()
    street = tick(browser_of("street"), "transfer", [story])
    street.submit("//form[@action='/bulk']", reason="人员调整")
    assert street.status == 422
    assert "请选择接手的岗位" in street.words
    assert street.page.xpath("string(//textarea[@name='reason'])") == "人员调整"
    options = street.page.xpath("//select[@name='holder']/option[not(@disabled)][@value!='']/@value")
    mine = str(story.main().post_id)
    street.submit("//form[@action='/bulk']", holder=next(o for o in options if ":" not in o and o != mine))
    work_off(parts)
    street.get(street.address)
    assert "全部办成" in street.words
    assert story.faults() == []


def test_cases_on_one_step_are_decided_alike(browser_of, office, parts):
    stories = [Hands(office) for _ in range(2)]
    for story in stories:
        story.at_decision()
    district = tick(browser_of("district"), "complete", stories)
    assert "共2件" in district.words
    district.submit("//form[@action='/bulk']", button="grant", opinion="同意")
    work_off(parts)
    district.get(district.address)
    assert "全部办成" in district.words
    assert [story.faults() for story in stories] == [[], []]


def test_a_refused_case_says_why_and_can_be_tried_again(browser_of, received, parts):
    window = browser_of("window")
    tick(window, "release", received)
    work_off(parts)
    window.get(window.address)
    assert "未办成2" in window.words
    window.submit("//form[contains(@action, '/retry')]")
    assert "等待2" in window.words
    work_off(parts)


def test_receipts_of_a_selection_are_printed_on_one_page_and_recorded(browser_of, received):
    window = browser_of("window")
    window.get("/")
    items = [str(story.items()[0].id) for story in received]
    window.post("/bulk/print", {"work_items": items})
    assert len(window.page.xpath("//div[@class='sheet']")) == 2
    assert all(story.password in window.words for story in received)
    (row,) = received[0].rows(
        "SELECT count(*) AS n FROM audit_entries WHERE action = 'print_receipt' AND object_id = :number",
        number=received[0].number,
    )
    assert row.n == 1


def test_a_run_of_somebody_else_is_not_found(browser_of, received):
    window = tick(browser_of("window"), "claim", received)
    other = browser_of("street")
    other.get(window.address)
    assert other.status == 404
