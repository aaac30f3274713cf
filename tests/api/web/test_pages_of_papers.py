"""Pages of papers: services, hand-overs, archives, edited texts."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from api.demo_city.officers import officers
from certificates.notice_templates import supplied_text
from certificates.pki import ensure_authority
from engine.commands.archive_case import ArchiveCase, archive_case
from engine.terms import NoticeKind
from tests.api.web.test_pages_at_the_counter import audited
from tests.story import Story


@pytest.fixture
def story(office, parts):
    ensure_authority(parts.authority_directory, office.clock)
    return Story(office)


def notice_of(story, kind="acceptance"):
    return story.rows("SELECT number FROM notices WHERE case_id = :case AND kind = :kind", kind=kind)[0][0]


def accepted(story):
    story.receive()
    story.accept()
    return story


def is_pdf(browser):
    return browser.status == 200 and browser.response.data.startswith(b"%PDF")


def fetched(browser, address):
    browser.response = browser.client.get(address)
    return browser


def test_a_document_has_its_page_and_a_service_is_recorded_there(browser_of, story, office):
    accepted(story)
    browser, number = browser_of("window"), notice_of(story)
    browser.get(f"/cases/{story.number}")
    (href,) = [h for h in browser.page.xpath("//a/@href") if "/notices/" in h]
    browser.get(href)
    assert number in browser.words
    assert audited(office, "view_notice", number) == 1
    browser.submit("//form[contains(@action,'/service')]", mode="left", served_on="2026-03-02", recipient="张同住")
    assert browser.status == 422
    assert {"请写明" in m for m in browser.page.xpath("//p[@class='message']/text()")} >= {True}
    assert browser.page.xpath("//input[@name='recipient']/@value") == ["张同住"]
    browser.submit("//form[contains(@action,'/service')]", relation="配偶", witnesses="刘甲、孙乙", refusal="不愿签字")
    assert browser.status == 200
    assert "留置送达" in browser.words
    assert is_pdf(fetched(browser, f"{href}/service.pdf"))


def test_a_date_that_is_none_is_told_at_its_field(browser_of, story):
    accepted(story)
    browser = browser_of("window")
    browser.get(f"/cases/{story.number}/notices/{quote(notice_of(story))}")
    browser.submit("//form[contains(@action,'/service')]", mode="direct", served_on="yesterday", recipient="王秀英")
    assert browser.status == 422
    assert browser.page.xpath("//p[@id='f-served_on-e']")


def test_papers_are_handed_over_and_confirmed_on_their_page(browser_of, story):
    accepted(story)
    window, street = browser_of("window"), browser_of("street")
    address = f"/cases/{story.number}/handovers"
    window.get(address)
    receiving = {str(post.id) for post in story.actor("street").posts}
    (to_post, *_) = [v for v in window.page.xpath("//select[@name='to_post_id']/option/@value") if v in receiving]
    window.submit("//form[@action=$a]".replace("$a", f"'{address}'"), to_post_id=to_post)
    assert window.status == 422
    window.submit(f"//form[@action='{address}']", to_post_id=to_post, document=["identity_card"])
    assert "待对方确认" in window.words
    street.get(address)
    street.submit("//form[contains(@action,'/receipt')]")
    assert "已接收" in street.words
    (slip,) = street.page.xpath("//a[contains(@href,'.pdf')]/@href")
    assert is_pdf(fetched(street, slip))


def test_the_collection_record_is_printed_after_delivery(browser_of, story):
    story.to_end()
    assert is_pdf(fetched(browser_of("window"), f"/cases/{story.number}/collection.pdf"))


def test_a_case_is_archived_found_verified_printed_and_handed_over(browser_of, story):
    story.to_end()
    browser = browser_of("window")
    row = f"//form[@action='/archives'][.//input[@value='{story.number}']]"
    browser.get("/archives")
    while not browser.page.xpath(row):
        (following,) = browser.page.xpath("//a[@rel='next']/@href")
        browser.get(following)
    browser.submit(row, page_count="7", retention="permanent")
    assert browser.status == 200
    browser.get(f"/archives/kept?number={story.number}")
    assert "永久" in browser.words
    browser.submit("//form[@action='/archives/transfers']", case=[story.number])
    assert browser.status == 422
    browser.get(f"/archives/kept?number={story.number}")
    browser.submit("//form[@action='/archives/transfers']", case=[story.number], receiver="青石区档案馆")
    browser.get(f"/archives/kept?number={story.number}")
    (transfer,) = browser.page.xpath("//a[contains(@href,'/archives/transfers/')]/@href")
    assert is_pdf(fetched(browser, transfer))
    browser.get(f"/archives/cases/{story.number}")
    assert "案卷与归档时一致" in browser.words
    assert is_pdf(fetched(browser, f"/archives/cases/{story.number}/list.pdf"))
    browser.get(f"/cases/{story.number}")
    assert "已归档" in browser.words


def test_a_closed_case_is_archived_from_its_file(browser_of, story):
    story.to_end()
    browser = browser_of("window")
    browser.get(f"/cases/{story.number}")
    browser.submit("//form[contains(@action, '/archive')]")
    assert story.case().status == "archived"
    browser.get(f"/cases/{story.number}")
    assert "没有可办的操作" in browser.words
    assert not browser.page.xpath("//form[contains(@action, '/archive')]")


def test_archives_and_papers_of_another_place_do_not_exist(browser_of, story):
    story.to_end()
    archive_case(story.office, story.actor("window"), ArchiveCase(case_number=story.number))
    elsewhere = next(o for o in officers() if any("综合窗口" in post and "石板" not in body for body, post in o.posts))
    stranger, asked, number = browser_of(elsewhere.sign_in_name), browser_of("consult"), notice_of(story)
    for address in (
        f"/cases/{story.number}/notices/{quote(number)}",
        f"/cases/{story.number}/notices/{quote(number)}/service.pdf",
        f"/cases/{story.number}/collection.pdf",
        f"/cases/{story.number}/handovers",
        f"/archives/cases/{story.number}",
        f"/archives/cases/{story.number}/list.pdf",
    ):
        assert stranger.client.get(address).status_code == 404, address
        assert asked.client.get(address).status_code == 404, address  # was asked about the case, and no more
    stranger.get("/archives/kept")
    assert story.number not in stranger.words


def test_pages_of_archives_are_for_those_who_work_on_cases(browser_of):
    auditor = browser_of("auditor")
    for address in ("/archives", "/archives/kept", "/notice-templates", "/notice-templates/grant"):
        assert auditor.client.get(address).status_code == 403, address


def test_a_policy_officer_edits_a_text_with_preview_difference_and_history(browser_of, story):
    browser = browser_of("policy")
    browser.get("/notice-templates")
    assert "终止办理告知书" in browser.words
    browser.get("/notice-templates/termination")
    form = "//form[@action='/notice-templates/termination']"
    text = supplied_text(NoticeKind.TERMINATION)
    browser.submit(form, content=text.replace("{{ number }}", "{{ nummer }}"), reason="试改")
    assert browser.status == 422
    assert "第3行" in browser.words
    edited = text.replace("终止办理不影响", "本次终止不影响")
    preview = browser.client.post(
        "/notice-templates/termination",
        data={
            "content": edited,
            "do": "preview",
            "csrf_token": browser.page.xpath("//meta[@name='csrf-token']/@content")[0],
        },
    )
    assert preview.data.startswith(b"%PDF")
    browser.submit(form, content=edited, reason="改得明白些")
    assert browser.status == 200
    assert "+<p>本次终止不影响" in browser.words
    assert "由另一位业务管理员批准" in browser.words
    assert is_pdf(fetched(browser, "/notice-templates/termination/sample.pdf?version=1"))
    assert fetched(browser, "/notice-templates/termination/sample.pdf?version=99").status == 404
    assert browser.client.get("/notice-templates/postcard").status_code == 404


def test_nobody_approves_his_own_text_on_the_page_either(browser_of, story):
    browser = browser_of("policy")
    browser.get("/notice-templates/withdrawal")
    browser.submit(
        "//form[@action='/notice-templates/withdrawal']", content=supplied_text(NoticeKind.WITHDRAWAL), reason="x"
    )
    version = story.rows("SELECT max(version) FROM notice_templates WHERE kind = 'withdrawal'")[0][0]
    address = f"/notice-templates/withdrawal/{version}/approval"
    browser.post(address, {"in_force_from": "never"})
    assert browser.status == 422
    browser.post(address, {"in_force_from": date(2026, 3, 9).isoformat()})
    assert browser.status == 409
