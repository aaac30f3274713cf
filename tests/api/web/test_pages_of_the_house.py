"""Pages of supervisors, policy officers and auditors."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.definitions.bundle import ItemBundle, bundle_to_zip, read_bundle

ITEM = "mz-901-example-allowance"
FIXTURES = Path(__file__).parents[2] / "engine" / "definitions" / "fixtures"
PROCESS = f"process_definitions/civil_affairs/{ITEM}.bpmn"


@pytest.fixture
def bundle() -> ItemBundle:
    return read_bundle(ITEM, FIXTURES)


def uploaded(browser, content):
    browser.get("/definitions")
    browser.post("/definitions/checks", {"file": (io.BytesIO(content), "bundle.zip")})
    return browser


def test_the_on_time_table_shows_a_dash_and_not_zero_where_nothing_was_completed(browser_of):
    browser = browser_of("supervisor")
    browser.get("/supervision/on-time?from=2020-01-01&to=2020-01-31")
    assert browser.status == 200
    rates = browser.page.xpath("//td[@data-label='按时办结率']")
    assert rates
    assert {cell.text_content().strip() for cell in rates} == {"—"}


@pytest.mark.parametrize("by", ["region", "department", "item", "period"])
def test_the_on_time_table_groups_by_every_dimension_and_offers_it_as_csv(browser_of, by):
    browser = browser_of("supervisor")
    browser.get(f"/supervision/on-time?by={by}&from=2026-02-01&to=2026-03-31")
    assert browser.status == 200
    assert "合计" in browser.words
    (csv,) = browser.page.xpath("//a[@download]/@href")
    browser.get(csv)
    assert browser.response.mimetype == "text/csv"


def test_a_region_of_the_table_opens_the_rows_below_it(browser_of):
    browser = browser_of("supervisor")
    browser.get("/supervision/on-time")
    below = browser.page.xpath("//tbody//th/a/@href")
    assert len(below) == 3
    browser.get(below[0])
    assert "街道" in browser.words


@pytest.mark.parametrize("query", ["by=colour", "from=yesterday", "from=2026-03-02&to=2026-03-01"])
def test_a_wrong_question_to_the_table_is_told_and_not_answered(browser_of, query):
    browser = browser_of("supervisor")
    browser.get(f"/supervision/on-time?{query}")
    assert browser.status == 422


def test_clerks_do_not_supervise_and_supervisors_do_not_publish(browser_of, bundle):
    clerk = browser_of("window")
    clerk.get("/supervision/on-time")
    assert clerk.status == 403
    supervisor = uploaded(browser_of("supervisor"), bundle_to_zip(bundle))
    assert supervisor.status == 403


def test_definitions_are_listed_with_their_versions_and_found(browser_of):
    browser = browser_of("policy")
    browser.get("/definitions?q=MZ-901")
    assert "示例生活补贴审核确认" in browser.words
    assert "现行第1版" in browser.words


def test_a_definition_shows_diagram_rules_documents_and_texts(browser_of):
    browser = browser_of("policy")
    browser.get(f"/definitions/{ITEM}")
    assert browser.page.xpath("//*[name()='svg'][@role='img']")
    assert "policy.dibao_standard" in browser.words
    (text,) = browser.page.xpath(f"//a[contains(@href, 'forms/civil_affairs/{ITEM}.yaml')]/@href")
    assert "示例生活补贴" in browser.client.get(text).text
    assert browser.client.get(f"/definitions/{ITEM}/texts/../secrets").status_code == 404


def test_the_downloaded_bundle_passes_the_check_unchanged(browser_of):
    browser = browser_of("policy")
    content = browser.client.get(f"/definitions/{ITEM}/bundle.zip").data
    uploaded(browser, content)
    assert browser.status == 200, browser.words
    assert "检查通过" in browser.words


def test_findings_name_file_and_line_and_forbid_publication(browser_of, bundle):
    broken = bundle.with_text(PROCESS, bundle.texts[PROCESS].replace(b"userTask", b"scriptTask"))
    browser = uploaded(browser_of("policy"), bundle_to_zip(broken))
    assert browser.status == 422
    assert "不能发布" in browser.words
    assert any(cell.text_content().strip() == PROCESS for cell in browser.page.xpath("//td[@data-label='文件']"))
    assert not browser.page.xpath("//form[@action='/definitions/publish']")


def test_a_file_that_is_no_bundle_is_refused_in_words(browser_of):
    browser = uploaded(browser_of("policy"), b"no zip at all")
    assert browser.status == 422
    assert "定义包无法读取" in browser.words


def test_publishing_needs_a_date_and_a_reason(browser_of, bundle):
    browser = uploaded(browser_of("policy"), bundle_to_zip(bundle))
    browser.submit("//form[@action='/definitions/publish']", valid_from="", reason="")
    assert browser.status == 422
    assert "请填写生效日期" in browser.words
    assert "请写明发布理由" in browser.words


def test_publishing_the_texts_in_force_changes_nothing(browser_of):
    browser = browser_of("policy")
    content = browser.client.get(f"/definitions/{ITEM}/bundle.zip").data
    uploaded(browser, content)
    browser.submit("//form[@action='/definitions/publish']", reason="再发一次")
    assert "没有另发新版" in browser.words


def test_auditors_see_who_looked_and_nobody_else_does(browser_of):
    auditor = browser_of("auditor")
    auditor.get("/audit?action=sign_in")
    assert "登录" in auditor.words
    supervisor = browser_of("supervisor")
    supervisor.get("/audit")
    assert supervisor.status == 403
