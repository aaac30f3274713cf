"""Every operation of the table has a form on the case page, opens in its place, and keeps what was typed."""

from __future__ import annotations

import re

import pytest

from api.web.action_bar import _GROUPS, FORMS
from engine.policy.operations import Action
from tests.hands import Hands

# Papers have pages of their own, reached from the papers of the case.
ON_OTHER_PAGES = {
    Action.SERVE: "/cases/<number>/notices/<notice>/service",
    Action.HAND_OVER: "/cases/<number>/handovers",
    Action.TAKE_OVER: "/cases/<number>/handovers/<int:handover_id>/receipt",
}
DRAWN_BY_HAND = {
    *(Action.ACCEPT, Action.REFUSE_ACCEPTANCE, Action.REQUEST_CORRECTION, Action.SUPPLY_CORRECTION, Action.CLAIM),
    *(Action.RELEASE, Action.COMPLETE, Action.DELIVER, Action.SIGN, Action.HAND_BACK, Action.END_PROCEDURE),
}


@pytest.fixture
def hands(office):
    return Hands(office)


def opened(browser, hands):
    browser.get(f"/cases/{hands.number}")
    assert browser.status == 200, browser.words
    return browser


def form(action):
    return f"//form[substring-after(@action, '/cases/') and contains(@action, '/{action}')]"


def control(browser, action, name):
    """The name of a control of an operation's form."""
    named = browser.page.xpath(f"{form(action)}//@name")
    return next(one for one in named if one.endswith(f"-{name}"))


def do(browser, action, **values):
    """The operation's form sent with these controls."""
    named = {control(browser, action, name): value for name, value in values.items()}
    return browser.submit(form(action), **named)


def free(browser, action, name):
    """The first choice that is not greyed."""
    named = f"{form(action)}//*[@name='{control(browser, action, name)}']"
    options = f"{named}[not(self::select)][not(@disabled)]/@value | {named}/option[not(@disabled)][@value!='']/@value"
    return browser.page.xpath(options)[0]


def test_every_operation_has_a_form_and_stands_once_on_the_page(app):
    assert set(FORMS) == set(Action) - set(ON_OTHER_PAGES)
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert set(ON_OTHER_PAGES.values()) <= posts
    grouped = [action for _, _, members in _GROUPS for action in members]
    assert sorted(grouped) == sorted(set(FORMS) - DRAWN_BY_HAND)
    assert all(FORMS[action].controls or action is Action.RECALL for action in grouped)


def test_a_return_shows_the_way_back_as_steps_and_keeps_what_was_typed(browser_of, hands):
    hands.at_decision()
    district = opened(browser_of("district"), hands)
    assert len(district.page.xpath("//ol[@class='route']//strong/text()")) >= 3
    do(district, "return", reason="收入证明与核对不一致")
    assert district.status in (409, 422)
    assert district.page.xpath(f"{form('return')}/ancestor::details[@open]")
    assert "收入证明与核对不一致" in district.page.xpath(f"string({form('return')}//textarea)")
    do(district, "return", target="opinion", reason="收入证明与核对不一致")
    assert "已退回" in district.words
    assert hands.open_nodes() == ["opinion"]
    assert "收入证明与核对不一致" in opened(browser_of("street"), hands).words
    assert hands.faults() == []


def test_a_joint_signing_is_started_signed_and_drawn(browser_of, hands):
    hands.at_decision()
    district = opened(browser_of("district"), hands)
    do(district, "sign_jointly")
    assert district.status == 422
    assert "每人只选一次" in district.words
    chosen = free(district, "sign_jointly", "officers")
    do(district, "sign_jointly", officers=[chosen], note="请会审家庭收入")
    assert "已发起会签" in district.words
    assert "签署情况" in district.words
    (name,) = hands.rows("SELECT sign_in_name FROM officers WHERE id = :id", id=int(chosen))
    other = opened(browser_of(name.sign_in_name), hands)
    assert "请会审家庭收入" in other.words
    other.submit("//form[starts-with(@id, 'do-sign')]", button="grant")
    assert "已签署" in other.words
    opened(district, hands)
    assert district.page.xpath("//div[@class='votes']/@aria-label")[0].startswith("确认 1")
    assert hands.faults() == []


def test_a_step_is_delegated_handed_back_and_transferred(browser_of, hands):
    hands.at_opinion()
    street = opened(browser_of("street"), hands)
    helper = hands.officer_id("grid")
    value = street.page.xpath(f"{form('delegate')}//option[contains(@value, ':{helper}')]/@value")[0]
    do(street, "delegate", holder=value, note="请入户核实")
    assert "已委派" in street.words
    grid = opened(browser_of("grid"), hands)
    grid.submit("//form[starts-with(@id, 'do-hand_back')]")
    assert grid.status == 422
    box = grid.page.xpath("//form[starts-with(@id, 'do-hand_back')]//textarea/@name")[0]
    grid.submit("//form[starts-with(@id, 'do-hand_back')]", **{box: "收入属实"})
    assert "已交回" in grid.words
    opened(street, hands)
    assert "收入属实" in street.words
    do(street, "transfer", holder=free(street, "transfer", "holder"), reason="该件由其承办")
    assert "已转办" in street.words
    assert hands.faults() == []


