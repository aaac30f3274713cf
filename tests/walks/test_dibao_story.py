"""A family asks for the subsistence allowance (低保): five officers, a machine and the family itself, each at a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.jobs import drain_machine, sweep_timers

pytestmark = pytest.mark.browser

ITEM = "mz-001-subsistence-allowance"
WANG = "990101197403120027"
CHEN = "99010119720815001X"
VISIT = {
    "visitor_one": "郭志远",
    "visitor_two": "马小军",
    "visited_on": "2026-03-05",
    "visit_findings": "两居室，无大额支出，邻里反映属实。",
}
ASSESSMENT = {
    "category": "C类",
    "member_count": "3",
    "monthly_amount": "1200",
    "allowance_from": "2026-04-01",
    "review_on": "2026-09-30",
}


def fill_in_the_application(visit, identity, name):
    """The window with the whole application filled in, not yet handed in."""
    window = visit("window")
    window.open(f"/accept/{ITEM}")
    page = window.page
    page.keyboard.type(identity)
    window.press("Enter")
    assert page.input_value("[name=members-0-name]") == name
    page.check("[name=apply_mode][value=整户]")
    page.fill("[name=assets_note]", "无")
    page.select_option("[name=hardship_cause]", "失业")
    page.check("[name=check_authorised][value=true]")
    page.check("[name=relative_staff][value=false]")
    # Who is out of work needs no diagnosis: the list shrinks to the one paper the register cannot give.
    page.locator("#f-document-diagnosis").wait_for(state="detached")
    with page.expect_response("**/form"):
        page.check("#f-document-economic_check_authorisation")
    window.settle()
    return window, page


def apply_at_the_window(visit):
    """The application received and accepted; its case number."""
    window, page = fill_in_the_application(visit, WANG, "王秀英")
    assert page.locator("#eligibility .chip.red").count() == 0
    window.press("F9")
    number = page.url.split("/cases/")[1].split("?")[0]
    window.press("F9")
    assert "受理通知书" in page.locator(".papers").first.inner_text()
    return number


def do(visit, name, number, step, button, answers=None, times=1):
    """An officer opens the case, fills in what the step asks and presses a button; so many times."""
    officer = visit(name)
    for _ in range(times):
        page = officer.open(f"/cases/{number}")
        assert step in page.locator(".doing").inner_text(), page.locator("main").inner_text()
        form = page.locator(".doing form[id^='do-']").first
        _answer(page, form, answers or {})
        with page.expect_event("domcontentloaded"):
            form.locator("button", has_text=button).first.click()
            if page.locator("#confirm[open]").count():
                page.click("#confirm button[value=yes]")
        officer.settle()
        assert page.locator(".flash.success").count() == 1, page.locator("main").inner_text()


def _answer(page, form, answers):
    for name, value in answers.items():
        field = form.locator(f"[name$='-{name}']").first
        if field.get_attribute("type") == "radio":
            form.locator(f"[name$='-{name}'][value='{value}']").check()
        elif field.evaluate("f => f.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
        page.wait_for_load_state("networkidle")


def test_a_family_gets_its_allowance_and_anyone_can_verify_the_certificate(visit, site_parts):
    clock = site_parts.office.clock
    number = apply_at_the_window(visit)
    do(visit, "street", number, "发起家庭经济状况核对", "办理完毕")
    do(visit, "consult", number, "部门协查反馈", "与申报相符", times=4)
    clock.advance(timedelta(days=3))
    do(visit, "s0101", number, "两人以上入户调查", "调查完成", VISIT)
    do(visit, "street", number, "形成审核意见", "拟予确认", {"opinion": "人均收入低于标准，拟予确认。"})
    do(visit, "window", number, "张贴公示", "办理完毕")
    clock.advance(timedelta(days=8))
    assert sweep_timers(site_parts) >= 1
    do(visit, "window", number, "登记公示结果", "无异议")
    do(visit, "review", number, "审核并抽查", "办理完毕", {"spot_checked": "false"})
    do(visit, "district", number, "确认保障类别与金额", "确认", ASSESSMENT)
    assert drain_machine(site_parts) >= 1
    do(visit, "street", number, "送达", "登记送达")
    _the_city_sees_a_closed_case(visit, number)
    _the_family_and_a_bank_look(visit, number)


def _the_city_sees_a_closed_case(visit, number):
    page = visit("district").open(f"/cases/{number}")
    heading = page.locator(".page-head").inner_text()
    assert "已结案" in heading
    assert "准予" in heading
    assert "按时办结" in page.locator("aside").inner_text()
    ledger = page.locator(".ledger").first.inner_text()
    assert "公示" in ledger, "the days of the publicity are taken out of the limit, line by line"


def _the_family_and_a_bank_look(visit, number):
    window = visit("window")
    page = window.open(f"/cases/{number}/receipt")
    password = page.locator("td strong").inner_text()
    papers = window.open(f"/cases/{number}").locator(".papers").first
    certificate, code = (
        papers.locator(".figures").first.inner_text().split(" · ")[0],
        papers.locator("code").inner_text(),
    )

    family = visit("")
    page = family.open(f"/progress?number={number}")
    page.fill("#f-password", password)
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")
    assert "已结案：准予" in page.locator(".answer").inner_text()
    with page.expect_download() as download:
        page.locator(".answer a.primary").click()

    bank = visit("")
    page = bank.open("/verify")
    page.fill("#f-number", certificate)
    page.fill("#f-code", code)
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")
    assert "证明真实有效" in page.locator("main").inner_text()
    assert "王秀英" not in page.locator("main").inner_text()
    page.set_input_files("#f-file", download.value.path())
    with page.expect_event("domcontentloaded"):
        page.locator("form[action='/verify/file'] button").click()
    assert "文件完整，印章签名有效" in page.locator("main").inner_text()
    assert "与登记的文件一致" in page.locator("main").inner_text()


def test_a_resident_above_the_standard_learns_the_exact_rule_and_the_nearest_way_to_qualify(visit, site_parts):
    window, page = fill_in_the_application(visit, CHEN, "陈建国")
    verdict = page.locator("#eligibility").inner_text()
    assert page.locator("#eligibility .chip.red").count() >= 1
    assert "共同生活成员月人均收入 860 元，须低于 780 元（低保标准），超出 80 元以上" in verdict
    assert "最近的达标途径" in verdict
    assert "出路：可申请低保边缘家庭" in verdict
    window.press("F9")
    number = page.url.split("/cases/")[1].split("?")[0]
    form = page.locator("form[action*='refuse_acceptance']").first
    assert form.locator("textarea[name$='-reason']").input_value(), "the reason stands there from the unmet condition"
    assert "《社会救助暂行办法》" in form.locator("[name$='-legal_basis']").input_value()
    with page.expect_event("domcontentloaded"):
        form.locator("button[type=submit], button:not([type])").last.click()
        page.click("#confirm button[value=yes]")
    window.settle()
    shown = window.open(f"/cases/{number}").locator("main").inner_text()
    assert "已结案" in shown
    assert "不予受理通知书" in shown
