"""Pages of the organisation administrator, one's own account, and the one-time password that must be changed first."""

from __future__ import annotations

from itertools import count

import pytest

from api.demo_city.organisations import credit_code

BODY, OFFICER = "/organisation/bodies/1", "/organisation/officers/1"
PAGES = [
    *("/organisation", "/organisation/coverage", "/organisation/reviews", "/organisation/officers", OFFICER, BODY),
    *("/organisation/regions", "/organisation/regions/new"),
    *("/organisation/bodies/new", f"{BODY}/change", f"{BODY}/posts/new", f"{BODY}/custodian", "/organisation/posts/1"),
    *("/organisation/posts/1/change", "/organisation/officers/new", "/organisation/officers/new?post=1"),
    *(f"{OFFICER}/change", f"{OFFICER}/leave", "/account", "/account/password", "/account/leave", "/account/relatives"),
]
GOOD = "一门进出皆是百姓事"
_numbers = count(5001)


@pytest.fixture
def body(browser_of):
    """The address of a new street body of a district where no test has cases, seen by the administrator."""
    number = next(_numbers)
    admin = browser_of("admin")
    admin.get("/organisation/bodies/new?region=990103001000")
    code = credit_code("11", "990103", number)
    admin.submit("//main//form", name=f"页面街道{number}", short_name=f"页面{number}", uscc=code, seal_name="印章")
    assert admin.status == 200, admin.words
    return admin.address


def new_post(admin, body, name="综合窗口", roles=("clerk", "handler"), lane="street"):
    admin.get(f"{body}/posts/new")
    admin.submit("//main//form", name=name, roles=list(roles), lane=lane)
    return admin.address


def new_officer(admin, name):
    """The one-time password of a new officer."""
    admin.get("/organisation/officers/new")
    admin.submit("//main//form", name="李新", sign_in_name=name)
    return admin.page.xpath("//*[@id='one-time-password']")[0].text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(browser_of, language):
    admin = browser_of("admin")
    for address in PAGES:
        admin.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert admin.status == 200, address
        assert admin.page.xpath("//h1"), address


def test_only_administrators_have_the_door_and_come_in(browser_of):
    admin, window = browser_of("admin"), browser_of("window")
    admin.get("/")
    assert admin.response.headers["Location"] == "/organisation"
    window.get("/")
    assert not window.page.xpath("//nav//a[@href='/organisation']")
    for address in PAGES:
        if address.startswith("/organisation"):
            window.get(address)
            assert window.status == 403, address


def test_everybody_has_an_account_page_from_the_header(browser_of):
    window = browser_of("window")
    window.get("/")
    assert window.page.xpath("//header//a[@href='/account']")
    window.get("/account")
    assert "石板路社区" in window.words


def test_from_a_new_post_to_the_worklist_of_a_new_officer(browser_of, app, body):
    admin = browser_of("admin")
    post = new_post(admin, body)
    assert "空岗" in admin.words
    told = new_officer(admin, f"xin{body.rsplit('/', 1)[1]}")
    name = f"xin{body.rsplit('/', 1)[1]}"
    admin.get(post)
    admin.submit("//form[contains(@action, '/holders')]", officer=name)
    assert admin.address == post
    assert "李新" in admin.words
    officer = type(admin)(app.test_client())
    officer.post("/sign-in", {"name": name, "password": told})
    for address in ("/", "/accept", "/account", "/definitions"):
        officer.get(address)
        assert (officer.status, officer.response.headers["Location"]) == (303, "/account/password"), address
    rest = officer.client.get("/api/v1/work-items")
    assert (rest.status_code, rest.json["type"]) == (403, "urn:yimen:problem:password-change-needed")
    officer.get("/account/password")
    officer.submit("//main//form", current_password=told, new_password=GOOD, again="不一样")
    assert officer.status == 422
    officer.submit("//main//form", current_password=told, new_password=GOOD, again=GOOD)
    assert (officer.status, officer.address) == (200, "/")
    assert "我的工作台" in officer.words
    officer.get("/accept")
    assert officer.status == 200


def test_a_one_time_password_still_lets_one_sign_out(browser_of, app, body):
    told = new_officer(browser_of("admin"), f"tui{body.rsplit('/', 1)[1]}")
    officer = type(browser_of("admin"))(app.test_client())
    officer.post("/sign-in", {"name": f"tui{body.rsplit('/', 1)[1]}", "password": told})
    officer.get("/account/password")
    officer.post("/sign-out", {})
    assert officer.response.headers["Location"] == "/sign-in"


