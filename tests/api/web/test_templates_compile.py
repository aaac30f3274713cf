"""Templates: all compile, obey the strict content security policy, speak both languages and escape what they are given."""

from __future__ import annotations

import re
from datetime import date

import jinja2
import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import nodes

from api.web.presentation import STATIC_FOLDER, TEMPLATE_FOLDER, install_pages
from engine.definitions.model import Choice, FormField
from engine.policy.ledger import LedgerLine
from engine.terms import CaseResult, CaseStatus, LedgerKind

TEMPLATES = sorted(str(path.relative_to(TEMPLATE_FOLDER)) for path in TEMPLATE_FOLDER.rglob("*.j2"))
PAGE_TEMPLATES = [name for name in TEMPLATES if name.endswith(".html.j2")]
HAN = re.compile(r"[\u4e00-\u9fff]")
UI = '{% import "ui.html.j2" as ui %}'


@pytest.fixture(scope="module")
def app():
    app = Flask("pages", static_folder=str(STATIC_FOLDER), template_folder=str(TEMPLATE_FOLDER))
    app.secret_key = "test"
    install_pages(app)
    app.jinja_env.globals["csrf_token"] = lambda: "token-of-this-session"
    app.add_url_rule("/page", "page", lambda: render_template("errors/404.html.j2"))
    return app


def source(name):
    return (TEMPLATE_FOLDER / name).read_text(encoding="utf-8")


def shown(app, template, address="/page", **values):
    with app.test_request_context(address):
        return render_template_string(UI + template, **values)


