"""Officers (人员) for administrators: accounts, posts held, leave, and the review of who holds what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles
from api.web import frame
from api.web.entry_forms import (
    Control,
    EntryForm,
    attempt,
    errors_of,
    new_key,
    press,
    sent,
    sent_id,
    sent_key,
    words_of,
)
from api.web.leave_form import leave_controls, leave_entries
from api.web.wording import t
from engine.clock import local_date
from engine.commands.organisation.add_officer import AddOfficer, add_officer
from engine.commands.organisation.change_officer import ChangeOfficer, change_officer
from engine.commands.organisation.disable_officer import (
    DisableOfficer,
    EnableOfficer,
    disable_officer,
    enable_officer,
)
from engine.commands.organisation.reset_password import ResetPassword, reset_password
from engine.commands.organisation.review_access import (
    CloseAccessReview,
    OpenAccessReview,
    close_access_review,
    open_access_review,
)
from engine.commands.organisation.set_leave import CancelLeave, SetLeave, cancel_leave, set_leave
from engine.errors import ActionNotAllowed, NotPermitted, RequestError
from engine.queries.organisation_file import post_file
from engine.queries.organisation_officers import officer_file, officers_list
from engine.queries.organisation_reviews import access_review, access_reviews
from engine.queries.own_account import possible_deputies
from engine.terms import Role

pages = Blueprint("staff_pages", __name__)
OFFICERS = "/organisation/officers"


@pages.get(OFFICERS)
@roles(Role.ORG_ADMIN)
def officers() -> str:
    """Officers of the area, found by name, initials or sign-in name."""
    frame.at(frame.ORGANISATION)
    q = request.args.get("q", "")[:60].strip()
    page = officers_list(frame.office(), current_actor(), q, request.args.get("cursor"))

    def address(cursor: str | None) -> str | None:
        return f"{OFFICERS}?{urlencode({'q': q, 'cursor': cursor})}" if cursor else None

    return render_template(
        "organisation/officers.html.j2",
        page=page,
        q=q,
        next_href=address(page.next_cursor),
        previous_href=address(page.previous_cursor),
    )


@pages.route(f"{OFFICERS}/new", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def new_officer() -> ResponseReturnValue:
    """The form of a new officer, and the one-time password, shown once."""
    frame.at(frame.ORGANISATION)
    post_id = sent_id("post_id") if request.method == "POST" else request.args.get("post", type=int)
    post = post_file(frame.office(), current_actor(), post_id) if post_id else None
    note = (
        t(f"录入后即任“{post.organisation_name} · {post.name}”。", f"Will hold {post.organisation_name} · {post.name}.")
        if post
        else t("录入后在岗位页安排任职。", "Give a post on the page of the post.")
    )
    form = EntryForm(
        t("录入人员", "New officer"),
        f"{OFFICERS}/new",
        (
            Control("name", t("姓名", "Name"), required=True, maxlength=100),
            Control(
                "sign_in_name",
                t("用户名", "Sign-in name"),
                required=True,
                maxlength=30,
                hint=t("小写字母、数字，录入后不能改。", "Lower-case letters and digits; it never changes."),
            ),
            Control(
                "id_number",
                t("本人公民身份号码", "Own identity number"),
                maxlength=18,
                hint=t(
                    "只存不可还原的索引，用于回避本人的办件。", "Kept as an index only: nobody handles their own case."
                ),
            ),
        ),
        t("录入", "Add"),
        _trail(),
        note,
        hidden={"post_id": str(post.id)} if post else {},
    )
    if request.method == "GET":
        return form.page()
    wanted = AddOfficer(
        sign_in_name=sent("sign_in_name", 30),
        name=sent("name", 100),
        id_number=sent("id_number", 18),
        post_id=post.id if post else None,
        idempotency_key=sent_key(),
    )
    try:
        answer = add_officer(frame.office(), current_actor(), wanted)
    except RequestError as refusal:
        return form.page(errors_of(refusal)), 422
    return _password_page(answer, wanted.name)


def _password_page(answer: dict[str, Any], name: str) -> str:
    return render_template("organisation/password.html.j2", told=answer, name=name)


@pages.get(f"{OFFICERS}/<int:officer_id>")
@roles(Role.ORG_ADMIN)
def show_officer(officer_id: int) -> str:
    """One officer: posts, leaves, open work, and what may be done with the account."""
    frame.at(frame.ORGANISATION)
    file = officer_file(frame.office(), current_actor(), officer_id)
    is_self = officer_id == current_actor().officer_id
    return render_template("organisation/officer.html.j2", file=file, is_self=is_self, key=new_key())


@pages.route(f"{OFFICERS}/<int:officer_id>/change", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def put_officer(officer_id: int) -> ResponseReturnValue:
    """What is known of an officer, to be corrected."""
    frame.at(frame.ORGANISATION)
    file = officer_file(frame.office(), current_actor(), officer_id)
    kept = t("已登记，留空则不变。", "On record; leave empty to keep it.") if file.has_identity else ""
    form = EntryForm(
        t("变更人员信息", "Change the officer"),
        f"{OFFICERS}/{file.id}/change",
        (
            Control("name", t("姓名", "Name"), required=True, maxlength=100, value=file.name),
            Control("id_number", t("本人公民身份号码", "Own identity number"), maxlength=18, hint=kept),
        ),
        t("保存", "Save"),
        (*_trail(), (file.name, f"{OFFICERS}/{file.id}")),
    )
    if request.method == "GET":
        return form.page()
    wanted = ChangeOfficer(officer_id=file.id, name=sent("name", 100), id_number=sent("id_number", 18))
    return attempt(
        lambda: change_officer(frame.office(), current_actor(), wanted),
        form.page,
        lambda _: f"{OFFICERS}/{file.id}",
        t("已保存。", "Saved."),
    )


@pages.post(f"{OFFICERS}/<int:officer_id>/disable")
@roles(Role.ORG_ADMIN)
def disable(officer_id: int) -> ResponseReturnValue:
    """The account is closed."""
    return press(
        lambda: disable_officer(frame.office(), current_actor(), DisableOfficer(officer_id=officer_id)),
        f"{OFFICERS}/{officer_id}",
        t("账户已停用，其登录已全部结束。", "The account is closed; every session ended."),
    )


@pages.post(f"{OFFICERS}/<int:officer_id>/enable")
@roles(Role.ORG_ADMIN)
def enable(officer_id: int) -> ResponseReturnValue:
    """The account is open again."""
    return press(
        lambda: enable_officer(frame.office(), current_actor(), EnableOfficer(officer_id=officer_id)),
        f"{OFFICERS}/{officer_id}",
        t("账户已启用。", "The account is open."),
    )


@pages.post(f"{OFFICERS}/<int:officer_id>/reset-password")
@roles(Role.ORG_ADMIN)
def reset(officer_id: int) -> ResponseReturnValue:
    """A one-time password, shown once."""
    frame.at(frame.ORGANISATION)
    file = officer_file(frame.office(), current_actor(), officer_id)
    wanted = ResetPassword(officer_id=officer_id, idempotency_key=sent_key())
    try:
        answer = reset_password(frame.office(), current_actor(), wanted)
    except (ActionNotAllowed, NotPermitted) as refusal:
        flash(words_of(refusal), "error")
        return frame.go(f"{OFFICERS}/{officer_id}")
    return _password_page(answer, file.name)


@pages.route(f"{OFFICERS}/<int:officer_id>/leave", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def leave(officer_id: int) -> ResponseReturnValue:
    """A leave with a deputy, registered for somebody."""
    frame.at(frame.ORGANISATION)
    file = officer_file(frame.office(), current_actor(), officer_id)
    posts = tuple((str(h.post_id), f"{h.organisation_name} · {h.post_name}") for h in file.posts_held)
    form = EntryForm(
        t("登记请假代理", "Register a leave"),
        f"{OFFICERS}/{file.id}/leave",
        leave_controls(posts, possible_deputies(frame.office(), file.id), local_date(frame.office().clock.now())),
        t("登记", "Register"),
        (*_trail(), (file.name, f"{OFFICERS}/{file.id}")),
    )
    if request.method == "GET":
        return form.page()
    return attempt(
        lambda: set_leave(frame.office(), current_actor(), SetLeave(**leave_entries(), officer_id=file.id)),
        form.page,
        lambda _: f"{OFFICERS}/{file.id}",
        t("已登记。", "Registered."),
    )


@pages.post(f"{OFFICERS}/<int:officer_id>/leaves/<int:leave_id>/cancel")
@roles(Role.ORG_ADMIN)
def drop_leave(officer_id: int, leave_id: int) -> ResponseReturnValue:
    """A leave is called off."""
    return press(
        lambda: cancel_leave(frame.office(), current_actor(), CancelLeave(leave_id=leave_id)),
        f"{OFFICERS}/{officer_id}",
        t("已取消。", "Called off."),
    )


# --- reviews ----------------------------------------------------------------------------------------------------


@pages.get("/organisation/reviews")
@roles(Role.ORG_ADMIN)
def reviews() -> str:
    """The reviews of the area, and the button that opens one."""
    frame.at(frame.ORGANISATION)
    return render_template(
        "organisation/reviews.html.j2", reviews=access_reviews(frame.office(), current_actor()), key=new_key()
    )


@pages.post("/organisation/reviews")
@roles(Role.ORG_ADMIN)
def open_review() -> ResponseReturnValue:
    """A review of one body or of everything."""
    wanted = OpenAccessReview(organisation_id=sent_id("organisation_id"), idempotency_key=sent_key())
    return press(
        lambda: open_access_review(frame.office(), current_actor(), wanted),
        "/organisation/reviews",
        t("已开始复核，请逐项给出结论。", "The review is open; judge every line."),
    )


@pages.get("/organisation/reviews/<int:review_id>")
@roles(Role.ORG_ADMIN)
def show_review(review_id: int) -> str:
    """One review, line by line."""
    frame.at(frame.ORGANISATION)
    review = access_review(frame.office(), current_actor(), review_id)
    return render_template("organisation/review.html.j2", review=review, errors={}, given={})


@pages.post("/organisation/reviews/<int:review_id>")
@roles(Role.ORG_ADMIN)
def close_review(review_id: int) -> ResponseReturnValue:
    """Every line judged."""
    frame.at(frame.ORGANISATION)
    review = access_review(frame.office(), current_actor(), review_id)
    verdicts = {line.key: sent(f"v-{line.key}", 10) for line in review.lines}
    wanted = CloseAccessReview(review_id=review_id, verdicts=verdicts)

    def page(errors: Any) -> str:
        named = {f"v-{key}" if key else "": words for key, words in errors.items()}
        return render_template("organisation/review.html.j2", review=review, errors=named, given=verdicts)

    return attempt(
        lambda: close_access_review(frame.office(), current_actor(), wanted),
        page,
        lambda _: f"/organisation/reviews/{review_id}",
        t("复核已完成，收回的岗位即时失效。", "The review is closed; what was removed has ended."),
    )


def _trail() -> tuple[tuple[str, str], ...]:
    return (t("机构", "Organisation"), "/organisation"), (t("人员", "Officers"), OFFICERS)
