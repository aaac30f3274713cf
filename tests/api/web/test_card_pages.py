"""Pages about cards: from issue to close by those whom it concerns, and the rule book."""

from __future__ import annotations

import io

import pytest

from api.app import create_app
from api.bootstrap import Parts
from api.demo_city.officers import DEMO_PASSWORD
from certificates.pki import ensure_authority
from tests.api.web.conftest import Browser
from tests.story import Story


@pytest.fixture
def late(office):
    story = Story(office)
    story.receive()
    story.accept()
    return story.wait(31)


@pytest.fixture
def own_browser(own_office, shared_settings):
    """A policy officer on a city of the test's own, whose rules may change."""
    browser = Browser(create_app(Parts(shared_settings, own_office, None)).test_client())
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": "policy", "password": DEMO_PASSWORD})
    return browser


@pytest.fixture
def address(late):
    return f"/supervision/cards/{late.rows('SELECT id FROM cards WHERE case_id = :case AND rule = :rule', rule='T05')[0].id}"


def status(late):
    return late.rows("SELECT status FROM cards WHERE case_id = :case AND rule = 'T05'")[0].status


def test_a_card_lives_from_issue_to_close_on_its_page(browser_of, late, address):
    supervisor, holder = browser_of("supervisor"), browser_of("consult")
    supervisor.get(f"/supervision/cards?case_number={late.number}")
    assert address in supervisor.page.xpath("//tbody//a/@href")
    supervisor.get(address)
    assert status(late) == "issued", "a supervisor's look is no notification"
    assert "说明期限未满" in supervisor.words
    holder.get(address)
    assert status(late) == "notified"
    holder.submit("//form[contains(@action, '/explain')]", text="")
    assert holder.status == 422
    assert "请写明情况和理由" in holder.words
    holder.submit("//form[contains(@action, '/explain')]", text="材料由外地寄送")
    assert "说明已提交" in holder.words
    supervisor.get(address)
    assert "材料由外地寄送" in supervisor.words
    supervisor.submit("//form[contains(@action, '/rule')]", button="upheld", reason="应当事先延期")
    assert status(late) == "upheld"
    holder.get(address)
    assert "应当事先延期" in holder.words
    holder.submit("//form[contains(@action, '/rectify')]", text="已补办")
    supervisor.get(address)
    supervisor.submit("//form[contains(@action, '/close')]")
    assert status(late) == "closed"
    assert "已销牌" in supervisor.words


def test_a_verb_out_of_turn_is_told_on_the_page(browser_of, late, address):
    supervisor = browser_of("supervisor")
    supervisor.get(address)
    supervisor.post(f"{address}/close", {})
    assert supervisor.status == 409
    assert "销牌只能在“已整改”时进行" in supervisor.words
    supervisor.post(f"{address}/forgive", {})
    assert supervisor.status == 404


def test_the_page_of_a_card_names_no_applicant_and_is_closed_to_strangers(browser_of, address):
    supervisor = browser_of("supervisor")
    supervisor.get(address)
    assert "王秀英" not in supervisor.words
    assert "计时明细" in supervisor.words
    for stranger in ("policy", "window"):
        browser = browser_of(stranger)
        browser.get(address)
        assert browser.status == 404


def test_the_file_of_the_case_leads_holder_and_supervisor_to_the_card(browser_of, late, address):
    for name in ("supervisor", "consult"):
        browser = browser_of(name)
        browser.get(f"/cases/{late.number}")
        assert address in browser.page.xpath("//a/@href")


def test_the_rule_book_shows_every_rule_its_threshold_and_why_some_rest(browser_of, late):
    supervisor = browser_of("supervisor")
    supervisor.get("/supervision/rules")
    assert len(supervisor.page.xpath("//tbody/tr")) == 21
    for words in ("剩余≤1个工作日", "再过3个工作日升级", "待好差评模块启用", "3个工作日未说明"):
        assert words in supervisor.words
    clerk = browser_of("window")
    clerk.get("/supervision/rules")
    assert clerk.status == 403


def test_a_clerk_finds_cards_in_the_navigation_and_a_supervisor_in_its_section(browser_of):
    for name in ("window", "consult"):
        browser = browser_of(name)
        browser.get("/supervision/cards")
        assert browser.page.xpath("//nav//a[@aria-current='page']/@href") == ["/supervision/cards"]
    supervisor = browser_of("supervisor")
    supervisor.get("/supervision/cards?signal=yellow&status=unfinished&lang=en")
    assert "Cards" in supervisor.words
    assert "/supervision/rules" in supervisor.page.xpath("//nav//a/@href")


def test_the_notice_of_a_card_is_printed(browser_of, parts, address):
    ensure_authority(parts.authority_directory)
    supervisor = browser_of("supervisor")
    supervisor.get(address)
    (notice,) = supervisor.page.xpath("//a[contains(@href, '/notices/')]/@href")
    printed = supervisor.client.get(notice)
    assert printed.status_code == 200
    assert printed.data.startswith(b"%PDF")
    assert browser_of("window").client.get(notice).status_code == 404, "a clerk of the case is not concerned"


def test_a_policy_officer_loads_another_edition_of_the_rules_and_hears_what_is_wrong_with_it(own_browser):
    policy = own_browser
    policy.get("/supervision/rules")
    text = policy.client.get("/api/v1/supervision/rules/text").data
    wrong = text.replace(b"signal: red", b"signal: purple", 1)
    for content, reason, words in ((wrong, "云府办〔2026〕8号", "purple"), (text, "", "依据"), (b"", "文", "请选择")):
        policy.post("/supervision/rules", {"file": (io.BytesIO(content), "supervision.yaml"), "reason": reason})
        assert policy.status == 422
        assert words in policy.words
    changed = text.replace(b'version: "2026.1"', b'version: "2026.2"').replace(
        b"answer_working_days: 3", b"answer_working_days: 5"
    )
    sent = {"file": (io.BytesIO(changed), "supervision.yaml"), "reason": "云府办〔2026〕8号"}
    policy.post("/supervision/rules", sent, follow_redirects=True)
    assert "版本2026.2；黄牌、红牌须在5个工作日内说明" in policy.words