def wordings(tree):
    return [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == "t"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(app, name):
    assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", PAGE_TEMPLATES)
def test_no_template_carries_inline_style_script_or_handler(name):
    html = re.sub(r"{#.*?#}", "", source(name), flags=re.S)
    assert not re.search(r"\sstyle\s*=|<style\b", html)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", html)
    assert not re.search(r"javascript:|hx-on|hx-vals\s*=\s*[\"']js:", html)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", html))


@pytest.mark.parametrize("bad", ['<p style="x">', "<script>x</script>", '<a onclick="x">', '<b hx-on:click="x">'])
def test_the_inline_check_catches_each_kind_of_inline_code(bad, tmp_path, monkeypatch):
    (tmp_path / "bad.html.j2").write_text(bad)
    monkeypatch.setitem(globals(), "TEMPLATE_FOLDER", tmp_path)
    with pytest.raises(AssertionError):
        test_no_template_carries_inline_style_script_or_handler("bad.html.j2")


@pytest.mark.parametrize("name", PAGE_TEMPLATES)
def test_every_wording_has_both_languages(app, name):
    for call in wordings(app.jinja_env.parse(source(name))):
        assert len(call.args) == 2, f"{name}:{call.lineno}"
        zh, en = call.args
        if isinstance(zh, nodes.Const):
            assert HAN.search(zh.value), f"{name}:{call.lineno}"
            assert isinstance(en, nodes.Const), f"{name}:{call.lineno}"
            assert en.value, f"{name}:{call.lineno}"
            assert not HAN.search(en.value), f"{name}:{call.lineno}"


@pytest.mark.parametrize("name", PAGE_TEMPLATES)
def test_no_chinese_stands_outside_a_wording(app, name):
    tree = app.jinja_env.parse(source(name))
    bare = [
        data.data
        for output in tree.find_all(nodes.Output)
        for data in output.nodes
        if isinstance(data, nodes.TemplateData)
    ]
    left = [text for text in bare if HAN.search(text.replace(">中文<", ""))]  # the link to Chinese is in Chinese
    assert left == []


def test_every_stylesheet_and_script_a_template_names_is_there_or_is_fetched_by_make_assets():
    named = {name for template in PAGE_TEMPLATES for name in re.findall(r"asset\('([^']+)'\)", source(template))}
    assert named
    missing = {name for name in named if not (STATIC_FOLDER / name).exists()}
    assert {name for name in missing if not name.startswith("vendor/")} == set()


def test_a_page_is_chinese_unless_english_is_asked_for_and_the_choice_is_kept(app):
    with app.test_client() as browser:
        assert '<html lang="zh-CN"' in browser.get("/page").text
        english = browser.get("/page?lang=en")
        assert '<html lang="en"' in english.text
        assert "Not found" in english.text
        assert "Not found" in browser.get("/page").text
        browser.get("/page?lang=zh")
        assert "没有找到" in browser.get("/page").text


def test_the_elder_version_is_kept_for_the_next_page(app):
    with app.test_client() as browser:
        browser.get("/page?display=large")
        assert 'data-display="large"' in browser.get("/page").text


def test_pages_are_sent_with_a_policy_that_allows_no_inline_code(app):
    policy = app.test_client().get("/page").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_what_a_template_is_given_is_escaped_although_names_end_in_j2(app):
    with app.test_request_context("/page"):
        page = render_template("errors/409.html.j2", message="<script>alert(1)</script>")
    assert "&lt;script&gt;" in page


def test_the_link_to_the_other_language_keeps_the_query_and_stays_on_the_page(app):
    link = shown(app, "{{ ui.language_link() }}", "//evil.example/?q=低保&lang=zh")
    assert 'href="?q=%E4%BD%8E%E4%BF%9D&amp;lang=en"' in link


@pytest.mark.parametrize("code", [403, 404, 409, 422, 500])
def test_error_pages_say_what_happened_and_name_a_way_out(app, code):
    with app.test_request_context("/page"):
        page = render_template(f"errors/{code}.html.j2", reference="E-1", back_url="/cases/7")
    assert "<h1>" in page
    assert "E-1" in page
    assert 'href="/cases/7"' in page


def field(app, form_field, value=None, **more):
    return shown(app, "{{ ui.field(f, value, **more) }}", f=form_field, value=value, more=more)


def test_a_choice_of_up_to_four_is_radio_buttons_and_a_longer_one_a_list(app):
    short = FormField("mode", "申请方式", "choice", choices=tuple(map(Choice, "一二三四")))
    long = FormField("mode", "申请方式", "choice", choices=tuple(map(Choice, "一二三四五")))
    assert field(app, short).count('type="radio"') == 4
    assert "<select" in field(app, long, "三")
    assert '<option value="三" selected>' in field(app, long, "三")


def test_a_yes_no_question_left_open_has_no_answer_chosen(app):
    ill = FormField("ill", "患重病", "boolean", required=True)
    assert "checked" not in field(app, ill)
    assert re.search(r'value="false"[^>]* checked', field(app, ill, False))
    assert re.search(r'value="true"[^>]* checked', field(app, ill, True))


@pytest.mark.parametrize(
    "kind",
    [
        "string",
        "text",
        "integer",
        "decimal",
        "date",
        "boolean",
        "choice",
        "id_number",
        "phone",
        "region",
        "attachment",
        "person_list",
        "bank_account",
    ],
)
def test_every_type_of_field_has_a_name_a_label_and_a_target_for_the_error_summary(app, kind):
    question = FormField("item", "名称<b>", kind, choices=(Choice("甲"), Choice("乙")))
    html = field(app, question, error="请填写")
    assert "名称&lt;b&gt;" in html
    assert 'id="f-item"' in html
    assert re.search(r'name="item(-0-name)?"', html)
    assert "请填写" in html
    summary = shown(app, "{{ ui.error_summary(e) }}", e={"item": "请填写"})
    assert 'href="#f-item"' in summary


def test_messages_and_hints_are_tied_to_their_control(app):
    html = field(app, FormField("phone", "联系电话", "phone", required=True, hint="用于短信"), error="请填写")
    assert 'aria-describedby="f-phone-e f-phone-h"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-required="true"' in html


def test_a_field_shows_its_english_label_in_english_and_the_chinese_where_there_is_none(app):
    with app.test_request_context("/page?lang=en"):
        both = render_template_string(UI + "{{ ui.field(f) }}", f=FormField("a", "姓名", "string", label_en="Name"))
        only = render_template_string(UI + "{{ ui.field(f) }}", f=FormField("a", "姓名", "string"))
    assert "Name" in both
    assert "姓名" in only


def test_what_is_left_of_a_limit_is_said_in_words_with_a_bar(app):
    bar = "{{ ui.left(left, 10, card, stopped) }}"
    assert "剩 3 个工作日" in shown(app, bar, left=3, card="none", stopped=False)
    assert 'class="w70"' in shown(app, bar, left=3, card="none", stopped=False)
    assert "今日到期" in shown(app, bar, left=0, card="yellow", stopped=False)
    assert "超期 2 个工作日" in shown(app, bar, left=-2, card="red", stopped=False)
    assert 'class="w100"' in shown(app, bar, left=-2, card="red", stopped=False)
    assert "时限中止" in shown(app, bar, left=3, card="none", stopped=True)


def test_a_bar_has_a_class_for_every_length():
    styles = (STATIC_FOLDER / "app.css").read_text(encoding="utf-8")
    assert all(f".w{percent} {{ width: {percent}%; }}" in styles for percent in range(101))


def test_cards_states_and_results_are_words_and_not_colours_only(app):
    assert "红牌" in shown(app, "{{ ui.card('red') }}")
    assert "黄牌" in shown(app, "{{ ui.card('yellow') }}")
    for status in CaseStatus:
        assert status.label in shown(app, "{{ ui.status(s) }}", s=status)
    for result in CaseResult:
        assert result.label in shown(app, "{{ ui.result(r) }}", r=result)


def test_a_broken_condition_names_its_way_out_and_an_unknown_one_what_to_check(app):
    condition = {
        "text": "收入低于标准",
        "way_out": "可申请临时救助",
        "evidence": "核对报告",
        "explanation": {"sentence": "理由"},
    }
    judged = {met: shown(app, "{{ ui.eligibility([c]) }}", c={**condition, "met": met}) for met in (True, False, None)}
    assert "可申请临时救助" in judged[False]
    assert "可申请临时救助" not in judged[None]
    assert "核对报告" in judged[None]
    assert "核对报告" not in judged[True]
    assert [re.search(r'chip \w+">(\w+)<', judged[met])[1] for met in (True, False, None)] == ["符合", "不符合", "待核"]


def test_a_document_replaced_by_a_licence_is_waived_and_one_not_needed_is_not_listed(app):
    line = {"id": "a", "title": "户口簿", "form": "original", "required": True, "status": "reused", "mode": "licence"}
    html = shown(app, "{{ ui.materials([l]) }}", l=line)
    assert "免提交" in html
    assert "电子证照" in html
    assert re.search(r'value="a"[^>]* checked disabled', html)
    assert "户口簿" not in shown(app, "{{ ui.materials([l]) }}", l={**line, "status": "not_needed"})
    assert "可容缺" in shown(app, "{{ ui.materials([l]) }}", l={**line, "status": "missing", "deferrable": True})


def test_the_ledger_shows_dates_what_was_counted_and_the_law(app):
    monday = date(2026, 11, 2)
    skipped = LedgerLine(monday, monday, LedgerKind.START, 0, 0, "受理当日不计", ("《行政许可法》第八十二条",))
    counted = LedgerLine(date(2026, 11, 3), date(2026, 11, 6), LedgerKind.COUNTED, 4, 4, "工作日", ())
    html = shown(app, "{{ ui.ledger('计时明细', lines, '日') }}", lines=(skipped, counted))
    assert '<tr class="skipped">' in html
    assert "2026-11-03 至 2026-11-06" in html
    assert "+4" in html
    assert "第八十二条" in html
    plain = shown(app, "{{ ui.ledger('计时明细', lines, '日') }}", lines=(skipped.to_dict(), counted.to_dict()))
    assert plain == html


def test_forms_carry_the_token_against_forged_requests(app):
    assert 'value="token-of-this-session"' in shown(app, "{{ ui.csrf() }}")


def test_an_undefined_macro_argument_is_not_silently_a_page(app):
    with pytest.raises(jinja2.UndefinedError):
        shown(app, "{{ ui.no_such_macro() }}")