def test_a_form_sent_twice_adds_one_officer_and_shows_the_same_password(browser_of, body):
    admin = browser_of("admin")
    admin.get("/organisation/officers/new")
    sent = dict(admin.page.xpath("//main//form")[0].form_values())
    sent |= {"name": "李双", "sign_in_name": f"shuang{body.rsplit('/', 1)[1]}"}
    told = []
    for _ in range(2):
        admin.post("/organisation/officers/new", sent)
        told.append(admin.page.xpath("//*[@id='one-time-password']")[0].text)
    assert told[0] == told[1]


def test_what_is_wrong_is_shown_in_the_form_with_what_was_typed(browser_of, body):
    admin = browser_of("admin")
    admin.get(f"{body}/posts/new")
    admin.submit("//main//form", name="混合岗", roles=["clerk", "supervisor"], lane="street")
    assert admin.status == 422
    assert admin.page.xpath("//input[@name='name']/@value") == ["混合岗"]
    assert admin.page.xpath("//input[@name='roles'][@checked]/@value") == ["clerk", "supervisor"]
    assert admin.page.xpath("//*[@class='error-summary']//a/@href") == ["#f-roles"]


def test_a_name_that_means_two_officers_is_not_guessed(browser_of, body):
    admin = browser_of("admin")
    post = new_post(admin, body)
    for name in ("chongming.a", "chongming.b"):
        new_officer(admin, f"{name}{body.rsplit('/', 1)[1]}")
    admin.get(post)
    admin.submit("//form[contains(@action, '/holders')]", officer="chongming")
    assert admin.status == 422
    assert "不止一人" in admin.words


def own_post(admin):
    """The addresses of the administrator's own post and of the button that would end it."""
    admin.get(BODY)
    (post,) = [a.get("href") for a in admin.page.xpath("//tbody//a") if a.text_content() == "机构管理员"]
    admin.get(post)
    return post, admin.page.xpath("//form[contains(@action, '/end')]/@action")[0]


def test_refusals_of_buttons_are_told_above_the_page(browser_of):
    admin = browser_of("admin")
    _, end = own_post(admin)
    admin.post(end, {"back": OFFICER}, follow_redirects=True)
    assert admin.address == OFFICER
    assert "最后一位" in admin.words


def test_a_way_back_leads_to_our_own_pages_only(browser_of):
    admin = browser_of("admin")
    post, end = own_post(admin)
    admin.post(end, {"back": "//evil.example/"})
    assert admin.response.headers["Location"] == post


def test_a_review_is_opened_judged_and_closed(browser_of, body):
    admin = browser_of("admin")
    post = new_post(admin, body)
    name = f"fuhe{body.rsplit('/', 1)[1]}"
    new_officer(admin, name)
    admin.get(post)
    admin.submit("//form[contains(@action, '/holders')]", officer=name)
    admin.get(body)
    admin.submit("//form[@action='/organisation/reviews']")
    admin.get(admin.page.xpath("//tbody//a/@href")[0])
    line = admin.page.xpath("//input[@type='radio']/@name")[0]
    admin.submit("//main//form", **{line: "remove"})
    assert "收回" in admin.words
    admin.get(post)
    assert "空岗" in admin.words


def test_a_leave_is_registered_shown_and_called_off(browser_of):
    window = browser_of("window")
    window.get("/account/leave")
    deputy = next(o for o in window.page.xpath("//select[@name='deputy_id']/option") if "马小军" in o.text_content())
    window.submit("//main//form", deputy_id=deputy.get("value"), from_on="2026-04-01", to_on="2026-03-01")
    assert window.status == 422
    window.submit("//main//form", deputy_id=deputy.get("value"), from_on="2026-04-01", to_on="2026-04-03")
    assert "马小军" in window.words
    window.submit("//form[contains(@action, '/cancel')]")
    assert "已取消" in window.words


def test_a_relative_is_declared_and_only_the_relation_is_shown(browser_of):
    window = browser_of("window")
    window.get("/account/relatives")
    window.submit("//main//form", id_number="99010119500101007X", relation="in_law")
    assert window.address == "/account"
    assert "近姻亲" in window.words
    assert "99010119500101007X" not in window.response.text


def test_a_seal_is_handed_over_on_its_page(browser_of, body):
    admin = browser_of("admin")
    post = new_post(admin, body)
    name = f"yin{body.rsplit('/', 1)[1]}"
    new_officer(admin, name)
    admin.get(post)
    admin.submit("//form[contains(@action, '/holders')]", officer=name)
    admin.get(f"{body}/custodian")
    keeper = admin.page.xpath("//select[@name='officer_id']/option/@value")[1]
    admin.submit("//main//form", officer_id=keeper, document_no="页面〔2026〕1号")
    assert admin.address == body
    assert "页面〔2026〕1号" in admin.words
