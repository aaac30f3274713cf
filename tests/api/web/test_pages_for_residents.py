"""Pages for residents: progress, verification, service guides; in both languages, without an account."""

from __future__ import annotations

import io

import pytest

from certificates.pki import ensure_authority

ITEM = "mz-901-example-allowance"
WANG = "990101197403120027"


@pytest.fixture
def receipt(browser_of):
    """Number and query password of a fresh case."""
    browser = browser_of("window")
    browser.get(f"/accept/{ITEM}")
    browser.submit("//form[@class='inline-form']", applicant_id=WANG)
    answers = {"apply_mode": "整户", "income_12m": "6000", "hardship_cause": "疾病"}
    browser.submit("//form[@id='acceptance-form']", document=["identity_card"], **answers)
    number = browser.address.rsplit("/", 1)[1]
    browser.get(f"/cases/{number}/receipt")
    return number, browser.page.xpath("//td/strong/text()")[0]


def asked(visitor, number, password):
    visitor.get("/progress")
    visitor.submit("//form[@action='/progress']", number=number, password=password)
    return visitor


def test_a_resident_follows_a_case_with_number_and_password(visitor, receipt):
    asked(visitor, *receipt)
    assert visitor.status == 200
    assert "材料已收到" in visitor.words
    assert "王**" in visitor.words
    assert "王秀英" not in visitor.words
    assert WANG not in visitor.words


def test_a_wrong_password_tells_nothing_about_the_case(visitor, receipt):
    number, password = receipt
    asked(visitor, number, "x" + password[1:])
    assert visitor.status == 404
    assert "没有查到这个办件" in visitor.words
    assert "王" not in visitor.words
    assert visitor.page.xpath("//input[@name='number']/@value") == [number]


def test_guessing_passwords_is_stopped(visitor, receipt):
    number, password = receipt
    for _ in range(6):
        asked(visitor, number, "guess")
    assert visitor.status == 429
    asked(visitor, number, password)
    assert visitor.status == 429


def test_the_progress_page_speaks_english(visitor, receipt):
    visitor.get("/progress?lang=en")
    asked(visitor, *receipt)
    assert visitor.page.xpath("//html/@lang") == ["en"]
    assert "Received;acceptanceisdecidedby" in visitor.words


def test_the_elder_version_is_one_link_away_on_every_page_for_residents(visitor):
    for address in ("/progress", "/verify", "/guide"):
        visitor.get(address)
        assert "?display=large" in visitor.page.xpath("//a/@href")[5:] + visitor.page.xpath("//a/@href")


def test_an_unknown_certificate_is_not_vouched_for(visitor):
    visitor.get("/verify/1.2.156.3005.2.nothing?c=K7M2QX9P")
    assert visitor.status == 404
    assert "没有查到这份证明" in visitor.words


def test_a_pdf_without_a_seal_is_told_to_have_none(visitor, parts):
    ensure_authority(parts.authority_directory)
    visitor.get("/verify")
    visitor.post("/verify/file", {"file": (io.BytesIO(b"%PDF-1.4 nothing signed here"), "page.pdf")})
    assert visitor.status == 200
    assert "文件没有电子签章" in visitor.words


@pytest.mark.parametrize("content", [b"", b"GIF89a"])
def test_only_pdf_files_can_be_verified(visitor, content):
    visitor.get("/verify")
    visitor.post("/verify/file", {"file": (io.BytesIO(content), "page.pdf")})
    assert visitor.status == 422
    assert "PDF" in visitor.words


def test_a_file_larger_than_the_limit_is_refused_before_it_is_read(visitor):
    visitor.get("/verify")
    told = {"CONTENT_LENGTH": str(9 * 1024 * 1024)}
    kind = "multipart/form-data; boundary=x"
    answer = visitor.client.post("/verify/file", data=b"--x", content_type=kind, environ_overrides=told)
    assert answer.status_code == 413


def test_the_service_guide_has_every_part_in_the_order_of_the_standard(visitor):
    visitor.get(f"/guide/{ITEM}")
    parts = [heading.text_content().strip() for heading in visitor.page.xpath("//section//h2")]
    assert parts == [
        *("基本信息", "受理条件", "申请材料", "办理时限", "收费、地点与次数", "办理流程", "办理结果", "设定依据"),
        "救济与投诉",
    ]
    assert "示例生活补贴审核确认" in visitor.words
    assert visitor.page.xpath("//*[name()='svg'][@role='img']")


def test_a_guide_is_found_by_its_catalogue_code_too(visitor):
    visitor.get("/guide/MZ-901")
    assert visitor.status == 200


def test_guides_are_searched_in_plain_words(visitor):
    visitor.get("/guide?q=补贴")
    assert f"/guide/{ITEM}" in visitor.page.xpath("//a/@href")
    visitor.get("/guide?q=飞行执照")
    assert "没有找到" in visitor.words


def test_an_unknown_page_is_a_page_of_ours_with_a_way_out(visitor):
    visitor.get("/nowhere")
    assert visitor.status == 404
    assert "没有找到" in visitor.words
    assert "/" in visitor.page.xpath("//a[contains(@class, 'primary')]/@href")


def test_the_keys_are_explained_on_a_page_without_script(visitor):
    visitor.get("/help/keys")
    assert {"F2", "F4", "F9", "N", "?"} <= set(visitor.page.xpath("//kbd/text()"))