def test_signers_are_asked_and_struck_off_again(browser_of, hands):
    hands.at_opinion()
    street = opened(browser_of("street"), hands)
    do(street, "add_signer_before", officers=[free(street, "add_signer_before", "officers")])
    assert "请其先签署意见" in street.words
    do(street, "remove_signer", signer=free(street, "remove_signer", "signer"), reason="该同志出差")
    assert "已减签" in street.words
    assert "该同志出差" in street.words
    assert hands.faults() == []


def test_the_clock_is_extended_with_an_approval(browser_of, hands):
    hands.at_opinion()
    street = opened(browser_of("street"), hands)
    assert "最多" in street.words
    do(street, "extend", amount="999", reason="案情复杂", approver_id=free(street, "extend", "approver_id"))
    assert street.status == 422
    assert street.page.xpath(f"{form('extend')}//input[contains(@name, 'amount')]/@value") == ["999"]
    do(street, "extend", amount="5", reason="案情复杂", approver_id=free(street, "extend", "approver_id"))
    assert "已延期" in street.words
    assert hands.faults() == []


def test_a_case_is_urged_copied_supervised_and_answered(browser_of, hands):
    hands.at_opinion()
    supervisor = opened(browser_of("supervisor"), hands)
    do(supervisor, "urge")
    assert "已催办" in supervisor.words
    do(supervisor, "supervise", matter="请说明进度")
    assert "督办单已发出" in supervisor.words
    do(supervisor, "copy", officers=[str(hands.officer_id("window"))], note="请知悉")
    assert "已抄送" in supervisor.words
    street = opened(browser_of("street"), hands)
    assert "请说明进度" in street.words
    do(street, "answer_supervision", order_id=free(street, "answer_supervision", "order_id"), answer="正在核实")
    assert "已答复督办" in street.words
    opened(supervisor, hands)
    do(supervisor, "close_supervision", order_id=free(supervisor, "close_supervision", "order_id"))
    assert "督办已处理" in supervisor.words
    window = opened(browser_of("window"), hands)
    assert "抄送您阅" in window.words
    window.submit("//form[contains(@action, 'copy-read')]")
    assert "抄送您阅" not in opened(window, hands).words
    assert hands.faults() == []


def test_a_case_is_withdrawn_for_its_applicant_with_the_reason_on_the_page(browser_of, hands):
    hands.receive()
    window = opened(browser_of("window"), hands)
    do(window, "withdraw", asked_by="王秀英", reason="已在外地办理")
    assert "已按申请人要求撤回" in window.words
    assert "已在外地办理" in window.words
    assert hands.faults() == []


def test_missing_documents_may_follow_where_the_item_allows_it(browser_of, hands):
    hands.receive(documents={"identity_card": "paper"})
    window = opened(browser_of("window"), hands)
    do(window, "accept_with_gaps", deferred=[free(window, "accept_with_gaps", "deferred")])
    assert "已容缺受理" in window.words, window.words
    do(window, "supply_deferred", documents=[free(window, "supply_deferred", "documents")])
    assert "已收取容缺材料" in window.words
    assert hands.faults() == []


def test_a_second_notice_of_corrections_asks_for_its_reason_and_an_approval(browser_of, hands):
    hands.receive(documents={"identity_card": "paper"})
    window = opened(browser_of("window"), hands)
    window.submit(form("request_correction"))
    boxes = "//form[starts-with(@id, 'do-supply_correction')]//input[@type='checkbox']"
    window.submit(
        "//form[starts-with(@id, 'do-supply_correction')]",
        **{window.page.xpath(f"{boxes}/@name")[0]: window.page.xpath(f"{boxes}/@value")},
    )
    assert "再次告知补正" in window.words
    do(window, "request_correction", remarks="还需说明收入来源")
    assert window.status in (409, 422)
    do(
        window,
        "request_correction",
        remarks="还需说明收入来源",
        second_reason="首次材料不清晰",
        approver_id=free(window, "request_correction", "approver_id"),
    )
    assert window.status == 200, window.words
    assert "待补正" in window.words


def test_what_cannot_be_done_says_why(browser_of, hands):
    hands.receive()
    window = opened(browser_of("window"), hands)
    why = re.sub(r"\s+", "", window.page.xpath("string(//details[@class='impossible'])"))
    assert "为什么不能" in why
    assert "驳回办件当前为" in why


def test_a_closed_case_is_archived_from_its_page(browser_of, hands):
    hands.to_end()
    window = opened(browser_of("window"), hands)
    do(window, "archive", page_count="12")
    assert "已归档" in window.words
    assert hands.case().status == "archived"


def test_an_operation_nobody_knows_is_not_found(browser_of, hands):
    hands.receive()
    window = opened(browser_of("window"), hands)
    window.post(f"/cases/{hands.number}/fly", {})
    assert window.status == 404
