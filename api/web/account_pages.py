"""My account (我的账户): password, leave with a deputy, near relatives whose cases are for others."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, current_session, presented_token, signed_in, with_one_time_password
from api.errors import PASSWORD_PAGE
from api.web import frame
from api.web.entry_forms import Control, EntryForm, attempt, press, sent
from api.web.leave_form import leave_controls, leave_entries
from api.web.wording import t
from engine.clock import local_date
from engine.commands.organisation.change_own_password import ChangeOwnPassword, change_own_password
from engine.commands.organisation.declare_relative import DeclareRelative, declare_relative
from engine.commands.organisation.set_leave import CancelLeave, SetLeave, cancel_leave, set_leave
from engine.commands.verb import Answer
from engine.errors import FormInvalid
from engine.policy.administration import RELATIONS, SHORTEST_PASSWORD
from engine.queries.own_account import own_account, possible_deputies

pages = Blueprint("account_pages", __name__)


@pages.get("/account")
@signed_in
def account() -> str:
    """The account of whoever is signed in."""
    found = own_account(frame.office(), current_actor())
    return render_template("account/account.html.j2", account=found, posts=current_actor().posts, relations=RELATIONS)


@pages.route(PASSWORD_PAGE, methods=["GET", "POST"])
@with_one_time_password
@signed_in
def password() -> ResponseReturnValue:
    """The form of a new password; the only page until a one-time password is changed."""
    session = current_session()
    must = session is not None and session.must_change_password
    note = t("您用的是一次性密码，请先改成自己的密码，再使用系统。", "This is a one-time password; change it first.")
    present = t("一次性密码", "One-time password") if must else t("现在的密码", "Present password")
    hint = t(
        f"至少{SHORTEST_PASSWORD}个字符（汉字一个算两个），可以是一句话；不能含用户名。",
        f"At least {SHORTEST_PASSWORD} characters; a sentence is fine. Not your sign-in name.",
    )
    form = EntryForm(
        t("修改密码", "Change password"),
        PASSWORD_PAGE,
        (
            Control("current_password", present, "password", required=True, autocomplete="current-password", wide=True),
            Control(
                "new_password",
                t("新密码", "New password"),
                "password",
                required=True,
                hint=hint,
                autocomplete="new-password",
                wide=True,
            ),
            Control(
                "again", t("再输入一次", "Once more"), "password", required=True, autocomplete="new-password", wide=True
            ),
        ),
        t("修改", "Change"),
        () if must else _trail(),
        note if must else "",
    )
    if request.method == "GET":
        return form.page()
    return attempt(
        _change, form.page, lambda _: "/", t("密码已修改，其他登录已结束。", "Changed; other sessions ended.")
    )


def _change() -> Answer:
    new = request.form.get("new_password", "")[:201]
    if new != request.form.get("again", "")[:201]:
        raise FormInvalid(errors={"again": ["两次输入的新密码不一致。"]})
    wanted = ChangeOwnPassword(
        current_password=request.form.get("current_password", "")[:200], new_password=new, token=presented_token()
    )
    return change_own_password(frame.office(), current_actor(), wanted)


@pages.route("/account/leave", methods=["GET", "POST"])
@signed_in
def leave() -> ResponseReturnValue:
    """My leave, with a deputy."""
    actor = current_actor()
    posts = tuple((str(p.id), f"{p.organisation_name} · {p.name}") for p in actor.posts)
    form = EntryForm(
        t("登记请假代理", "Register a leave"),
        "/account/leave",
        leave_controls(
            posts, possible_deputies(frame.office(), actor.officer_id), local_date(frame.office().clock.now())
        ),
        t("登记", "Register"),
        _trail(),
    )
    if request.method == "GET":
        return form.page()
    return attempt(
        lambda: set_leave(frame.office(), actor, SetLeave(**leave_entries())),
        form.page,
        lambda _: "/account",
        t("已登记。", "Registered."),
    )


@pages.post("/account/leaves/<int:leave_id>/cancel")
@signed_in
def drop_leave(leave_id: int) -> ResponseReturnValue:
    """My leave is called off."""
    return press(
        lambda: cancel_leave(frame.office(), current_actor(), CancelLeave(leave_id=leave_id)),
        "/account",
        t("已取消。", "Called off."),
    )


@pages.route("/account/relatives", methods=["GET", "POST"])
@signed_in
def relatives() -> ResponseReturnValue:
    """A near relative is declared."""
    form = EntryForm(
        t("申报近亲属", "Declare a relative"),
        "/account/relatives",
        (
            Control("id_number", t("近亲属的公民身份号码", "Identity number"), required=True, maxlength=18),
            Control(
                "relation",
                t("关系", "Relation"),
                "select",
                required=True,
                options=tuple((code, t(*words)) for code, words in RELATIONS.items()),
            ),
        ),
        t("申报", "Declare"),
        _trail(),
        t(
            "号码只存不可还原的索引：其申请由其他人员办理，谁也看不到您申报了谁。",
            "Only an index is kept: their cases go to others, and nobody can read whom you named.",
        ),
    )
    if request.method == "GET":
        return form.page()
    wanted = DeclareRelative(id_number=sent("id_number", 18), relation=sent("relation", 20))
    return attempt(
        lambda: declare_relative(frame.office(), current_actor(), wanted),
        form.page,
        lambda _: "/account",
        t("已申报。", "Declared."),
    )


def _trail() -> tuple[tuple[str, str], ...]:
    return ((t("我的账户", "My account"), "/account"),)
