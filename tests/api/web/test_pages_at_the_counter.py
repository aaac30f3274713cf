"""Pages of officers: sign-in, worklist, acceptance, the case file and what is done with it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from api.demo_city.officers import DEMO_PASSWORD

ITEM = "mz-901-example-allowance"
WANG = "990101197403120027"  # 王秀英, a fixed resident of 石板路社区
STRANGER = "990101196001010034"
FORM = "//form[@id='acceptance-form']"


def check_digit(first_17):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first_17 + "10X98765432"[sum(w * int(c) for w, c in zip(weights, first_17, strict=True)) % 11]


def started(browser, item=ITEM, number=WANG):
    browser.get(f"/accept/{item}")
    browser.submit("//form[@class='inline-form']", applicant_id=number)
    return browser


def received(browser, *, documents=("identity_card", "income_statement"), **answers):
    given = {
        "apply_mode": "整户",
        "income_12m": "6000",
        "hardship_cause": "疾病",
        "document": list(documents),
    } | answers
    started(browser).submit(FORM, **given)
    assert browser.status == 200, browser.words
    return browser.address.rsplit("/", 1)[1]


def audited(office, action, object_id):
    question = text("SELECT count(*) FROM audit_entries WHERE action = :action AND object_id = :object_id")
    with office.database.connect() as connection:
        return connection.execute(question, {"action": action, "object_id": object_id}).scalar_one()


def person(office, number=WANG):
    """The audit trail names persons by a keyed digest only."""
    return office.sealer.digest(number)


def test_a_page_for_officers_sends_a_stranger_to_the_sign_in_page_and_back(visitor):
    visitor.get("/cases?card=red")
    assert visitor.status == 303
    assert visitor.response.location.startswith("/sign-in?next=%2Fcases")
    visitor.get(visitor.response.location)
    visitor.submit("//form[@action='/sign-in']", name="window", password=DEMO_PASSWORD)
    assert visitor.address == "/cases"


def test_a_wrong_password_says_so_without_saying_what_was_wrong(visitor):
    visitor.get("/sign-in")
    visitor.submit("//form[@action='/sign-in']", name="window", password="guess")
    assert visitor.status == 422
    assert "用户名或密码不对" in visitor.words
    assert visitor.page.xpath("//input[@name='name']/@value") == ["window"]


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(visitor, wanted):
    visitor.get("/sign-in")
    visitor.post("/sign-in", {"name": "window", "password": DEMO_PASSWORD, "next": wanted})
    assert visitor.response.location == "/"


def test_demo_accounts_are_listed_only_in_a_demo_installation(visitor, parts):
    visitor.get("/sign-in")
    assert DEMO_PASSWORD not in visitor.words
    assert not parts.settings.demo


def test_signing_out_ends_the_session_and_clears_drafts_from_the_browser(browser_of):
    browser = browser_of("window")
    browser.get("/")
    browser.post("/sign-out", {})
    assert browser.response.headers["Clear-Site-Data"] == '"storage"'
    browser.get("/")
    assert browser.status == 303


def test_a_form_without_the_token_of_its_session_is_refused(browser_of):
    browser = browser_of("window")
    browser.get("/accept")
    browser.post(f"/accept/{ITEM}/form", {"applicant_id": WANG, "csrf_token": "wrong"})
    assert browser.status == 403


def test_a_form_sent_from_another_site_is_refused(visitor):
    visitor.get("/progress")
    visitor.post("/progress", {"number": "1", "password": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert visitor.status == 403


def test_every_page_forbids_inline_code_and_stays_out_of_caches(browser_of):
    browser = browser_of("window")
    for address in ("/", "/accept", "/cases", "/definitions", "/progress"):
        browser.get(address)
        assert "script-src 'self';" in browser.response.headers["Content-Security-Policy"]
        assert browser.response.headers["Cache-Control"] == "no-store"
        assert browser.response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_worklist_shows_a_received_case_and_previews_it(browser_of, office):
    browser = browser_of("window")
    number = received(browser)
    browser.get(f"/?tile=to_accept&q={number}")
    assert number in browser.words
    row = browser.page.xpath(f"//tr[.//a[text()='{number}']]/@data-preview")
    browser.get(row[0])
    assert "王秀英" in browser.words
    assert WANG not in browser.words
    assert audited(office, "preview_case", number) >= 1


def test_searching_by_identity_number_finds_the_case_and_keeps_the_number_out_of_addresses(browser_of, office):
    browser = browser_of("window")
    received(browser)
    before = audited(office, "search_person", person(office))
    browser.get("/")
    browser.submit("//form[@role='search']", q=WANG)
    assert browser.page.xpath("//tbody[@id='rows']//td[.='王秀英']")
    assert WANG not in browser.response.request.url
    assert all(WANG not in href for href in browser.page.xpath("//a/@href"))
    assert audited(office, "search_person", person(office)) == before + 1


@pytest.mark.parametrize("address", [f"/?q={WANG}", f"/cases?q={WANG}"])
def test_an_identity_number_in_an_address_is_refused(browser_of, address):
    browser = browser_of("window")
    browser.get(address)
    assert browser.status == 422


def test_a_worklist_search_by_name_becomes_an_address_of_its_own(browser_of):
    browser = browser_of("window")
    browser.get("/")
    browser.submit("//form[@role='search']", q="王秀")
    assert browser.response.request.args["q"] == "王秀"


def test_htmx_gets_only_the_rows_of_a_search(browser_of):
    browser = browser_of("window")
    browser.get("/")
    browser.post("/", {"q": "王"}, headers={"HX-Request": "true"})
    assert browser.page.xpath("//tbody[@id='rows']")
    assert not browser.page.xpath("//header[@class='site-header']")


def test_an_officer_without_cases_starts_at_the_first_door_of_the_posts(browser_of):
    browser = browser_of("supervisor")
    browser.get("/", follow_redirects=True)
    assert browser.address == "/cases"


def test_items_are_found_by_chinese_words_and_by_pinyin_initials(browser_of):
    browser = browser_of("window")
    for q in ("示例生活", "slshbt", "MZ-901"):
        browser.get(f"/accept?q={q}")
        assert f"/accept/{ITEM}" in browser.page.xpath("//a/@href"), q


def test_a_wrong_identity_number_is_told_at_its_field_and_kept(browser_of):
    browser = started(browser_of("window"), number="990101197403120028")
    assert browser.status == 422
    assert "校验位不符" in browser.words
    assert browser.page.xpath("//input[@name='applicant_id']/@value") == ["990101197403120028"]


def test_what_the_registry_knows_is_filled_in_and_the_look_up_is_recorded(browser_of, office):
    before = audited(office, "prefill_application", person(office))
    browser = started(browser_of("window"))
    assert browser.page.xpath("//input[@name='applicant_name']/@value") == ["王秀英"]
    assert "居民库" in browser.words
    assert audited(office, "prefill_application", person(office)) == before + 1


def test_refreshing_a_form_half_filled_in_is_not_another_look_up(browser_of, office):
    browser = started(browser_of("window"))
    before = audited(office, "prefill_application", person(office))
    browser.post(f"/accept/{ITEM}/form", dict(browser.page.xpath(FORM)[0].form_values()))
    assert browser.status == 200
    assert audited(office, "prefill_application", person(office)) == before


def test_a_client_that_only_claims_to_be_refreshing_is_recorded(browser_of, office):
    browser = started(browser_of("window"))
    before = audited(office, "prefill_application", person(office))
    browser.post(f"/accept/{ITEM}/form", {"applicant_id": WANG, "started": "1"})
    assert audited(office, "prefill_application", person(office)) == before + 1


def test_a_conditional_question_is_asked_only_when_its_condition_holds(browser_of):
    browser = started(browser_of("window"))
    assert not browser.page.xpath("//input[@name='severe_illness']")
    browser.post(f"/accept/{ITEM}/form", {"applicant_id": WANG, "started": "1", "apply_mode": "单人"})
    assert browser.page.xpath("//input[@name='severe_illness']")


def test_eligibility_grows_with_the_answers(browser_of):
    browser = started(browser_of("window"))
    assert "资格预判" in browser.words
    assert "申请人户籍在本市" in browser.words


def test_an_unknown_person_must_choose_a_community(browser_of):
    unknown = check_digit("99010119600101003")
    browser = started(browser_of("window"), number=unknown)
    assert "居民库中没有此人" in browser.words
    assert len(browser.page.xpath("//select[@name='home_region']/option")) > 60
    browser.submit(FORM, applicant_name="赵新", applicant_phone="13800000000")
    assert browser.status == 422
    assert "请选择其居住的社区" in browser.words


def test_errors_stand_at_the_top_and_at_each_field_and_nothing_typed_is_lost(browser_of):
    browser = started(browser_of("window"))
    browser.submit(FORM, applicant_phone="12", income_12m="6000", document=["identity_card"])
    assert browser.status == 422
    links = browser.page.xpath("//div[@class='error-summary']//a/@href")
    assert "#f-applicant_phone" in links
    assert "#f-hardship_cause" in links
    assert browser.page.xpath("//input[@name='applicant_phone']/@value") == ["12"]
    assert browser.page.xpath("//input[@name='applicant_phone']/@aria-invalid") == ["true"]
    assert browser.page.xpath("//input[@name='document'][@checked]/@value") == ["identity_card"]


def test_a_received_case_opens_at_acceptance_and_is_accepted(browser_of):
    browser = browser_of("window")
    number = received(browser)
    assert browser.response.request.args["do"] == "accept"
    assert browser.page.xpath("//form[starts-with(@id, 'do-accept')]//button[@autofocus]")
    browser.submit("//form[starts-with(@id, 'do-accept')]")
    assert browser.address == f"/cases/{number}"
    assert "已受理" in browser.words
    assert "受理通知书" in browser.words
    assert "承诺时限" in browser.words


def test_sending_the_same_application_twice_opens_one_case(browser_of):
    browser = browser_of("window")
    answers = {"apply_mode": "整户", "income_12m": "6000", "hardship_cause": "疾病"}
    started(browser)
    page = browser.page
    browser.submit(FORM, document=["identity_card", "income_statement"], **answers)
    first = browser.address
    browser.page = page
    browser.submit(FORM, document=["identity_card", "income_statement"], **answers)
    assert browser.address == first


def test_missing_documents_lead_to_the_one_time_notice_and_back(browser_of):
    browser = browser_of("window")
    number = received(browser, documents=("identity_card",))
    assert "还缺1份必要材料" in browser.words
    assert not browser.page.xpath("//form[starts-with(@id, 'do-accept')]")
    browser.submit("//form[contains(@action, 'request_correction')]")
    assert "待补正" in browser.words
    assert "一次性告知书" in browser.words
    browser.submit("//form[starts-with(@id, 'do-supply_correction')]", **_ticked(browser))
    assert browser.page.xpath("//form[starts-with(@id, 'do-accept')]"), browser.words
    assert browser.address == f"/cases/{number}"


def _ticked(browser):
    boxes = browser.page.xpath("//form[starts-with(@id, 'do-supply_correction')]//input[@type='checkbox']")
    return {boxes[0].get("name"): [box.get("value") for box in boxes]}


def test_refusing_acceptance_needs_a_reason_and_what_was_typed_stays(browser_of):
    browser = browser_of("window")
    number = received(browser)
    form = "//form[contains(@action, 'refuse_acceptance')]"
    (law,) = browser.page.xpath(f"{form}//input[contains(@name, 'legal_basis')]/@name")
    browser.submit(form, **{law: "《示例补贴办法》第四条"})
    assert browser.status == 422
    assert "请写明不予受理的理由" in browser.words
    assert browser.page.xpath(f"{form}//input[@name='{law}']/@value") == ["《示例补贴办法》第四条"]
    (reason,) = browser.page.xpath(f"{form}//textarea/@name")
    browser.submit(form, **{reason: "申请人户籍不在本市"})
    assert browser.address == f"/cases/{number}"
    assert "不予受理通知书" in browser.words


def test_a_foreign_case_is_shown_to_nobody_outside_its_scope(browser_of):
    number = received(browser_of("window"))
    stranger = browser_of("admin")
    stranger.get(f"/cases/{number}")
    assert stranger.status in (200, 404)
    outsider = browser_of("c020101")
    outsider.get(f"/cases/{number}")
    assert outsider.status == 404


def test_whole_numbers_are_shown_only_for_a_recorded_purpose(browser_of, office):
    browser = browser_of("window")
    number = received(browser)
    browser.get(f"/cases/{number}")
    assert WANG not in browser.words
    browser.submit("//form[contains(@action, 'reveal')]", purpose="")
    assert browser.status == 422
    assert WANG not in browser.words
    browser.submit("//form[contains(@action, 'reveal')]", purpose="identity")
    assert WANG in browser.words
    assert audited(office, "reveal_identity", number) == 1
    assert audited(office, "view_case", number) >= 1


def test_a_case_somebody_else_dealt_with_meanwhile_says_so(browser_of):
    browser = browser_of("window")
    number = received(browser)
    page = browser.page
    browser.submit("//form[starts-with(@id, 'do-accept')]")
    browser.page = page
    browser.submit("//form[starts-with(@id, 'do-accept')]")
    assert browser.status in (404, 409, 412)
    assert number


def test_the_receipt_prints_the_query_password_and_is_recorded(browser_of, office):
    browser = browser_of("window")
    number = received(browser)
    browser.get(f"/cases/{number}/receipt")
    (password,) = browser.page.xpath("//td/strong/text()")
    assert len(password) == 6
    assert audited(office, "print_receipt", number) == 1


def test_the_whole_way_to_a_decision_through_the_pages(browser_of):
    window = browser_of("window")
    number = received(window)
    window.submit("//form[starts-with(@id, 'do-accept')]")
    for name in ("street", "district", "consult", "window", "street", "district") * 3:
        browser = browser_of(name)
        browser.get(f"/cases/{number}")
        if browser.status == 200 and (forms := browser.page.xpath("//form[starts-with(@id, 'do-complete')]")):
            _complete(browser, forms[0])
            if "准予" in browser.words or "不予批准" in browser.words:
                break
    assert "准予" in browser.words
    assert "准予决定书" in browser.words


def _complete(browser, form):
    answers = {}
    for field in form.xpath(".//input[@aria-required='true'] | .//textarea[@aria-required='true']"):
        answers[field.get("name")] = "2026-03-02" if field.get("type") == "date" else "600"
    buttons = form.xpath(".//button[@value]/@value")
    browser.submit("//form[starts-with(@id, 'do-complete')]", button=buttons[0] if buttons else "", **answers)
    assert browser.status == 200, browser.words
